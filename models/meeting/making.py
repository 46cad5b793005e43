"""A meeting is made, of a wish and the time that was taken for it."""

from __future__ import annotations

from datetime import datetime

from models.actor import Actor, AgentActor
from models.availability.taking import Taken
from models.availability.target import Target
from models.contact.contact import Contact
from models.conversation.assignment import AssignmentRecord
from models.conversation.belonging import add_guest
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.conversation.opening import (
    join_for_meeting,
    numbers_of,
    open_for_meeting,
    resume_for_meeting,
)
from models.meeting.history import record
from models.meeting.joining import Party, add_party
from models.meeting.meeting import Attendee, Meeting, MeetingChange
from models.meeting.series import MeetingSeries
from models.meeting.standing import Standing, standing_of_new
from models.meeting.title import meeting_with
from models.meeting.wish import Wish
from models.organization.organization import Organization
from models.transactions import Transaction, ids_of
from models.words import DeliveryState, Direction, MeetingChangeKind, MeetingType

_IDS = tuple(
    map(
        ids_of,
        (Contact, Meeting, Conversation, Member, Member, AssignmentRecord, Attendee, MeetingChange, Message),
    )
)


def drawn_for(organization: Organization) -> tuple[str, ...]:
    """The ids that a booking needs, as far as can be known before it begins."""
    return (*_IDS, numbers_of(organization.id))


def standing_for(wish: Wish, *, actor: Actor, now: datetime) -> Standing:
    """How a meeting begins that the actor wishes."""
    target, by_agent = wish.target, isinstance(actor, AgentActor)
    settings = target.organization.settings
    return standing_of_new(target.plan, settings, by_agent=by_agent, start=wish.start, now=now)


async def make_meeting(
    tx: Transaction,
    wish: Wish,
    guest: Contact,
    taken: Taken,
    standing: Standing,
    *,
    id: int,
    actor: Actor,
    now: datetime,
    series: MeetingSeries | None = None,
) -> Meeting:
    """A new meeting, of which the guest is the first."""
    conversation = await _conversation(tx, wish, guest, taken, actor=actor, now=now)
    meeting = _meeting(wish, guest, taken, conversation=conversation, actor=actor)
    meeting.stand(standing)
    meeting.series = series
    await tx.add(meeting, id=id)
    tx.relate(meeting, "agents", taken.agents)
    first = await add_party(tx, meeting, party_of(wish, guest))
    party = first if meeting.is_group else None
    kind = MeetingChangeKind.BOOKED
    await record(tx, meeting, kind, actor=actor, before=None, reason=None, now=now, party=party)
    return meeting


def party_of(wish: Wish, guest: Contact) -> Party:
    return Party(
        guest=guest,
        companions=wish.companions,
        seats=wish.seats,
        time_zone=wish.guest.time_zone,
        notes=wish.notes,
    )


async def _conversation(
    tx: Transaction, wish: Wish, guest: Contact, taken: Taken, *, actor: Actor, now: datetime
) -> Conversation:
    if wish.conversation_id is not None:
        known: Conversation | None = await join_for_meeting(
            wish.conversation_id, guest=guest, agents=taken.agents, now=now
        )
    else:
        known = await _known_conversation(tx, wish, guest, taken, now=now)
    if known is not None:
        await add_guest(tx, known, guest, now=now)  # who has left it comes back
        return known
    return await open_for_meeting(
        tx,
        title=_title(wish, guest, taken, actor=actor),
        guest=guest,
        of_several=wish.is_of_group,
        agents=taken.agents,
        service=wish.target.service,
        language=_language(wish, guest),
        now=now,
    )


async def _known_conversation(
    tx: Transaction, wish: Wish, guest: Contact, taken: Taken, *, now: datetime
) -> Conversation | None:
    """The one that the guest has with the agent, where that is to be one for good."""
    for_good = wish.target.organization.settings.one_conversation_per_guest_and_agent
    if not for_good or wish.is_of_group or len(taken.agents) != 1 or tx.is_unwritten(guest):
        return None
    return await resume_for_meeting(guest, taken.agents[0], now=now)


def _meeting(wish: Wish, guest: Contact, taken: Taken, *, conversation: Conversation, actor: Actor) -> Meeting:
    target, by_agent = wish.target, isinstance(actor, AgentActor)
    is_invited = target.link is not None and target.link.is_invitation
    return Meeting(
        organization=target.organization,
        origin=Direction.OUTBOUND if by_agent or is_invited else Direction.INBOUND,
        title=_title(wish, guest, taken, actor=actor),
        notes=None if wish.is_of_group else wish.notes,
        subject=target.subject,
        meeting_type=target.meeting_type,
        service=target.service,
        office=target.office,
        language=_language(wish, guest),
        start=taken.time.own.start,
        end=taken.time.own.end,
        buffer_before_minutes=taken.time.before_minutes,
        buffer_after_minutes=taken.time.after_minutes,
        seats=target.plan.seats,
        guest_time_zone=wish.guest.time_zone,
        guest=guest,
        conversation=conversation,
        call_state=DeliveryState.PENDING if _gets_call(target) else None,
    )


def _gets_call(target: Target) -> bool:
    """Whether a job makes a call for such a meeting, as soon as it is scheduled."""
    return target.meeting_type is MeetingType.VIDEO and target.organization.settings.virtual_meetings.enabled


def _title(wish: Wish, guest: Contact, taken: Taken, *, actor: Actor) -> str:
    """What is said of it, or what it is about, or, in its language, with whom it is. A guest says nothing that other
    guests will read."""
    target, alone = wish.target, len(taken.agents) == 1
    if wish.title is not None and (isinstance(actor, AgentActor) or not wish.is_of_group):
        return wish.title
    if target.subject is not None:
        return target.subject.name
    who = taken.agents[0].name if alone or target.service is None else target.service.name
    return meeting_with(who, languages=(_language(wish, guest), target.organization.locale))


def _language(wish: Wish, guest: Contact) -> str:
    return wish.target.language or guest.locale or wish.target.organization.locale
