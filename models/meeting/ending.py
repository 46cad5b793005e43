"""How meetings end: they were held, or the guest did not come."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise import connections

from errors import AlreadyDecided, TooSoon
from models.actor import Actor, AgentActor, Public
from models.meeting.arriving import Arrival
from models.meeting.changing import Change
from models.meeting.history import record, snapshot
from models.meeting.locking import lock_seen
from models.meeting.meeting import Meeting, MeetingChange
from models.meeting.standing import LEADS, Standing, already
from models.organization.permission import Concern, demand
from models.transactions import Transaction, transaction
from models.words import MeetingChangeKind, MeetingStatus, Permission

# The status is no parameter: only so does the planner know that the index has these meetings.
ENDED = """SELECT id FROM meeting WHERE status = 'SCHEDULED' AND "end" <= %s ORDER BY "end", id LIMIT %s"""


async def complete(meeting_id: int, change: Change, *, actor: AgentActor, now: datetime) -> Meeting:
    """Say that the meeting was held. Its time stays taken: it counts for what agents and guests may have.

    Refuses NotFound, Stale, NotAllowed, TooSoon (it has not begun) and AlreadyDecided.
    """
    async with transaction() as tx:
        meeting, reason = await lock_seen(meeting_id, change, actor=actor)
        await _check_may(meeting, actor)
        _check_leads(meeting, MeetingChangeKind.COMPLETED)
        if now < meeting.start:
            raise TooSoon("The meeting has not begun.", field=("meetingId",))
        await _end(tx, meeting, MeetingStatus.COMPLETED, actor=actor, reason=reason, now=now)
    return meeting


async def mark_no_show(meeting_id: int, change: Change, *, actor: AgentActor, now: datetime) -> Meeting:
    """Say that the guest has not come, after waiting as long as the settings want it; of a group meeting, that nobody
    has. Of what was taken for held only because its time was over, that can still be said.

    Refuses NotFound, Stale, NotAllowed, TooSoon (the guest may still come) and AlreadyDecided (also where the guest has
    come).
    """
    async with transaction() as tx:
        meeting, reason = await lock_seen(meeting_id, change, actor=actor)
        await _check_may(meeting, actor)
        _check_leads(meeting, MeetingChangeKind.NO_SHOW)
        if await _was_completed_by_agent(meeting):
            raise already(meeting.status)
        await _check_waited(meeting, now=now)
        if await Arrival.of_guests(meeting.id).exists():
            raise AlreadyDecided("The guest has come.", field=("meetingId",))
        await _end(tx, meeting, MeetingStatus.NO_SHOW, actor=actor, reason=reason, now=now)
    return meeting


async def ended_meetings(*, now: datetime, limit: int) -> list[int]:
    """The ids of scheduled meetings whose time is over, the longest over first."""
    rows = await connections.get("default").execute_query_dict(ENDED, [now, limit])
    return [row["id"] for row in rows]


async def complete_ended(meeting_id: int, *, now: datetime) -> bool:
    """Take a meeting whose time is over for held; whether it was still to be done. Nobody is written to."""
    async with transaction() as tx:
        meeting = await Meeting.filter(id=meeting_id).select_for_update(no_key=True).first()
        if meeting is None or meeting.status is not MeetingStatus.SCHEDULED or now < meeting.end:
            return False
        await _end(tx, meeting, MeetingStatus.COMPLETED, actor=Public(), reason=None, now=now, quietly=True)
    return True


async def _check_may(meeting: Meeting, actor: AgentActor) -> None:
    await meeting.fetch_related("organization", "agents")
    own = [agent.id for agent in meeting.agents]
    concern = Concern(agents=own, office_id=meeting.office_id, service_id=meeting.service_id)
    await demand(actor, Permission.EDIT_MEETINGS, meeting.organization.settings, concern)


def _check_leads(meeting: Meeting, kind: MeetingChangeKind) -> None:
    if meeting.status not in LEADS[kind]:
        raise already(meeting.status)


async def _check_waited(meeting: Meeting, *, now: datetime) -> None:
    settings = (await meeting.organization).settings
    until = meeting.start + timedelta(minutes=settings.max_waiting_minutes)
    if now < until:
        raise TooSoon(f"The guest may come until {until.isoformat()}.", field=("meetingId",))


async def _was_completed_by_agent(meeting: Meeting) -> bool:
    completed = MeetingChange.filter(meeting_id=meeting.id, kind=MeetingChangeKind.COMPLETED)
    return meeting.status is MeetingStatus.COMPLETED and await completed.exclude(actor_agent_id=None).exists()


async def _end(
    tx: Transaction,
    meeting: Meeting,
    status: MeetingStatus,
    *,
    actor: Actor,
    reason: str | None,
    now: datetime,
    quietly: bool = False,
) -> None:
    before = snapshot(meeting)
    meeting.stand(Standing(status))
    meeting.version += 1
    await meeting.save(update_fields=["status", "expires_at", "version"])
    kind = MeetingChangeKind(status)
    await record(tx, meeting, kind, actor=actor, before=before, reason=reason, now=now, quietly=quietly)
