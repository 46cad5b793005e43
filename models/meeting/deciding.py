"""What is booked is decided: confirmed by its guest, accepted or declined by an agent.

Every verb holds the meeting's row, so of those who decide at once the first one has decided. Somebody with a faster
clock may have counted the meeting as expired, and taken its time: then it has.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from errors import AlreadyDecided, NotAllowed
from models.actor import AgentActor, GuestActor, KnownActor
from models.claim import Claim
from models.meeting.changing import Change, lock_meeting, save_meeting, target_of_moving
from models.meeting.history import record, snapshot
from models.meeting.meeting import Meeting
from models.meeting.standing import SCHEDULED, Standing, standing_of_wanted
from models.transactions import Transaction, transaction
from models.words import MeetingChangeKind, MeetingStatus

# Whoever was given a service's time after the meeting's own end was told that the meeting takes none of it.
_COUNTED_OUT = """
SELECT 1 FROM meeting m JOIN meeting_change c ON c.meeting_id = m.id
WHERE m.service_id = %s AND m.id <> %s AND m.start < %s AND m.end > %s AND c.at >= %s
    AND c.kind IN ('BOOKED', 'CONFIRMED', 'ACCEPTED', 'RESCHEDULED', 'DURATION_CHANGED')
UNION ALL
SELECT 1 FROM claim JOIN service_member ON service_member.agent_id = claim.agent_id
WHERE service_id = %s AND hold_hash IS NOT NULL AND starts_at < %s AND ends_at > %s
    AND coalesce(held_until, expires_at) >= %s
LIMIT 1
"""


async def confirm(meeting_id: int, change: Change, *, actor: KnownActor, now: datetime) -> Meeting:
    """The guest means it: the meeting is SCHEDULED, or REQUESTED where an agent is to accept it.

    Refuses NotFound, Stale, NotAllowed to agents, and AlreadyDecided, also after the deadline.
    """
    async with transaction() as tx:
        kind = MeetingChangeKind.CONFIRMED
        meeting, reason = await lock_meeting(tx, meeting_id, change, kind, actor=actor, now=now)
        if not isinstance(actor, GuestActor):
            raise NotAllowed("The guest confirms the meeting.")
        plan = (await target_of_moving(meeting, None)).plan
        standing = standing_of_wanted(needs_acceptance=plan.needs_acceptance, start=meeting.start)
        await _decide(tx, meeting, kind, standing, actor=actor, reason=reason, now=now)
    return meeting


async def accept(meeting_id: int, change: Change, *, actor: AgentActor, now: datetime) -> Meeting:
    """Accept what a guest has requested: it is SCHEDULED. One acceptance is enough where several agents have it.
    Refuses NotFound, NotAllowed, Stale and AlreadyDecided."""
    async with transaction() as tx:
        kind = MeetingChangeKind.ACCEPTED
        meeting, reason = await lock_meeting(tx, meeting_id, change, kind, actor=actor, now=now)
        await _decide(tx, meeting, kind, SCHEDULED, actor=actor, reason=reason, now=now)
    return meeting


async def decline(meeting_id: int, change: Change, *, actor: AgentActor, now: datetime) -> Meeting:
    """Decline what a guest has requested, and give its time back; the guest is told the reason. Refuses NotFound,
    NotAllowed, Stale and AlreadyDecided."""
    async with transaction() as tx:
        kind = MeetingChangeKind.DECLINED
        meeting, reason = await lock_meeting(tx, meeting_id, change, kind, actor=actor, now=now)
        before = snapshot(meeting)
        meeting.stand(Standing(MeetingStatus.DECLINED))
        await save_meeting(meeting)
        await Claim.release(meeting.id)
        await record(tx, meeting, kind, actor=actor, before=before, reason=reason, now=now)
    return meeting


async def _decide(
    tx: Transaction,
    meeting: Meeting,
    kind: MeetingChangeKind,
    standing: Standing,
    *,
    actor: KnownActor,
    reason: str | None,
    now: datetime,
) -> None:
    before = snapshot(meeting)
    await _keep_time(tx, meeting, until=standing.expires_at)
    meeting.stand(standing)
    await save_meeting(meeting)
    await record(tx, meeting, kind, actor=actor, before=before, reason=reason, now=now)


async def _keep_time(tx: Transaction, meeting: Meeting, *, until: datetime | None) -> None:
    """Have its time for longer than was said; refuses AlreadyDecided where somebody else has it by now."""
    agents = await meeting.agents.all().count()
    kept = await Claim.keep(tx, meeting.id, until=until)
    if kept != agents or (not agents and await _is_counted_out(tx, meeting)):
        raise AlreadyDecided("The meeting has expired.")


async def _is_counted_out(tx: Transaction, meeting: Meeting) -> bool:
    """Whether somebody was given what the meeting, which has no agent, takes of its service. The service is locked."""
    service_id, ended = meeting.service_id, meeting.expires_at
    if service_id is None or ended is None:
        return False
    organization = await meeting.organization
    held = ended + timedelta(minutes=organization.settings.hold_minutes)
    during = meeting.end, meeting.start
    found = await tx.rows(_COUNTED_OUT, service_id, meeting.id, *during, ended, service_id, *during, held)
    return bool(found)
