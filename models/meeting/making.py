"""A meeting is made, of a wish and the time that was taken for it."""

from __future__ import annotations

from datetime import datetime

from models.actor import Actor, AgentActor
from models.availability.taking import Taken
from models.contact import Contact
from models.conversation.conversation import Conversation
from models.conversation.opening import join_for_meeting, open_for_meeting
from models.meeting.history import record
from models.meeting.joining import Party, add_party
from models.meeting.meeting import Meeting
from models.meeting.series import MeetingSeries
from models.meeting.standing import Standing
from models.meeting.wish import Wish
from models.transactions import Transaction
from models.words import Direction, MeetingChangeKind

LONGEST_TITLE = 200


async def make_meeting(
    tx: Transaction,
    wish: Wish,
    guest: Contact,
    taken: Taken,
    standing: Standing,
    *,
    id: int,
    series: MeetingSeries | None,
    actor: Actor,
    now: datetime,
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
    return Meeting(
        organization=target.organization,
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
