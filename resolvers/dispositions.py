"""Dispositions."""

from __future__ import annotations

from typing import Any

from strawberry import ID

from models.desk import disposition
from models.desk.disposition import Disposition
from models.organization.service import Service
from resolvers import ids
from resolvers.context import Info
from resolvers.given import given, said
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.desk import CreateDispositionInput, DeleteDispositionInput, UpdateDispositionInput


async def dispositions(info: Info, service_id: ID | None = None) -> list[Disposition]:
    actor, service = info.context.agent(), ids.sought(service_id, "Service")
    return await Disposition.at_hand_of(actor, service_id=service).order_by("name", "id")


async def service(info: Info, root: Disposition) -> Service | None:
    return None if root.service_id is None else await info.context.loaders.services.load(root.service_id)


@refusals_as_values
async def create_disposition(info: Info, input: CreateDispositionInput) -> Payload:
    actor = info.context.agent()
    once = once_of(info.context, "createDisposition", input, organization_id=actor.organization_id)
    named = _meant(said(input, nullable={"service_id"}))
    return Payload(disposition=await disposition.create_disposition(actor=actor, once=once, **named))


@refusals_as_values
async def update_disposition(info: Info, input: UpdateDispositionInput) -> Payload:
    actor, key = info.context.agent(), _disposition(input.disposition_id)
    named = _meant(given(input, nullable={"service_id"}, without={"disposition_id"}))
    version = input.expected_version
    return Payload(
        disposition=await disposition.update_disposition(key, actor=actor, expected_version=version, **named)
    )


@refusals_as_values
async def delete_disposition(info: Info, input: DeleteDispositionInput) -> Payload:
    actor, key = info.context.agent(), _disposition(input.disposition_id)
    await disposition.delete_disposition(
        key, actor=actor, expected_version=input.expected_version, now=info.context.now()
    )
    return Payload(deleted=True)


def _disposition(id: str) -> int:
    return ids.decode(id, "Disposition", field=("dispositionId",))


def _meant(named: dict[str, Any]) -> dict[str, Any]:
    """What the input names, in the words of the model."""
    if "service_id" in named:
        named["service_id"] = ids.decode_some(named["service_id"], "Service", field=("serviceId",))
    return named
