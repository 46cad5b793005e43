"""Dispositions: what came of a conversation, as agents say when they close it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict, Unpack

from tortoise import fields
from tortoise.queryset import QuerySet

from models import input
from models.actor import AgentActor
from models.base import Lasting
from models.desk.scope import check_service, of_service
from models.idempotency import Once
from models.organization.authority import authority_of
from models.organization.service import Service
from models.register import LastingRegister, nothing


class Disposition(Lasting):
    """A disposition without a service is of all of them. A name is there once for each service.

    One that is deleted is named by the conversations that were closed by it, and by nothing new.
    """

    name = fields.CharField(max_length=200)
    service: fields.ForeignKeyNullableRelation[Service] = fields.ForeignKeyField(
        "frontdesk.Service", related_name=False, null=True, on_delete=fields.CASCADE
    )
    service_id: int | None

    class Meta:
        table = "disposition"

    @classmethod
    def at_hand_of(cls, actor: AgentActor, *, service_id: int | None = None) -> QuerySet[Disposition]:
        """Those of the organization; with a service, its own and those of all services."""
        return of_service(cls.of(actor.organization_id), service_id)


DISPOSITIONS = LastingRegister(Disposition, "disposition", "dispositionId")


class DispositionFields(TypedDict, total=False):
    """What is set of a disposition; what is not given stays."""

    name: str
    service_id: int | None


async def create_disposition(
    *, actor: AgentActor, once: Once | None = None, **fields: Unpack[DispositionFields]
) -> Disposition:
    """Add a disposition; it needs a name. Refuses NotAllowed, NotFound and Invalid."""
    (await authority_of(actor)).over_organization()
    disposition = Disposition(organization_id=actor.organization_id, **await _checked(fields, actor))
    return await DISPOSITIONS.add(disposition, actor=actor, once=once)


async def update_disposition(
    disposition_id: int,
    *,
    actor: AgentActor,
    expected_version: int | None = None,
    **fields: Unpack[DispositionFields],
) -> Disposition:
    """Change what is given of the disposition. Refuses NotAllowed, NotFound, Stale and Invalid."""
    (await authority_of(actor)).over_organization()
    columns = await _checked(fields, actor)
    return await DISPOSITIONS.change(disposition_id, columns, actor=actor, expected_version=expected_version)


async def delete_disposition(
    disposition_id: int, *, actor: AgentActor, expected_version: int | None = None, now: datetime
) -> None:
    """Take the disposition away; conversations that were closed by it go on naming it. Refuses NotAllowed, NotFound
    and Stale."""
    (await authority_of(actor)).over_organization()
    await DISPOSITIONS.retire(
        disposition_id, {}, actor=actor, expected_version=expected_version, check=nothing, now=now
    )


async def _checked(fields: DispositionFields, actor: AgentActor) -> dict[str, Any]:
    """The fields as they are kept."""
    columns: dict[str, Any] = {**fields}
    if "name" in fields:
        columns["name"] = input.line(fields["name"], field=("name",))
    await check_service(fields.get("service_id"), actor)
    return columns
