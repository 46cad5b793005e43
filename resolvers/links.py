"""Schedule links."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from errors import LinkExpired, NotFound
from models.agent.agent import Agent
from models.availability import linking
from models.availability.address import find_link
from models.guest.inviting import Invitation, invite
from models.link import ScheduleLink
from models.organization.organization import Organization
from models.organization.service import Service
from models.organization.subject import Subject
from resolvers import ids
from resolvers.booking import details
from resolvers.context import Info
from resolvers.given import given, said
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from scheduling.hours import Dates
from schema.inputs.links import DeleteScheduleLinkInput, InviteGuestInput, LinkInput, UpdateScheduleLinkInput

_CLEARED = {"subject_id", "meeting_type", "duration_minutes", "from_", "to", "offered_times", "expires_at"}
"""What an update may take away again with null."""


class NarrowedLink:
    """A link as its address shows it: with the dates that the address itself adds."""

    def __init__(self, link: ScheduleLink, dates: Dates | None) -> None:
        self.link = link
        self.from_date, self.to_date = (dates.first, dates.last) if dates else (None, None)

    def __getattr__(self, name: str) -> object:
        return getattr(self.link, name)


Link = ScheduleLink | NarrowedLink


async def schedule_link(info: Info, link: str) -> NarrowedLink | None:
    """None for a link that there is not, or is no longer, or whose agent or service is not."""
    try:
        found, dates = await find_link(link, now=info.context.now())
    except (NotFound, LinkExpired):
        return None
    offered = found.agent or found.service
    return NarrowedLink(found, dates) if offered is not None and offered.is_active else None


async def url(info: Info, root: Link) -> str:
    organization = await info.context.loaders.organizations.load(root.organization_id)  # type: ignore[arg-type]
    assert isinstance(organization, Organization)
    return f"{info.context.world.public_url}/{organization.slug}/{root.slug}"


def from_(root: Link) -> date | None:
    return root.from_date


def to(root: Link) -> date | None:
    return root.to_date


def offered_times(root: ScheduleLink) -> list[datetime] | None:
    times = root.offered_times
    return None if times is None else [datetime.fromisoformat(time) for time in times]


async def agent(info: Info, root: ScheduleLink) -> Agent | None:
    return None if root.agent_id is None else await info.context.loaders.agents.load(root.agent_id)


async def service(info: Info, root: ScheduleLink) -> Service | None:
    return None if root.service_id is None else await info.context.loaders.services.load(root.service_id)


async def subject(info: Info, root: ScheduleLink) -> Subject | None:
    return None if root.subject_id is None else await info.context.loaders.subjects.load(root.subject_id)


@refusals_as_values
async def create_schedule_link(info: Info, input: LinkInput) -> Payload:
    actor = info.context.agent()
    made = await linking.create_link(
        actor=actor,
        now=info.context.now(),
        agent_id=ids.decode_some(input.agent_id, "Agent", field=("agentId",)),
        service_id=ids.decode_some(input.service_id, "Service", field=("serviceId",)),
        once=once_of(info.context, "createScheduleLink", input, organization_id=actor.organization_id),
        **fields_of(said(input, without={"agent_id", "service_id"})),
    )
    return Payload(link=made)


@refusals_as_values
async def invite_guest(info: Info, input: InviteGuestInput) -> Payload:
    context, actor, link = info.context, info.context.agent(), input.link
    invitation = Invitation(
        guest=details(input.guest),
        link=fields_of(said(link, without={"agent_id", "service_id"}), within=("link",)),
        agent_id=ids.decode_some(link.agent_id, "Agent", field=("link", "agentId")),
        service_id=ids.decode_some(link.service_id, "Service", field=("link", "serviceId")),
        message=input.message,
    )
    made = await invite(
        invitation,
        actor=actor,
        keys=context.world.keys,
        public_url=context.world.public_url,
        now=context.now(),
        once=once_of(context, "inviteGuest", input, organization_id=actor.organization_id),
    )
    return Payload(link=made)


@refusals_as_values
async def update_schedule_link(info: Info, input: UpdateScheduleLinkInput) -> Payload:
    changed = await linking.update_link(
        ids.decode(input.link_id, "ScheduleLink", field=("linkId",)),
        actor=info.context.agent(),
        now=info.context.now(),
        expected_version=input.expected_version,
        **fields_of(given(input, nullable=_CLEARED, without={"link_id"})),
    )
    return Payload(link=changed)


@refusals_as_values
async def delete_schedule_link(info: Info, input: DeleteScheduleLinkInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.link_id, "ScheduleLink", field=("linkId",))
    await linking.delete_link(key, actor=actor, expected_version=input.expected_version)
    return Payload(deleted=True)


def fields_of(named: Mapping[str, Any], *, within: tuple[str, ...] = ()) -> Any:
    """What an input says of a link, in the model's words; `within` is where in the whole input it stands."""
    words = {"from_": "from_date", "to": "to_date"}
    fields = {words.get(name, name): value for name, value in named.items()}
    if "subject_id" in fields:
        fields["subject_id"] = ids.decode_some(fields["subject_id"], "Subject", field=(*within, "subjectId"))
    return fields
