"""What is to be done at a provider for a meeting's call, and what came of it.

`begin` says it, and no transaction is open while the provider is asked. Jobs may run twice, and a meeting may change
meanwhile: what is kept is what the provider said, and the job that the change has queued does the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from errors import ProviderDisconnected
from models.actor import Public
from models.call.asking import want_call
from models.call.call import Call
from models.call.connection import MeetingProviderConnection
from models.meeting.history import record, snapshot
from models.meeting.meeting import Meeting
from models.meeting.noticing import notice
from models.transactions import Transaction, transaction
from models.words import DeliveryState, MeetingChangeKind, MeetingStatus
from providers.meetings.protocol import CallWish, ProvidedCall

GONE = (MeetingStatus.CANCELLED, MeetingStatus.DECLINED, MeetingStatus.EXPIRED)
"""What needs its call no longer."""


class Deed(Enum):
    MAKE = auto()
    MOVE = auto()
    DROP = auto()


@dataclass(frozen=True, slots=True)
class Errand:
    """What the provider is to be asked. `id` is of a call that was made."""

    deed: Deed
    meeting_id: int
    meeting_start: datetime
    connection: MeetingProviderConnection
    id: str
    wish: CallWish


async def begin(meeting_id: int, *, now: datetime) -> Errand | None:
    """What is to be done for the meeting's call as both are now; None where nothing is."""
    async with transaction() as tx:
        meeting = await _lock(meeting_id)
        if meeting is None or meeting.call_state is None:
            return None
        call = await Call.filter(meeting_id=meeting.id).select_related("connection").first()
        if meeting.status in GONE:
            return await _dropping(meeting, call)
        if meeting.status is not MeetingStatus.SCHEDULED:
            return None
        if call is None or call.external_id is None:
            return await _making(tx, meeting, call, now=now)
        if call.connection is not None and not call.is_for(meeting):
            return _errand(Deed.MOVE, meeting, call)
        if meeting.call_state is not DeliveryState.DONE:
            meeting.call_state = DeliveryState.DONE
            await meeting.save(update_fields=["call_state"])
        return None


async def keep(errand: Errand, provided: ProvidedCall, *, now: datetime) -> bool:
    """Write down the call that was made or moved, and tell everyone of a new one, or one that is joined otherwise than
    before; once, however often it was made. False where nobody knows of it any more, so that it is to be dropped."""
    async with transaction() as tx:
        meeting = await _lock(errand.meeting_id)
        call = await Call.get_or_none(meeting_id=errand.meeting_id)
        if meeting is None or call is None or call.key != errand.wish.key:
            return False
        is_new, before = call.external_id is None, snapshot(meeting)
        call.external_id = provided.id
        call.starts_at, call.ends_at = errand.wish.start, errand.wish.end
        await call.save(update_fields=["external_id", "starts_at", "ends_at"])
        if meeting.status in GONE:
            return True  # whoever has ended it has queued that it is dropped
        changed = _take_over(meeting, provided)
        await meeting.save(update_fields=[*changed, "call_state"])
        if is_new or changed:
            await _tell_of(tx, meeting, before=None if is_new else before, now=now)
    return True


async def keep_dropped(errand: Errand) -> None:
    """Forget the call of a meeting that needs it no longer."""
    async with transaction():
        meeting = await _lock(errand.meeting_id)
        if meeting is not None and meeting.status in GONE:
            await _forget(meeting)


async def give_up(errand: Errand, reason: str, *, now: datetime) -> None:
    """Write down that a meeting has no call, or one for another time, and tell its agents why. How to join one that was
    made stays."""
    async with transaction() as tx:
        meeting = await _lock(errand.meeting_id)
        call = await Call.get_or_none(meeting_id=errand.meeting_id)
        if meeting is None or call is None:
            return
        if meeting.status in GONE:
            await _forget(meeting)
        elif meeting.call_state is not DeliveryState.FAILED and not call.is_for(meeting):
            await _fail(tx, meeting, reason, now=now)


async def _lock(meeting_id: int) -> Meeting | None:
    return await Meeting.filter(id=meeting_id).select_for_update(no_key=True).first()


async def _dropping(meeting: Meeting, call: Call | None) -> Errand | None:
    if call is not None and call.external_id is not None and call.connection is not None:
        return _errand(Deed.DROP, meeting, call)
    await _forget(meeting)
    return None


async def _making(tx: Transaction, meeting: Meeting, call: Call | None, *, now: datetime) -> Errand | None:
    """Of a meeting whose call nobody asked for by hand, as the organization wants it by now."""
    if meeting.call_state is DeliveryState.FAILED:
        return None
    how = (await meeting.organization).settings.virtual_meetings
    if call is None and not how.enabled:
        await _forget(meeting)
        return None
    try:
        if call is None or call.connection is None:
            call = await want_call(meeting, how)
    except ProviderDisconnected as refused:
        await _fail(tx, meeting, refused.message, now=now)
        return None
    return _errand(Deed.MAKE, meeting, call)


def _errand(deed: Deed, meeting: Meeting, call: Call) -> Errand:
    wish = CallWish(
        key=call.key,
        title=meeting.title,
        start=meeting.start,
        end=meeting.end,
        has_password=call.has_password,
    )
    assert call.connection is not None
    return Errand(deed, meeting.id, meeting.start, call.connection, call.external_id or "", wish)


def _take_over(meeting: Meeting, provided: ProvidedCall) -> list[str]:
    """The columns of the meeting that are others now."""
    told = {
        "join_url": provided.join_url,
        "join_password": provided.password,
        "dial_in": provided.dial_in,
    }
    changed = [name for name, value in told.items() if getattr(meeting, name) != value]
    meeting.update_from_dict({**told, "call_state": DeliveryState.DONE})
    return changed


async def _tell_of(
    tx: Transaction, meeting: Meeting, *, before: Mapping[str, Any] | None, now: datetime
) -> None:
    meeting.sequence += 1  # how to join is part of the calendar entry
    await meeting.save(update_fields=["sequence"])
    kind = MeetingChangeKind.VIRTUAL_MEETING_CREATED
    await record(tx, meeting, kind, actor=Public(), before=before, reason=None, now=now)


async def _fail(tx: Transaction, meeting: Meeting, reason: str, *, now: datetime) -> None:
    meeting.call_state = DeliveryState.FAILED
    await meeting.save(update_fields=["call_state"])
    kind = MeetingChangeKind.VIRTUAL_MEETING_FAILED
    await record(tx, meeting, kind, actor=Public(), before=None, reason=reason, now=now)


async def _forget(meeting: Meeting) -> None:
    await Call.filter(meeting_id=meeting.id).delete()
    meeting.update_from_dict({"join_url": None, "join_password": None, "dial_in": None, "call_state": None})
    await meeting.save(update_fields=["join_url", "join_password", "dial_in", "call_state"])
    await notice(meeting)
