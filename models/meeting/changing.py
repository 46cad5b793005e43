"""Rescheduling and cancelling, by the guest or an agent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from errors import AlreadyDecided, Invalid, NotFound, SlotTaken, Stale
from models import input
from models.actor import KnownActor
from models.availability.engine import Request, ask_engine
from models.availability.target import Target, find_plan
from models.claim import Claim
from models.meeting.history import record, snapshot
from models.meeting.meeting import Meeting
from models.transactions import Transaction, transaction
from models.words import MeetingChangeKind, MeetingStatus

_CHANGEABLE = (MeetingStatus.AWAITING_GUEST, MeetingStatus.REQUESTED, MeetingStatus.SCHEDULED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be changed, and why. `expected_version` is the one that the caller saw."""

    expected_version: int | None = None
    reason: str | None = None


async def reschedule(
    meeting_id: int,
    change: Change,
    *,
    start: datetime | None,
    duration_minutes: int | None,
    actor: KnownActor,
    now: datetime,
) -> Meeting:
    """Move the meeting, give it another duration, or both; its own time counts as free. Where it has both already,
    nothing changes and nobody is told.

    Refuses NotFound, Stale, AlreadyDecided (ended, cancelled or begun), Invalid and, with the nearest free slots,
    whatever stands against the time.
    """
    if start is None and duration_minutes is None:
        raise Invalid("Say what to change: the start, the duration or both.")
    async with transaction() as tx:
        meeting, reason = await _lock(meeting_id, change, actor=actor, now=now)
        if start in (None, meeting.start) and duration_minutes in (None, meeting.duration_minutes):
            return meeting
        before = snapshot(meeting)
        await _move(tx, meeting, start or meeting.start, duration_minutes, actor=actor, now=now)
        moved = start is not None and start != datetime.fromisoformat(before["start"])
        kind = MeetingChangeKind.RESCHEDULED if moved else MeetingChangeKind.DURATION_CHANGED
        await record(tx, meeting, kind, actor=actor, before=before, reason=reason, now=now)
    return meeting


async def cancel(meeting_id: int, change: Change, *, actor: KnownActor, now: datetime) -> Meeting:
    """Cancel the meeting and give its time back. Refuses NotFound, Stale and AlreadyDecided."""
    async with transaction() as tx:
        meeting, reason = await _lock(meeting_id, change, actor=actor, now=now)
        before = snapshot(meeting)
        meeting.status = MeetingStatus.CANCELLED
        await _save(meeting)
        await Claim.release(meeting)
        await record(
            tx, meeting, MeetingChangeKind.CANCELLED, actor=actor, before=before, reason=reason, now=now
        )
    return meeting


async def _lock(
    meeting_id: int, change: Change, *, actor: KnownActor, now: datetime
) -> tuple[Meeting, str | None]:
    """The meeting, held until the transaction ends, so that of two changes the second sees what the first did."""
    reason = input.text(change.reason, field=("reason",), most=1_000) if change.reason else None
    meeting = await Meeting.visible_to(actor).filter(id=meeting_id).first()
    if meeting is None:
        raise NotFound("There is no such meeting.", field=("meetingId",))
    meeting = await Meeting.filter(id=meeting_id).select_for_update().get()
    if change.expected_version is not None and change.expected_version != meeting.version:
        raise Stale("The meeting has been changed meanwhile.", field=("expectedVersion",))
    if meeting.status not in _CHANGEABLE:
        raise AlreadyDecided(f"The meeting is {meeting.status.value.lower().replace('_', ' ')}.")
    if meeting.start <= now:
        raise AlreadyDecided("The meeting has begun.")
    return meeting, reason


async def _move(
    tx: Transaction,
    meeting: Meeting,
    start: datetime,
    duration_minutes: int | None,
    *,
    actor: KnownActor,
    now: datetime,
) -> None:
    request = Request(
        target=await target_of_moving(meeting, duration_minutes),
        guest_zone=ZoneInfo(meeting.guest_time_zone),
        actor=actor,
        moved_id=meeting.id,
    )
    [agent] = request.target.agents
    # One move of an agent's meetings at a time: two that swap their times would wait for each other for ever.
    await tx.rows("SELECT id FROM agent WHERE id = %s FOR NO KEY UPDATE", agent.id)
    answer = await ask_engine(request, now=now)
    decision, _ = answer.decide(start)
    await Claim.release(meeting)
    await Claim.clear_expired(tx, [agent], during=decision.claimed, now=now)
    claim = await Claim.take(tx, agent, during=decision.claimed, meeting_id=meeting.id)
    if claim is None:
        answer = await ask_engine(request, now=now)  # again, so that what was just taken is no alternative
        raise answer.with_alternatives(SlotTaken("This time has just been taken."), start)
    meeting.start, meeting.end = decision.time.start, decision.time.end
    await _save(meeting)


async def target_of_moving(meeting: Meeting, duration_minutes: int | None) -> Target:
    """What a meeting can be moved within: the time of the agent who has it. Refuses Invalid durations."""
    await meeting.fetch_related("organization", "agents", "subject", "office")
    organization = meeting.organization
    plan = await find_plan(
        organization, subject=meeting.subject, office=meeting.office, meeting_type=meeting.meeting_type
    )
    return Target(
        organization=organization,
        agents=tuple(meeting.agents),
        service=None,
        subject=meeting.subject,
        office=meeting.office,
        plan=plan,
        duration_minutes=meeting.duration_minutes
        if duration_minutes in (None, meeting.duration_minutes)
        else plan.duration(duration_minutes, organization.settings),
    )


async def _save(meeting: Meeting) -> None:
    meeting.version += 1
    meeting.sequence += 1
    await meeting.save(update_fields=["status", "start", "end", "version", "sequence"])
