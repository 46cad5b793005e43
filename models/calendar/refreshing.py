"""When a connected calendar is read, with what question, and when it is due again.

Every refresh looks at `next_refresh_at` first, so that any number of jobs for one connection read it once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from errors import NotFound
from models.actor import AgentActor
from models.calendar.busy import AHEAD_OF_HORIZON, policy_of, window_from
from models.calendar.connection import CalendarConnection
from models.transactions import Transaction, transaction
from providers.calendars.protocol import BusyPolicy
from providers.fetching import NOTHING_KNOWN, Validators
from scheduling.intervals import Interval

REFRESH = "calendars.refresh"
# An answer of "not modified" is accepted while what was read reaches at least this far beyond the horizon.
_ENOUGH = timedelta(days=7)
# The clock of the machine that made it due may be ahead of the worker's.
_CLOCKS_APART = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Refresh:
    """A reading to be made of a connection: of which time, by which rules, and what is known already."""

    connection: CalendarConnection
    window: Interval
    policy: BusyPolicy
    known: Validators
    read_as: str


def job_lock(connection_id: int) -> str:
    """Jobs with the same lock run one after the other."""
    return f"calendar:{connection_id}"


async def refresh_later(tx: Transaction, connection: CalendarConnection) -> None:
    await tx.later(REFRESH, lock=job_lock(connection.id), connection_id=connection.id)


async def request_refresh(connection_id: int, *, actor: AgentActor, now: datetime) -> CalendarConnection:
    """Have the calendar read again soon; nothing comes of it for an uploaded file, or where that is due anyway.

    Refuses NotFound, also for somebody else's.
    """
    async with transaction() as tx:
        connection = await CalendarConnection.visible_to(actor).filter(id=connection_id).first()
        if connection is None:
            raise NotFound("There is no such calendar.", field=("connectionId",))
        became_due = await tx.rows(
            "UPDATE calendar_connection SET next_refresh_at = %s WHERE id = %s AND sealed_address IS NOT NULL"
            " AND (next_refresh_at IS NULL OR next_refresh_at > %s) RETURNING id",
            now, connection.id, now,
        )  # fmt: skip
        if became_due:
            await refresh_later(tx, connection)
    return await CalendarConnection.get(id=connection.id)


async def due_connections(*, now: datetime, limit: int) -> list[int]:
    """The ids of connections to be read now, the longest due first."""
    due = CalendarConnection.filter(next_refresh_at__lte=now).order_by("next_refresh_at", "id").limit(limit)
    return [connection.id for connection in await due.only("id")]


async def begin_refresh(connection_id: int, *, now: datetime) -> Refresh | None:
    """What to ask the calendar; None where it is gone, or not due because somebody has read it meanwhile."""
    connection = (
        await CalendarConnection.filter(id=connection_id, next_refresh_at__lte=now + _CLOCKS_APART)
        .select_related("agent", "organization")
        .first()
    )
    if connection is None:
        return None
    settings = connection.organization.settings
    policy = policy_of(settings)
    read_as = _digest(policy, connection)
    horizon = timedelta(days=settings.bookable_days_ahead)
    reaches = connection.known_until is not None and connection.known_until >= now + horizon + _ENOUGH
    knows = reaches and connection.read_as == read_as
    return Refresh(
        connection=connection,
        window=window_from(now, horizon + AHEAD_OF_HORIZON),
        policy=policy,
        known=Validators(connection.etag, connection.last_modified) if knows else NOTHING_KNOWN,
        read_as=read_as,
    )


def next_regular(connection: CalendarConnection, *, minutes: int, now: datetime) -> datetime:
    """When the interval of so many minutes is over, or up to a fifth of it earlier: connections take turns."""
    part: float = (connection.id * 2_654_435_761 % 2**32) / 2**32
    return now + timedelta(minutes=minutes) * (1 - part / 5)


def _digest(policy: BusyPolicy, connection: CalendarConnection) -> str:
    """Everything besides the calendar itself that decides what of it is busy."""
    agent = connection.agent
    return hashlib.sha256(f"{policy}|{agent.time_zone}|{agent.email}".encode()).hexdigest()
