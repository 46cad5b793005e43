"""What agents have at hand is of one service, or of all of them."""

from __future__ import annotations

from typing import TypeVar

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from errors import NotFound
from models.actor import AgentActor
from models.base import Owned
from models.organization.service import Service

R = TypeVar("R", bound=Owned)


def of_service(rows: QuerySet[R], service_id: int | None) -> QuerySet[R]:
    """With a service, its own rows and those of all services; otherwise every row."""
    if service_id is None:
        return rows
    return rows.filter(Q(service_id=service_id) | Q(service_id__isnull=True))


async def check_service(service_id: int | None, actor: AgentActor) -> None:
    """Refuses NotFound for a service that is not the organization's."""
    own = Service.of(actor.organization_id)
    if service_id is not None and not await own.filter(id=service_id).exists():
        raise NotFound("There is no such service.", field=("serviceId",))
