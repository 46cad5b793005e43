"""Meetings: finding them, and what is told of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import strawberry
from strawberry import ID

from errors import BadRequest, Unauthenticated
from models.actor import GuestActor
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.meeting import link
from models.meeting.meeting import Attendee, Meeting, MeetingChange
from models.organization.office import Office
from models.organization.service import Service
from models.organization.subject import Subject
from models.words import MeetingStatus
from resolvers import ids
from resolvers.context import Context, Info
from resolvers.paging import Order, Page, page

LONGEST_MEETING = timedelta(days=1)


async def meeting(info: Info, id: ID | None = None, manage_token: str | None = None) -> Meeting | None:
    """By its id, as the viewer may see it, or by its manage link; None where there is none."""
    if (id is None) == (manage_token is None):
        raise BadRequest("Name a meeting by its id or by its manage token.")
    if manage_token is not None:
        return await _by_token(info.context, manage_token)
    key = ids.split(id or "")
    if key is None or key[0] != "Meeting":
        return None
    return await Meeting.visible_to(info.context.actor).filter(id=key[1]).first()


async def _by_token(context: Context, token: str) -> Meeting | None:
    context.show(token)
    try:
        guest = await link.recognise_guest(token, keys=context.world.keys)
    except Unauthenticated:
        return None
    own = await Meeting.visible_to(context.actor).filter(id=guest.meeting_id).first()
    if own is None:  # an agent who sees the meeting anyway stays an agent
        context.become(guest)
    return own or await Meeting.visible_to(guest).get()


async def meetings(
    info: Info,
    from_: Annotated[datetime | None, strawberry.argument(name="from")] = None,
    to: datetime | None = None,
    agent_id: ID | None = None,
    service_id: ID | None = None,
    status: list[MeetingStatus] | None = None,
    unassigned: bool | None = None,
    first: int | None = 20,
    after: str | None = None,
) -> Page[Meeting]:
    """The meetings that the viewer may see and that overlap the range, by their start."""
    rows = Meeting.visible_to(info.context.known())
    if from_ is not None:
        # That no meeting is longer than a day bounds where the index is read; without it, all that is past would be.
        rows = rows.filter(end__gt=from_, start__gt=from_ - LONGEST_MEETING)
    if to is not None:
        rows = rows.filter(start__lt=to)
    if from_ is not None and to is not None and to < from_:
        raise BadRequest("The range ends before it begins.")
    if agent_id is not None:
        rows = rows.filter(agents__id=ids.decode(agent_id, "Agent", field=("agentId",)))
    if service_id is not None:
        rows = rows.filter(service_id=ids.decode(service_id, "Service", field=("serviceId",)))
    if status is not None:
        rows = rows.filter(status__in=status)
    if unassigned is not None:
        rows = rows.filter(agents__id__isnull=unassigned).distinct()
    return await page(rows, Order("start"), first=20 if first is None else first, after=after)


async def agents(info: Info, root: Meeting) -> Sequence[Agent]:
    return await info.context.loaders.agents_of_meeting.load(root.id)


async def guest(info: Info, root: Meeting) -> Contact | None:
    """Of a group meeting, to a guest themselves, and to agents the first one."""
    contact_id = await _guest_id(info, root)
    return None if contact_id is None else await info.context.loaders.contacts.load(contact_id)


async def attendees(info: Info, root: Meeting) -> Sequence[Attendee]:
    return await info.context.loaders.attendees_of_meeting.load(root.id)


async def history(info: Info, root: Meeting) -> Sequence[MeetingChange]:
    return await info.context.loaders.changes_of_meeting.load(root.id)


async def conversation(info: Info, root: Meeting) -> Conversation | None:
    return await info.context.loaders.conversations.load(root.conversation_id)


async def subject(info: Info, root: Meeting) -> Subject | None:
    return None if root.subject_id is None else await info.context.loaders.subjects.load(root.subject_id)


async def service(info: Info, root: Meeting) -> Service | None:
    return None if root.service_id is None else await info.context.loaders.services.load(root.service_id)


async def office(info: Info, root: Meeting) -> Office | None:
    return None if root.office_id is None else await info.context.loaders.offices.load(root.office_id)


async def is_ready(info: Info, root: Meeting) -> bool:
    """An acceptance is that of all its agents; one that nobody has yet has none who could confirm."""
    return root.status is MeetingStatus.SCHEDULED and bool(await agents(info, root))


async def seats_left(info: Info, root: Meeting) -> int:
    """A meeting for one guest is full."""
    if not root.is_group:
        return 0
    taken = await info.context.loaders.taken_seats_of_meeting.load((root.id, info.context.now()))
    return max(root.seats - taken, 0)


async def manage_url(info: Info, root: Meeting) -> str | None:
    """None to an agent from whom guests are masked: whoever holds it is the guest, and sees what they see."""
    if (await info.context.mask()).hides:
        return None
    world, guest_id = info.context.world, await _guest_id(info, root)
    if guest_id is None:
        return None
    return link.manage_url(root, guest_id, keys=world.keys, public_url=world.public_url)


async def notes(info: Info, root: Meeting) -> str | None:
    """A guest of a group meeting sees what they wrote themselves."""
    own = await _own_place(info, root)
    return root.notes if own is None else own.notes


async def guest_time_zone(info: Info, root: Meeting) -> str:
    own = await _own_place(info, root)
    return root.guest_time_zone if own is None else own.time_zone or root.guest_time_zone


async def _guest_id(info: Info, root: Meeting) -> int | None:
    """None for a group meeting that nobody comes to, and to a guest who has left it."""
    if not root.is_group:
        return root.guest_id
    first = await _first_place(info, root)
    return None if first is None else first.contact_id


async def _own_place(info: Info, root: Meeting) -> Attendee | None:
    """That of a guest in a group meeting; None in an ordinary one, and to agents."""
    is_one_of_many = root.is_group and isinstance(info.context.actor, GuestActor)
    return await _first_place(info, root) if is_one_of_many else None


async def _first_place(info: Info, root: Meeting) -> Attendee | None:
    """Of the guests whom the viewer sees."""
    seen = await info.context.loaders.attendees_of_meeting.load(root.id)
    return next((one for one in seen if not one.companion), None)
