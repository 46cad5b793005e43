"""Rescheduling and cancelling, by the guest or an agent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from errors import AlreadyDecided, Invalid, NotAllowed, NotFound, Stale
from models import input
from models.actor import Actor, AgentActor, GuestActor, KnownActor
from models.agent.locking import lock_agents
from models.availability.engine import Request
from models.availability.taking import Purpose, take_time
from models.availability.target import Target, find_plan
from models.claim import Claim
from models.contact.recognising import locks_of_all
from models.meeting.history import record, snapshot
from models.meeting.leaving import leave
from models.meeting.limiting import telling_what_is_in_the_way
from models.meeting.limits import guest_limits
from models.meeting.meeting import Meeting
from models.meeting.rights import check_may_change
from models.meeting.standing import LEADS, Standing, already, standing_of_moved
from models.transactions import Transaction, transaction
from models.words import MeetingChangeKind, MeetingStatus
from scheduling.question import GuestLimits

_CHANGED = ("status", "expires_at", "start", "end", "buffer_before_minutes", "buffer_after_minutes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be changed, and why. `expected_version` is the one that the caller saw."""

    expected_version: int | None = None
    reason: str | None = None

    def reason_given(self) -> str | None:
        """As it is kept; refuses Invalid."""
        return input.text(self.reason, field=("reason",), most=1_000) if self.reason else None

    def check_version(self, meeting: Meeting) -> None:
        """Refuses Stale where the caller saw another version."""
        if self.expected_version is not None and self.expected_version != meeting.version:
            raise Stale("The meeting has been changed meanwhile.", field=("expectedVersion",))


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
    nothing changes and nobody is told. What a guest moves is REQUESTED again where such meetings are to be accepted;
    a request that an agent moves is SCHEDULED.

    Refuses NotFound, Stale, AlreadyDecided (ended, expired or begun), NotAllowed (also a guest's move of a group
    meeting), Invalid and, with the nearest free slots, whatever stands against the time.
    """
    if start is None and duration_minutes is None:
        raise Invalid("Say what to change: the start, the duration or both.")
    async with transaction(locks=await _locks_of(actor)) as tx:
        kind = MeetingChangeKind.RESCHEDULED
        meeting, reason = await lock_meeting(tx, meeting_id, change, kind, actor=actor, now=now, taking=())
        if meeting.is_group and isinstance(actor, GuestActor):
            raise NotAllowed("Others come to this meeting: leave it, and book another time.")
        if start in (None, meeting.start) and duration_minutes in (None, meeting.duration_minutes):
            return meeting
        before = snapshot(meeting)
        await _move(tx, meeting, start or meeting.start, duration_minutes, actor=actor, now=now)
        if meeting.start == datetime.fromisoformat(before["start"]):
            kind = MeetingChangeKind.DURATION_CHANGED
        await record(tx, meeting, kind, actor=actor, before=before, reason=reason, now=now)
    return meeting


async def _locks_of(actor: KnownActor) -> tuple[int, ...]:
    """A guest's meetings are counted one request at a time, also while one of them moves."""
    if not isinstance(actor, GuestActor):
        return ()
    return locks_of_all(actor.contact, organization=await actor.contact.organization)


async def cancel(meeting_id: int, change: Change, *, actor: KnownActor, now: datetime) -> Meeting:
    """Cancel the meeting and give its time back; a guest of a group meeting leaves it, and it goes on for the others.
    Refuses NotFound, NotAllowed, Stale and AlreadyDecided."""
    async with transaction() as tx:
        kind = MeetingChangeKind.CANCELLED
        meeting, reason = await lock_meeting(tx, meeting_id, change, kind, actor=actor, now=now)
        if meeting.is_group and isinstance(actor, GuestActor):
            await leave(tx, meeting, actor.contact.id, actor=actor, reason=reason, now=now)
            return meeting
        before = snapshot(meeting)
        meeting.stand(Standing(MeetingStatus.CANCELLED))
        await save_meeting(meeting)
        await Claim.release(meeting.id)
        await record(tx, meeting, kind, actor=actor, before=before, reason=reason, now=now)
    return meeting


async def lock_meeting(
    tx: Transaction,
    meeting_id: int,
    change: Change,
    kind: MeetingChangeKind,
    *,
    actor: KnownActor,
    now: datetime,
    taking: Collection[int] | None = None,
) -> tuple[Meeting, str | None]:
    """The meeting, held until the transaction ends, so that of two changes the second sees what the first did; and the
    reason that is given. For a change that takes time, its agents are held before it, and those named by `taking`.
    Refuses NotFound, NotAllowed, Stale, and AlreadyDecided where its status is none from which this kind of change
    leads."""
    reason = change.reason_given()
    seen = await Meeting.visible_to(actor).filter(id=meeting_id).prefetch_related("service", "agents").first()
    if seen is None:
        raise NotFound("There is no such meeting.", field=("meetingId",))
    if taking is not None:
        await _lock_takers(tx, seen, taking)
    elif seen.service is not None and not seen.agents:
        await seen.service.lock()  # of all rows the first: what has no agent is counted under it
    meeting = await Meeting.filter(id=meeting_id).select_for_update().get()
    await check_may_change(meeting, kind, actor=actor)
    change.check_version(meeting)
    if meeting.status not in LEADS[kind]:
        raise already(meeting.status)
    if meeting.has_expired(now):
        raise AlreadyDecided("The meeting has expired.")
    if meeting.start <= now:
        raise AlreadyDecided("The meeting has begun.")
    return meeting, reason


async def _lock_takers(tx: Transaction, meeting: Meeting, taking: Collection[int]) -> None:
    """Hold whoever has the meeting, and those named: its agents, or its service. Then nobody else gives it away."""
    await tx.rows("SAVEPOINT takers")
    while True:
        agents = {agent.id for agent in meeting.agents}
        if meeting.service is not None and not agents:
            await meeting.service.lock()
        await lock_agents(tx, {*taking, *agents})
        await meeting.fetch_related("agents")
        if agents == {agent.id for agent in meeting.agents}:
            return
        await tx.rows("ROLLBACK TO SAVEPOINT takers")  # it has been given to others meanwhile


async def save_meeting(meeting: Meeting) -> None:
    """Write what a change changes, under the next version, which calendars are told too."""
    meeting.version += 1
    meeting.sequence += 1
    await meeting.save(update_fields=[*_CHANGED, "version", "sequence"])


async def _move(
    tx: Transaction,
    meeting: Meeting,
    start: datetime,
    duration_minutes: int | None,
    *,
    actor: KnownActor,
    now: datetime,
) -> None:
    """Take the new time of all its agents, or of none; or, where it has none yet, of what its service can do."""
    request = Request(
        target=await target_of_moving(meeting, duration_minutes),
        guest_zone=ZoneInfo(meeting.guest_time_zone),
        actor=actor,
        moved_id=meeting.id,
        guest_limits=await limits_of_moving(meeting, actor=actor, now=now),
    )
    standing = standing_of_moved(
        meeting.standing,
        needs_acceptance=request.target.plan.needs_acceptance,
        by_agent=isinstance(actor, AgentActor),
        start=start,
    )
    purpose = Purpose(meeting_id=meeting.id, expires_at=standing.expires_at)
    guest, target = await meeting.guest, request.target
    async with telling_what_is_in_the_way(guest, target, start, actor=actor, now=now, moved_id=meeting.id):
        taken = await take_time(tx, request, start, purpose=purpose, now=now)
    meeting.stand(standing)
    meeting.start, meeting.end = taken.time.own.start, taken.time.own.end
    meeting.buffer_before_minutes = taken.time.before_minutes
    meeting.buffer_after_minutes = taken.time.after_minutes
    await save_meeting(meeting)


async def limits_of_moving(meeting: Meeting, *, actor: Actor, now: datetime) -> GuestLimits | None:
    """How many other meetings its guest has; of a group meeting, which agents move for all, nobody's count."""
    if meeting.is_group:
        return None
    guest, organization = await meeting.guest, await meeting.organization
    return await guest_limits(guest, organization, actor=actor, now=now, moved_id=meeting.id)


async def target_of_moving(meeting: Meeting, duration_minutes: int | None) -> Target:
    """What a meeting can be moved within: the time of the agents who have it together, or that of its service as long
    as nobody has it. Refuses Invalid durations."""
    await meeting.fetch_related("organization", "agents", "service", "subject", "office")
    organization, agents = meeting.organization, tuple(meeting.agents)
    plan = await find_plan(
        organization, subject=meeting.subject, office=meeting.office, meeting_type=meeting.meeting_type
    )
    return Target(
        organization=organization,
        agents=agents,
        service=None if agents else meeting.service,
        subject=meeting.subject,
        office=meeting.office,
        plan=plan,
        duration_minutes=meeting.duration_minutes
        if duration_minutes in (None, meeting.duration_minutes)
        else plan.duration(duration_minutes, organization.settings),
    )
