"""What a calendar says, as rows: which time is busy. Nothing else of it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from models.calendar.connection import CalendarConnection
from models.changes import hint_at_schedules
from models.organization.settings import Settings
from models.transactions import Transaction
from providers.calendars.protocol import BusyPolicy, BusyReading
from scheduling.intervals import Interval

DAY = timedelta(days=1)
# Read further than can be booked, so that a calendar that does not change need not be read whole every day.
AHEAD_OF_HORIZON = timedelta(days=35)


def policy_of(settings: Settings) -> BusyPolicy:
    return BusyPolicy(
        tentative_is_busy=settings.tentative_is_busy,
        unanswered_is_busy=settings.unanswered_is_busy,
        out_of_office_is_busy=settings.out_of_office_is_busy,
        working_elsewhere_is_busy=settings.working_elsewhere_is_busy,
    )


def window_from(now: datetime, ahead: timedelta) -> Interval:
    """From yesterday's midnight to that long after today's, in UTC: whole days, so that it moves once a day."""
    today = datetime.combine(now.astimezone(UTC).date(), time(), tzinfo=UTC)
    return Interval(today - DAY, today + ahead)


async def replace_busy_time(tx: Transaction, connection: CalendarConnection, busy: Iterable[Interval]) -> None:
    """Let exactly this time be the connection's busy time. Rows that stay as they are are not touched."""
    rows = await tx.rows("SELECT id, starts_at, ends_at FROM busy_time WHERE connection_id = %s", connection.id)
    known = {Interval.between(row["starts_at"], row["ends_at"]): row["id"] for row in rows}
    wanted = set(busy)
    gone = [id for interval, id in known.items() if interval not in wanted]
    new = sorted(wanted - known.keys())
    if gone or new:
        hint_at_schedules(connection.organization_id)
    if gone:
        await tx.rows("DELETE FROM busy_time WHERE id = ANY(%s)", gone)
    if new:
        await _insert(tx, connection, new)


async def _insert(tx: Transaction, connection: CalendarConnection, busy: list[Interval]) -> None:
    await tx.rows(
        "INSERT INTO busy_time (organization_id, connection_id, agent_id, starts_at, ends_at)"
        " SELECT %s, %s, %s, one.starts_at, one.ends_at"
        " FROM unnest(%s::timestamptz[], %s::timestamptz[]) AS one(starts_at, ends_at)",
        connection.organization_id,
        connection.id,
        connection.agent_id,
        [one.start for one in busy],
        [one.end for one in busy],
    )


def shortcoming(reading: BusyReading) -> str | None:
    """What the agent should know is missing from the busy time: how many events, and why; never which."""
    if not reading.unreadable:
        return None
    worst = max(reading.unreadable, key=lambda entry: entry.events)
    count = reading.unreadable_count
    return f"{count} {'event' if count == 1 else 'events'} could not be read: {worst.fault}."
