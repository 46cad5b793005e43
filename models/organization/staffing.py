"""Services are set up and staffed: how their bookings are shared, and among whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

from errors import Invalid, NotFound
from models import input
from models.actor import AgentActor
from models.agent.agent import Agent
from models.audit.auditing import audit, named
from models.editing import save
from models.idempotency import Once
from models.organization.authority import authority_of
from models.organization.service import Service, ServiceMember
from models.queueing.later import flow_later
from models.register import LastingRegister
from models.transactions import transaction
from models.words import Distribution, Routing

HEAVIEST = 100
MOST_REQUIRED = 1_000
OFFER_SECONDS = (5, 3_600)
_ROUTED = {"is_active", "routing"}
"""What decides whether, and to whom, waiting conversations are offered."""
SERVICES = LastingRegister(Service, "service", "serviceId")


class ServiceFields(TypedDict, total=False):
    """What is set of a service; what is not given stays. `required_agents` None: all."""

    name: str
    languages: Sequence[str]
    is_active: bool
    distribution: Distribution
    required_agents: int | None
    availability_percent: int
    assign_on_booking: bool
    routing: Routing
    offer_timeout_seconds: int


async def create_service(
    *, actor: AgentActor, once: Once | None = None, **fields: Unpack[ServiceFields]
) -> Service:
    """Set up a service, without members yet; it needs a name of its own. Refuses NotAllowed and Invalid."""
    (await authority_of(actor)).over_organization()
    service = Service(organization_id=actor.organization_id, **_checked(fields))
    return await SERVICES.add(service, actor=actor, once=once)


async def update_service(
    service_id: int,
    *,
    actor: AgentActor,
    expected_version: int | None = None,
    **fields: Unpack[ServiceFields],
) -> Service:
    """Change what is given of the service; booked meetings stay. What waits is offered as it says from then on. Refuses
    NotAllowed, NotFound, Stale and Invalid."""
    (await authority_of(actor)).over_organization()
    async with transaction() as tx:
        columns = _checked(fields)
        service = await SERVICES.change(service_id, columns, actor=actor, expected_version=expected_version)
        if not _ROUTED.isdisjoint(columns):
            await flow_later(tx, service_id=service.id)
    return service


async def set_service_member(service_id: int, agent_id: int, *, actor: AgentActor, weight: int = 1) -> Service:
    """Let the agent share the service's bookings, `weight` times as many as one of weight 1; or change the weight.

    What was given before counts as if they had always been a member of that weight: whoever joins takes their turn, and
    is not given everything until they have caught up. Refuses NotAllowed, NotFound and Invalid.
    """
    (await authority_of(actor)).over_organization()
    if not 1 <= weight <= HEAVIEST:
        raise Invalid(f"A weight is from 1 to {HEAVIEST}.", field=("weight",))
    async with transaction() as tx:
        service = await SERVICES.lock(service_id, actor=actor)
        agent = await Agent.of(actor.organization_id).get_or_none(id=agent_id)
        if agent is None:
            raise NotFound("There is no such agent.", field=("agentId",))
        former = await _weigh(service, agent, weight)
        await save(service)
        if former is None:
            await flow_later(tx, agent_id=agent.id)
        before, after = {"weight": former}, {"weight": weight}
        await audit(
            tx, "setServiceMember", service, actor=actor, agent=named([agent])[0], before=before, after=after
        )
    return service


async def _weigh(service: Service, agent: Agent, weight: int) -> int | None:
    """Give the agent this weight; returns the one before, if they were a member."""
    members = await ServiceMember.filter(service_id=service.id)
    known = next((one for one in members if one.agent_id == agent.id), None)
    if known is None:
        share = min((one.given_count / one.weight for one in members), default=0)
        await ServiceMember.create(
            organization_id=service.organization_id,
            service=service,
            agent=agent,
            weight=weight,
            given_count=int(share * weight),
        )
        return None
    former = known.weight
    known.given_count = known.given_count * weight // former
    known.weight = weight
    await known.save(update_fields=["weight", "given_count"])
    return former


async def remove_service_member(service_id: int, agent_id: int, *, actor: AgentActor) -> Service:
    """Take the agent out of the service; their meetings stay theirs, and what was offered to them is no longer. Refuses
    NotAllowed and NotFound."""
    (await authority_of(actor)).over_organization()
    async with transaction() as tx:
        service = await SERVICES.lock(service_id, actor=actor)
        member = (
            await ServiceMember.filter(service_id=service.id, agent_id=agent_id).select_related("agent").first()
        )
        if member is None:
            raise NotFound("There is no such member.", field=("agentId",))
        await member.delete()
        await flow_later(tx, service_id=service.id)
        await save(service)
        before = {"weight": member.weight}
        await audit(
            tx, "removeServiceMember", service, actor=actor, agent=named([member.agent])[0], before=before
        )
    return service


def _checked(fields: ServiceFields) -> dict[str, Any]:
    """The fields as they are kept."""
    columns: dict[str, Any] = {**fields}
    if "name" in fields:
        columns["name"] = input.line(fields["name"], field=("name",))
    if "languages" in fields:
        columns["languages"] = input.languages(fields["languages"], field=("languages",))
    required, percent = fields.get("required_agents"), fields.get("availability_percent", 0)
    if required is not None and not 1 <= required <= MOST_REQUIRED:
        raise Invalid(f"This must be from 1 to {MOST_REQUIRED}.", field=("requiredAgents",))
    if not 0 <= percent <= 100:
        raise Invalid("This must be from 0 to 100.", field=("availabilityPercent",))
    shortest, longest = OFFER_SECONDS
    if not shortest <= fields.get("offer_timeout_seconds", shortest) <= longest:
        raise Invalid(f"This must be from {shortest} to {longest}.", field=("offerTimeoutSeconds",))
    return columns
