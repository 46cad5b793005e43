"""A guest, or an agent on a guest's behalf, books a meeting."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from errors import Invalid
from models import contact, input
from models.actor import Actor, AgentActor
from models.availability.engine import Request, ask_engine
from models.availability.offered import leave_list, use_link
from models.availability.taking import Purpose, Taken
from models.availability.target import Target, check_public_booking
from models.contact import Contact, GuestDetails, locks_of
from models.conversation.assignment import AssignmentRecord
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.conversation.opening import join_for_meeting, numbers_of, open_for_meeting
from models.hold import use_hold
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.meeting.history import record
from models.meeting.joining import Companion, Party, add_party, join
from models.meeting.limits import exceeds, guest_limits
from models.meeting.meeting import Attendee, Meeting, MeetingChange
from models.meeting.placing import find_place
from models.meeting.series import MeetingSeries
from models.organization.organization import Organization
from models.transactions import Transaction, ids_of, transaction
from models.words import Direction, MeetingChangeKind, MeetingStatus
from scheduling.question import GuestLimits
from scheduling.rules import Rule

MOST_ATTENDEES = 50
LONGEST_TITLE = 200

_IDS = tuple(
    map(
        ids_of,
        (Contact, Meeting, Conversation, Member, Member, AssignmentRecord, Attendee, MeetingChange, Message),
    )
)


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

    @property
    def seats(self) -> int:
        """How many the party takes: as many as are asked for, and one for each who is named."""
        return max(self.target.seats, 1 + len(self.companions))

    @property
    def is_of_group(self) -> bool:
        return self.target.plan.seats > 1


async def book(wish: Wish, *, actor: Actor, now: datetime, once: Once | None = None) -> Meeting:
    """Take the wished time for the guest, open the conversation, tell everyone; or make the guest part of the group
    meeting that has it and has seats left. What a guest books is REQUESTED, though it has its time already, where such
    meetings need to be accepted.

    Refuses Invalid details, ContactFieldRequired, IdempotencyConflict and, with the nearest free slots, whatever
    stands against the time: SlotTaken, OutsideAvailability, TooSoon, TooFarAhead; or, of a hold, HoldExpired.
    """
    wish = checked(wish)
    organization = wish.target.organization
    check_public_booking(wish.target, actor)
    locks = locks_of(wish.guest, organization=organization)
    async with transaction(drawing=_drawn(organization), locks=locks) as tx:
        id = await tx.draw(ids_of(Meeting))
        earlier = await earlier_outcome(tx, once, outcome_id=id)
        if earlier is not None:
            return await Meeting.get(id=earlier, organization_id=organization.id)
        alike = await Contact.alike(tx, wish.guest, organization=organization)
        guest = alike.same or Contact.new(wish.guest, organization=organization)
        meeting = await book_for(tx, wish, guest, id=id, is_stranger=alike.is_stranger, actor=actor, now=now)
        if meeting.id != id:  # one that was joined
            await remember_outcome(tx, once, meeting.id)
    return meeting


async def book_for(
    tx: Transaction,
    wish: Wish,
    guest: Contact,
    *,
    actor: Actor,
    now: datetime,
    id: int | None = None,
    series: MeetingSeries | None = None,
    is_stranger: bool = False,
) -> Meeting:
    """Book a wish that has been checked, for a guest who is known, or whom this adds; part of a verb. Where the time is
    refused, nothing has been done. A new meeting has the `id`, if one was drawn for it."""
    id = await tx.draw(ids_of(Meeting)) if id is None else id
    limits = await guest_limits(guest, wish.target.organization, actor=actor, now=now, is_stranger=is_stranger)
    place = await _take_place(tx, wish, limits, meeting_id=id, actor=actor, now=now)
    if guest.id is None:
        await tx.add(guest)
    if isinstance(place, Meeting):
        await join(tx, place, _party(wish, guest), actor=actor, now=now)
        return place
    return await _make(tx, wish, guest, place, id=id, series=series, actor=actor, now=now)


def _drawn(organization: Organization) -> tuple[str, ...]:
    """The ids that a booking needs, as far as can be known before it begins."""
    return (*_IDS, numbers_of(organization.id))


async def _take_place(
    tx: Transaction, wish: Wish, limits: GuestLimits | None, *, meeting_id: int, actor: Actor, now: datetime
) -> Taken | Meeting:
    """What is held, or the time of the agents whom the engine prefers, which counts as given to them; or the group
    meeting that has seats for the party."""
    zone = input.zone(wish.guest.time_zone, field=("guest", "timeZone"))
    request = Request(target=wish.target, guest_zone=zone, actor=actor, guest_limits=limits)
    await use_link(tx, wish.target.link, now=now)
    if wish.hold_token is None:
        request = replace(request, target=replace(wish.target, seats=wish.seats))
        place = await find_place(tx, request, wish.start, purpose=Purpose(meeting_id=meeting_id), now=now)
    else:
        token, start, seats = wish.hold_token, wish.start, wish.seats
        place = await use_hold(tx, request, token, start=start, seats=seats, meeting_id=meeting_id, now=now)
        await _check_limits(request, place, start, now=now)
    await leave_list(tx, wish.target.link, now=now)
    if wish.target.service is not None and isinstance(place, Taken):
        await wish.target.service.count_given(tx, place.agents, standings=place.standings, now=now)
    return place


async def _check_limits(request: Request, place: Taken | Meeting, start: datetime, *, now: datetime) -> None:
    """A hold knows nothing of the guest: refuses LimitReached where they have as many meetings as one may have."""
    agents = [agent.id for agent in (await place.agents if isinstance(place, Meeting) else place.agents)]
    if exceeds(request.guest_limits, start, agents, zone=request.target.organization.zone):
        answer = await ask_engine(request, now=now)
        raise answer.with_alternatives(Rule.GUEST_LIMIT.refusal(Rule.GUEST_LIMIT.message), start)


async def _make(
    tx: Transaction,
    wish: Wish,
    guest: Contact,
    taken: Taken,
    *,
    id: int,
    series: MeetingSeries | None,
    actor: Actor,
    now: datetime,
) -> Meeting:
    """A new meeting, of which the guest is the first."""
    conversation = await _conversation(tx, wish, guest, taken, actor=actor, now=now)
    meeting = _meeting(wish, guest, taken, conversation=conversation, actor=actor)
    meeting.series = series
    await tx.add(meeting, id=id)
    tx.relate(meeting, "agents", taken.agents)
    first = await add_party(tx, meeting, _party(wish, guest))
    party = first if meeting.is_group else None
    kind = MeetingChangeKind.BOOKED
    await record(tx, meeting, kind, actor=actor, before=None, reason=None, now=now, party=party)
    return meeting


def _party(wish: Wish, guest: Contact) -> Party:
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
        return await join_for_meeting(wish.conversation_id, guest=guest, agents=taken.agents, now=now)
    return await open_for_meeting(
        tx,
        title=_title(wish, taken, actor=actor),
        guest=guest,
        of_several=wish.is_of_group,
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
        title=_title(wish, taken, actor=actor),
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
    )


def _title(wish: Wish, taken: Taken, *, actor: Actor) -> str:
    """What is said of it, or what it is about, or with whom it is. A guest says nothing that other guests will read."""
    target, alone = wish.target, len(taken.agents) == 1
    if wish.title is not None and (isinstance(actor, AgentActor) or not wish.is_of_group):
        return wish.title
    if target.subject is not None:
        return target.subject.name
    who = taken.agents[0].name if alone or target.service is None else target.service.name
    return f"Meeting with {who}"[:LONGEST_TITLE]


def _language(wish: Wish, guest: Contact) -> str:
    return wish.target.language or guest.locale or wish.target.organization.locale


def checked(wish: Wish) -> Wish:
    """What is wished for, in one form. Refuses Invalid."""
    if len(wish.companions) > MOST_ATTENDEES:
        raise Invalid(f"A meeting has at most {MOST_ATTENDEES} attendees.", field=("attendees",))
    if wish.is_of_group and wish.seats > wish.target.plan.seats:
        raise Invalid(f"Such a meeting has {wish.target.plan.seats} seats.", field=("attendees",))
    if wish.is_of_group and wish.conversation_id is not None:
        raise Invalid("A group meeting has a conversation of its own.", field=("conversationId",))
    return replace(
        wish,
        guest=contact.checked(wish.guest),
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
