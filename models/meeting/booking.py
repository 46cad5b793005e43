"""A guest, or an agent on a guest's behalf, books a meeting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from errors import Invalid
from models import input
from models.actor import Actor, AgentActor
from models.availability.engine import Request
from models.availability.offered import leave_list, use_link
from models.availability.taking import Purpose, Taken, take_time
from models.availability.target import Target, check_public_booking
from models.contact import Contact, GuestDetails
from models.conversation.conversation import Conversation
from models.conversation.opening import join_for_meeting, open_for_meeting
from models.hold import use_hold
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.meeting.history import record
from models.meeting.meeting import Attendee, Meeting
from models.transactions import Transaction, ids_of, transaction
from models.words import AttendeeResponse, Direction, MeetingChangeKind, MeetingStatus

MOST_ATTENDEES = 50
LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """Somebody the guest brings along."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be booked: with whom and how (`target`), from when on, for whom; perhaps a slot that is held."""

    target: Target
    start: datetime
    guest: GuestDetails
    hold_token: str | None = None
    conversation_id: int | None = None
    title: str | None = None
    notes: str | None = None
    companions: tuple[Companion, ...] = ()


async def book(wish: Wish, *, actor: Actor, now: datetime, once: Once | None = None) -> Meeting:
    """Take the wished time for the guest, open the conversation, tell everyone. A guest's is REQUESTED, though it has
    its time already, where such meetings need to be accepted.

    Refuses Invalid details, ContactFieldRequired, IdempotencyConflict and, with the nearest free slots, whatever
    stands against the time: SlotTaken, OutsideAvailability, TooSoon, TooFarAhead; or, of a hold, HoldExpired.
    """
    wish = _checked(wish)
    check_public_booking(wish.target, actor)
    async with transaction() as tx:
        earlier = await earlier_outcome(tx, once)
        if earlier is not None:
            return await Meeting.get(id=earlier, organization_id=wish.target.organization.id)
        guest = await Contact.recognise(tx, wish.guest, organization=wish.target.organization)
        meeting_id = await tx.draw(ids_of(Meeting))
        taken = await _take_time(tx, wish, meeting_id=meeting_id, actor=actor, now=now)
        conversation = await _conversation(tx, wish, guest, taken, now=now)
        meeting = _meeting(wish, guest, taken, conversation=conversation, actor=actor)
        await tx.add(meeting, id=meeting_id)
        tx.relate(meeting, "agents", taken.agents)
        await _add_attendees(tx, meeting, guest, wish.companions)
        await record(tx, meeting, MeetingChangeKind.BOOKED, actor=actor, before=None, reason=None, now=now)
        await remember_outcome(tx, once, meeting.id)
    return meeting


async def _take_time(tx: Transaction, wish: Wish, *, meeting_id: int, actor: Actor, now: datetime) -> Taken:
    """The time that is held, or that of the agents whom the engine prefers; it counts as given to them."""
    zone = input.zone(wish.guest.time_zone, field=("guest", "timeZone"))
    request = Request(target=wish.target, guest_zone=zone, actor=actor)
    await use_link(tx, wish.target.link, now=now)
    if wish.hold_token is None:
        taken = await take_time(tx, request, wish.start, purpose=Purpose(meeting_id=meeting_id), now=now)
    else:
        taken = await use_hold(tx, request, wish.hold_token, start=wish.start, meeting_id=meeting_id, now=now)
    await leave_list(tx, wish.target.link, now=now)
    if wish.target.service is not None:
        await wish.target.service.count_given(tx, taken.agents, now=now)
    return taken


async def _conversation(
    tx: Transaction, wish: Wish, guest: Contact, taken: Taken, *, now: datetime
) -> Conversation:
    if wish.conversation_id is not None:
        return await join_for_meeting(wish.conversation_id, guest=guest, agents=taken.agents, now=now)
    return await open_for_meeting(
        tx,
        title=_title(wish, taken),
        guest=guest,
        agents=taken.agents,
        service=wish.target.service,
        language=_language(wish, guest),
        now=now,
    )


def _meeting(wish: Wish, guest: Contact, taken: Taken, *, conversation: Conversation, actor: Actor) -> Meeting:
    target, by_agent = wish.target, isinstance(actor, AgentActor)
    requested = target.plan.needs_acceptance and not by_agent
    return Meeting(
        organization=target.organization,
        status=MeetingStatus.REQUESTED if requested else MeetingStatus.SCHEDULED,
        origin=Direction.OUTBOUND if by_agent else Direction.INBOUND,
        title=_title(wish, taken),
        notes=wish.notes,
        subject=target.subject,
        meeting_type=target.meeting_type,
        service=target.service,
        office=target.office,
        language=_language(wish, guest),
        start=taken.time.own.start,
        end=taken.time.own.end,
        buffer_before_minutes=taken.time.before_minutes,
        buffer_after_minutes=taken.time.after_minutes,
        guest_time_zone=wish.guest.time_zone,
        guest=guest,
        conversation=conversation,
    )


def _title(wish: Wish, taken: Taken) -> str:
    """What is said of it, or what it is about, or with whom it is."""
    target, alone = wish.target, len(taken.agents) == 1
    if wish.title is not None:
        return wish.title
    if target.subject is not None:
        return target.subject.name
    who = taken.agents[0].name if alone or target.service is None else target.service.name
    return f"Meeting with {who}"[:LONGEST_TITLE]


def _language(wish: Wish, guest: Contact) -> str:
    return wish.target.language or guest.locale or wish.target.organization.locale


async def _add_attendees(
    tx: Transaction, meeting: Meeting, guest: Contact, companions: Sequence[Companion]
) -> None:
    shared = {"organization_id": meeting.organization_id, "meeting_id": meeting.id}
    accepted = AttendeeResponse.ACCEPTED
    await tx.add(Attendee(**shared, contact=guest, name=guest.name, email=guest.email, response=accepted))
    for one in companions:
        await tx.add(Attendee(**shared, companion=True, name=one.name, email=one.email))


def _checked(wish: Wish) -> Wish:
    if len(wish.companions) > MOST_ATTENDEES:
        raise Invalid(f"A meeting has at most {MOST_ATTENDEES} attendees.", field=("attendees",))
    return replace(
        wish,
        title=input.line(wish.title, field=("title",)) if wish.title is not None else None,
        notes=input.text(wish.notes, field=("notes",)) if wish.notes else None,
        companions=tuple(
            Companion(
                name=input.line(one.name, field=("attendees", str(i), "name")),
                email=input.email(one.email, field=("attendees", str(i), "email")),
            )
            for i, one in enumerate(wish.companions)
        ),
    )
