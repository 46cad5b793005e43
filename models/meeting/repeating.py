"""Series: meetings at the starts that a recurrence rule gives, each decided by itself.

All of a series is one transaction, so that the same request again finds all of it or nothing. It takes the time of its
agents again and again, so it has their rows first (see models/availability/taking.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from errors import ErrorCode, LinkExpired, TimeRefused
from models import input
from models.actor import Actor, AgentActor
from models.agent.locking import lock_agents
from models.availability.offered import lock_link
from models.availability.pool import pool
from models.availability.target import check_public_booking
from models.contact.recognising import hold_other_details, recognise
from models.guest.own import check_signed_in, signed
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.meeting.booking import book_for
from models.meeting.joining import TakesPart
from models.meeting.meeting import Meeting
from models.meeting.recurrence import MOST_OCCURRENCES, MOST_OF_THE_PUBLIC, occurrences
from models.meeting.rights import check_may_book
from models.meeting.series import MeetingSeries
from models.meeting.wish import Wish, checked
from models.naming import naming_what_is_there
from models.transactions import Transaction, transaction
from models.words import OnConflict
from scheduling.availability import Slot

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an occurrence cannot be had, and the nearest start that could be had instead, where there is one;
    `is_the_guests`: because they have it already."""

    code: ErrorCode
    message: str
    alternative: Slot | None = None
    is_the_guests: bool = False


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One start that the rule gives: booked, perhaps at another time, or refused; neither where nothing was booked
    because of others."""

    start: datetime
    meeting: Meeting | None = None
    refusal: Refusal | None = None


class _BookNothing(Exception):
    """Undoes the transaction of a series of which nothing is booked: as it was to be all, or as nothing can be had."""

    def __init__(self, decided: Sequence[Occurrence]) -> None:
        super().__init__("nothing is booked by halves")
        self.decided = decided


async def book_series(
    wish: Wish,
    recurrence: str,
    *,
    on_conflict: OnConflict,
    actor: Actor,
    now: datetime,
    once: Once | None = None,
) -> list[Occurrence]:
    """Book the wish at every start of the rule. Its meetings share one conversation, but for group meetings,
    each of which has its own.

    A start that cannot be had is refused by itself: then SKIP leaves it out, USE_ALTERNATIVE books the nearest one that
    can be had once all others are decided, and BOOK_NOTHING gives everything back. Where nothing is booked, nothing has
    been done. Refuses Invalid details or rules, ContactFieldRequired and IdempotencyConflict.
    """
    check_public_booking(wish.target, actor)
    await check_may_book(wish.target, actor=actor)
    check_signed_in(actor, wish.target.organization)
    wish = checked(replace(wish, guest=signed(wish.guest, actor)), actor=actor)
    zone = input.zone(wish.guest.time_zone, field=("guest", "timeZone"))
    most = MOST_OCCURRENCES if isinstance(actor, AgentActor) else MOST_OF_THE_PUBLIC
    starts = occurrences(recurrence, start=wish.start, zone=zone, most=most)
    try:
        async with naming_what_is_there(), transaction() as tx:
            earlier = await earlier_outcome(tx, once)
            if earlier is not None:
                return await _decided_before(earlier)
            series = await _begin(tx, wish, recurrence)
            decided = await _book(tx, wish, starts, series, on_conflict=on_conflict, actor=actor, now=now)
            series.outcome = [_stored(one) for one in decided]
            await series.save(update_fields=["outcome"])
            await remember_outcome(tx, once, series.id)
    except _BookNothing as nothing:
        return [replace(one, meeting=None) for one in nothing.decided]
    return decided


async def _begin(tx: Transaction, wish: Wish, recurrence: str) -> MeetingSeries:
    guest = await recognise(tx, wish.guest, organization=wish.target.organization)
    await hold_other_details(tx, guest)
    await lock_link(tx, wish.target.link)
    if wish.target.service is not None:
        await wish.target.service.lock()
    # Also those who could not have the meeting: some bookings hold all of a service, and in the order of their ids.
    await lock_agents(tx, list((await pool(wish.target)).named))
    return await MeetingSeries.create(organization_id=guest.organization_id, guest=guest, recurrence=recurrence)


async def _book(
    tx: Transaction,
    wish: Wish,
    starts: Sequence[datetime],
    series: MeetingSeries,
    *,
    on_conflict: OnConflict,
    actor: Actor,
    now: datetime,
) -> list[Occurrence]:
    """Decide every start, and then the alternatives of those that were refused."""
    booking = _Booking(tx, wish, series, actor=actor, now=now)
    decided = [await booking.at(start) for start in starts]
    if on_conflict is OnConflict.BOOK_NOTHING and any(one.refusal for one in decided):
        raise _BookNothing(_without_the_guests(decided))
    if on_conflict is OnConflict.USE_ALTERNATIVE:
        decided = [one if one.meeting else await booking.instead_of(one) for one in decided]
    if not any(one.meeting for one in decided):
        raise _BookNothing(decided)  # a link that is good for one booking still is
    return decided


def _without_the_guests(decided: Sequence[Occurrence]) -> list[Occurrence]:
    """That the guest comes to a meeting already is said where nothing else stands against the series: else whoever has
    one start refused on purpose could ask for nothing who comes to a class."""
    others = any(one.refusal and not _is_the_guests(one) for one in decided)
    return [replace(one, refusal=None) if others and _is_the_guests(one) else one for one in decided]


def _is_the_guests(one: Occurrence) -> bool:
    return one.refusal is not None and one.refusal.is_the_guests


class _Booking:
    """The meetings of one series, as they are booked one after the other."""

    def __init__(
        self, tx: Transaction, wish: Wish, series: MeetingSeries, *, actor: Actor, now: datetime
    ) -> None:
        self._tx, self._series, self._actor, self._now = tx, series, actor, now
        self._wish = wish

    async def at(self, start: datetime) -> Occurrence:
        try:
            meeting = await book_for(
                self._tx,
                replace(self._wish, start=start),
                self._series.guest,
                actor=self._actor,
                now=self._now,
                series=self._series,
            )
        except LinkExpired:
            raise
        except TakesPart as refused:
            return Occurrence(start, refusal=Refusal(refused.code, refused.message, is_the_guests=True))
        except TimeRefused as refused:
            nearest = next((slot for slot in refused.alternatives if isinstance(slot, Slot)), None)
            return Occurrence(start, refusal=Refusal(refused.code, refused.message, nearest))
        if not meeting.is_group:
            self._wish = replace(self._wish, conversation_id=meeting.conversation_id)
        return Occurrence(start, meeting)

    async def instead_of(self, refused: Occurrence) -> Occurrence:
        """The occurrence at its alternative. What was free may be another's of the series by now: then at what is
        nearest to it."""
        slot = refused.refusal.alternative if refused.refusal else None
        for _ in range(_TRIES):
            if slot is None:
                break
            second = await self.at(slot.start)
            if second.meeting is not None:
                return replace(refused, meeting=second.meeting)
            slot = second.refusal.alternative if second.refusal else None
        return refused


def _stored(one: Occurrence) -> dict[str, Any]:
    refusal, slot = one.refusal, one.refusal.alternative if one.refusal else None
    return {
        "start": one.start.isoformat(),
        "meeting": one.meeting and one.meeting.id,
        "refusal": refusal and {"code": refusal.code.value, "message": refusal.message},
        "alternative": slot
        and {**slot._asdict(), "start": slot.start.isoformat(), "end": slot.end.isoformat()},
    }


async def _decided_before(series_id: int) -> list[Occurrence]:
    series = await MeetingSeries.get(id=series_id)
    ids = [one["meeting"] for one in series.outcome if one["meeting"]]  # also of those that others had made
    meetings = {meeting.id: meeting for meeting in await Meeting.filter(id__in=ids)}
    return [_restored(one, meetings) for one in series.outcome]


def _restored(stored: Mapping[str, Any], meetings: Mapping[int, Meeting]) -> Occurrence:
    refusal, slot = stored["refusal"], stored["alternative"]
    moments = {name: datetime.fromisoformat(slot[name]) for name in ("start", "end")} if slot else {}
    alternative = Slot(**{**slot, **moments}) if slot else None
    return Occurrence(
        start=datetime.fromisoformat(stored["start"]),
        meeting=meetings.get(stored["meeting"]),
        refusal=Refusal(ErrorCode(refusal["code"]), refusal["message"], alternative) if refusal else None,
    )
