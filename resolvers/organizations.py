"""The organization and what belongs to it."""

from __future__ import annotations

from models.agent.agent import Agent
from models.input import findable
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.service import Service, ServiceMember
from models.organization.subject import Subject
from resolvers.agents import is_colleague
from resolvers.context import Info
from resolvers.paging import Order, Page, page


async def organization(info: Info, slug: str | None = None) -> Organization | None:
    if slug is not None:
        return await Organization.get_or_none(slug=slug) if findable(slug, most=64) else None
    return await info.context.loaders.organizations.load(info.context.known().organization_id)


async def offices(info: Info, root: Organization, active_only: bool | None = True) -> list[Office]:
    """To anybody but colleagues, those in use, whatever is asked for."""
    rows = Office.of(root.id).order_by("name", "id")
    everything = not active_only and is_colleague(info, root.id)
    return await (rows if everything else rows.filter(is_active=True))


async def services(info: Info, root: Organization) -> list[Service]:
    """To anybody but colleagues, those in use."""
    rows = Service.of(root.id).order_by("name", "id")
    return await (rows if is_colleague(info, root.id) else rows.filter(is_active=True))


async def subjects(info: Info, root: Organization, bookable_only: bool | None = True) -> list[Subject]:
    """To anybody but colleagues, those that customers may book, whatever is asked for."""
    rows = Subject.of(root.id).order_by("name", "id")
    everything = not bookable_only and is_colleague(info, root.id)
    return await (rows if everything else rows.filter(available_for_customers=True))


async def agents(
    info: Info, root: Organization, first: int | None = 20, after: str | None = None, search: str | None = None
) -> Page[Agent]:
    """Colleagues are shown to colleagues: to anybody else there are none."""
    actor = info.context.agent()
    rows = Agent.of(actor.organization_id if actor.organization_id == root.id else -1)
    if search:
        rows = rows.filter(name__icontains=search) if findable(search, most=200) else rows.filter(id__in=[])
    return await page(rows, Order("name"), first=first if first is not None else 20, after=after)


async def members(info: Info, root: Service) -> list[ServiceMember]:
    return await info.context.loaders.members_of_service.load(root.id)


async def agent_of_member(info: Info, root: ServiceMember) -> Agent | None:
    return await info.context.loaders.agents.load(root.agent_id)
