"""A guest, or an agent on a guest's behalf, books a meeting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from errors import Invalid
from models import input
from models.actor import Actor, AgentActor
from models.agent.agent import Agent
from models.availability.engine import Request
from models.availability.taking import take_time
from models.availability.target import Target, check_public_booking
from models.claim import Claim
from models.contact import Contact, GuestDetails
from models.conversation.opening import join_for_meeting, open_for_meeting
from models.hold import use_hold
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.meeting.history import record
from models.meeting.meeting import Attendee, Meeting
from models.organization.service import ServiceMember
from models.transactions import Transaction, transaction
from models.words import AttendeeResponse, Direction, MeetingChangeKind
from scheduling.intervals import Interval

MOST_ATTENDEES = 50


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
    """Take the wished time for the guest, open the conversation, tell everyone.

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
        meeting = await _take_time(tx, wish, guest, actor=actor, now=now)
        await _add_attendees(meeting, guest, wish.companions)
        await record(tx, meeting, MeetingChangeKind.BOOKED, actor=actor, before=None, reason=None, now=now)
        await remember_outcome(tx, once, meeting.id)
    return meeting


async def _take_time(tx: Transaction, wish: Wish, guest: Contact, *, actor: Actor, now: datetime) -> Meeting:
    """Make the meeting with the agent whose time is held, or whose time the database gives us."""
    zone = input.zone(wish.guest.time_zone, field=("guest", "timeZone"))
    request = Request(target=wish.target, guest_zone=zone, actor=actor)
    if wish.hold_token is None:
        taken = await take_time(tx, request, wish.start, now=now)
    else:
        taken = await use_hold(tx, request, wish.hold_token, start=wish.start, now=now)
    meeting = await _create(tx, wish, guest, taken.agent, time=taken.time, actor=actor, now=now)
    await Claim.filter(id=taken.claim_id).update(meeting_id=meeting.id)
    await _count(wish.target, taken.agent, now=now)
    return meeting


async def _create(
    tx: Transaction, wish: Wish, guest: Contact, agent: Agent, *, time: Interval, actor: Actor, now: datetime
) -> Meeting:
    target = wish.target
    title = wish.title or (target.subject.name if target.subject else f"Meeting with {agent.name}")
    language = target.language or guest.locale or target.organization.locale
    if wish.conversation_id is None:
        conversation = await open_for_meeting(
            tx, title=title, guest=guest, agents=[agent], service=target.service, language=language, now=now
        )
    else:
        conversation = await join_for_meeting(wish.conversation_id, guest=guest, agents=[agent], now=now)
    meeting = await Meeting.create(
        organization=target.organization,
        origin=Direction.OUTBOUND if isinstance(actor, AgentActor) else Direction.INBOUND,
        title=title,
        notes=wish.notes,
        subject=target.subject,
        meeting_type=target.meeting_type,
        service=target.service,
        office=target.office,
        language=language,
        start=time.start,
        end=time.end,
        buffer_before_minutes=target.plan.buffer_before,
        buffer_after_minutes=target.plan.buffer_after,
        guest_time_zone=wish.guest.time_zone,
        guest=guest,
        conversation=conversation,
    )
    await meeting.agents.add(agent)
    return meeting


async def _add_attendees(meeting: Meeting, guest: Contact, companions: Sequence[Companion]) -> None:
    shared = {"organization_id": meeting.organization_id, "meeting_id": meeting.id}
    await Attendee.bulk_create(
        [
            Attendee(**shared, name=guest.name, email=guest.email, response=AttendeeResponse.ACCEPTED),
            *(Attendee(**shared, name=one.name, email=one.email) for one in companions),
        ]
    )


async def _count(target: Target, agent: Agent, *, now: datetime) -> None:
    """Note whose turn it was; the service is locked, so no other booking counts at the same time."""
    if target.service is None:
        return
    member = await ServiceMember.get(service_id=target.service.id, agent_id=agent.id)
    member.given_count += 1
    member.last_given_at = now
    await member.save(update_fields=["given_count", "last_given_at"])


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
