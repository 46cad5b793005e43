"""Services: setting them up, and who is a member."""

from __future__ import annotations

from models.organization import closing, staffing
from resolvers import ids
from resolvers.context import Info
from resolvers.given import given, said
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.places import (
    CreateServiceInput,
    DeleteServiceInput,
    RemoveServiceMemberInput,
    SetServiceMemberInput,
    UpdateServiceInput,
)


@refusals_as_values
async def create_service(info: Info, input: CreateServiceInput) -> Payload:
    actor = info.context.agent()
    once = once_of(info.context, "createService", input, organization_id=actor.organization_id)
    return Payload(service=await staffing.create_service(actor=actor, once=once, **said(input)))


@refusals_as_values
async def update_service(info: Info, input: UpdateServiceInput) -> Payload:
    actor, key = info.context.agent(), _service(input.service_id)
    named = given(input, nullable={"required_agents"}, without={"service_id"})
    return Payload(
        service=await staffing.update_service(
            key, actor=actor, expected_version=input.expected_version, **named
        )
    )


@refusals_as_values
async def delete_service(info: Info, input: DeleteServiceInput) -> Payload:
    actor, key, now = info.context.agent(), _service(input.service_id), info.context.now()
    await closing.delete_service(key, actor=actor, expected_version=input.expected_version, now=now)
    return Payload(deleted=True)


@refusals_as_values
async def set_service_member(info: Info, input: SetServiceMemberInput) -> Payload:
    actor, key = info.context.agent(), _service(input.service_id)
    agent = ids.decode(input.agent_id, "Agent", field=("agentId",))
    weight = 1 if input.weight is None else input.weight
    return Payload(service=await staffing.set_service_member(key, agent, actor=actor, weight=weight))


@refusals_as_values
async def remove_service_member(info: Info, input: RemoveServiceMemberInput) -> Payload:
    actor, key = info.context.agent(), _service(input.service_id)
    agent = ids.decode(input.agent_id, "Agent", field=("agentId",))
    return Payload(service=await staffing.remove_service_member(key, agent, actor=actor))


def _service(id: str) -> int:
    return ids.decode(id, "Service", field=("serviceId",))
