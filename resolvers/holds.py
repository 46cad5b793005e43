"""Holding a slot, and giving it back."""

from __future__ import annotations

from models import hold
from resolvers.context import Info
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from resolvers.slots import target_of
from schema.inputs.scheduling import HoldSlotInput, ReleaseHoldInput


@refusals_as_values
async def hold_slot(info: Info, input: HoldSlotInput) -> Payload:
    context = info.context
    target = await target_of(info.context, input.slots)
    held = await hold.hold(
        target,
        input.start,
        actor=context.actor,
        keys=context.world.keys,
        now=context.now(),
        once=once_of(context, "holdSlot", input, organization_id=target.organization.id),
    )
    return Payload(hold=held)


@refusals_as_values
async def release_hold(info: Info, input: ReleaseHoldInput) -> Payload:
    return Payload(released=await hold.release(input.token, now=info.context.now()))
