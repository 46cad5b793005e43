"""Schedule links."""

from __future__ import annotations

from errors import LinkExpired, NotFound
from models.agent.agent import Agent
from models.availability.address import find_link
from models.link import ScheduleLink
from models.organization.organization import Organization
from models.organization.service import Service
from models.organization.subject import Subject
from resolvers.context import Info
from scheduling.hours import Dates


class NarrowedLink:
    """A link as its address shows it: with the dates that the address itself adds."""

    def __init__(self, link: ScheduleLink, dates: Dates | None) -> None:
        self.link = link
        self.from_, self.to = (dates.first, dates.last) if dates else (None, None)

    def __getattr__(self, name: str) -> object:
        return getattr(self.link, name)


async def schedule_link(info: Info, link: str) -> NarrowedLink | None:
    """None for a link that there is not, or is no longer."""
    try:
        return NarrowedLink(*await find_link(link, now=info.context.now()))
    except (NotFound, LinkExpired):
        return None


async def url(info: Info, root: ScheduleLink | NarrowedLink) -> str:
    organization = await info.context.loaders.organizations.load(root.organization_id)  # type: ignore[arg-type]
    assert isinstance(organization, Organization)
    return f"{info.context.world.public_url}/{organization.slug}/{root.slug}"


async def agent(info: Info, root: ScheduleLink) -> Agent | None:
    return None if root.agent_id is None else await info.context.loaders.agents.load(root.agent_id)


async def service(info: Info, root: ScheduleLink) -> Service | None:
    return None if root.service_id is None else await info.context.loaders.services.load(root.service_id)


async def subject(info: Info, root: ScheduleLink) -> Subject | None:
    return None if root.subject_id is None else await info.context.loaders.subjects.load(root.subject_id)
