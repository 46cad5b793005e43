"""What comes of reading a calendar: its busy time, or what stood in the way."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from errors import ProviderDown, ProviderError
from models.calendar.busy import replace_busy_time, shortcoming
from models.calendar.connection import CalendarConnection
from models.calendar.refreshing import Refresh, next_regular
from models.changes import hint_at_schedules
from models.keyring import Keyring
from models.letter.ordered import Order, order_letter
from models.transactions import Transaction, transaction
from models.words import Audience, ConnectionStatus, Occasion
from providers.calendars.protocol import BusyReading

# A calendar that cannot be reached for so long is taken for disconnected: what is known of it is too old.
PATIENCE = timedelta(hours=24)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
# Refused is refused; but servers also refuse for an hour what they served for a year.
PAUSE_AFTER_REJECTION = timedelta(hours=6)

_ADDRESS = re.compile(r"\S*(://|@)\S*")


async def store_reading(refresh: Refresh, reading: BusyReading, *, now: datetime) -> bool:
    """Take over the busy time read; False where the connection is gone, or was read later than `now` already."""
    settings = refresh.connection.organization.settings
    async with transaction() as tx:
        connection = await _lock(refresh, now=now)
        if connection is None:
            return False
        learned: dict[str, Any] = {"last_error": None} if connection.failing_since else {}
        if not reading.not_modified:
            await replace_busy_time(tx, connection, reading.busy)
            learned = {
                "known_until": refresh.window.end,
                "read_as": refresh.read_as,
                "last_error": shortcoming(reading),
            }
        await CalendarConnection.filter(id=connection.id).update(
            **learned,
            etag=reading.validators.etag,
            last_modified=reading.validators.last_modified,
            status=ConnectionStatus.CONNECTED,
            last_synced_at=now,
            failing_since=None,
            disconnected_at=None,
            owner_notified_at=None,
            next_refresh_at=next_regular(connection, minutes=settings.calendar_refresh_minutes, now=now),
        )
        if connection.status is not ConnectionStatus.CONNECTED or "known_until" in learned:
            hint_at_schedules(connection.organization_id)
    return True


async def store_failure(refresh: Refresh, error: ProviderError, *, keys: Keyring, now: datetime) -> bool:
    """Note what went wrong; the busy time known so far stays, and blocks. False where the connection is gone.

    A calendar that rejects us, or has been down for a day, is disconnected until it can be read again; its owner is
    told so by mail, once.
    """
    async with transaction() as tx:
        connection = await _lock(refresh, now=now)
        if connection is None:
            return False
        failing_since = connection.failing_since or now
        lost: dict[str, Any] = {}
        if not isinstance(error, ProviderDown) or now - failing_since >= PATIENCE:
            lost = {
                "status": ConnectionStatus.DISCONNECTED,
                "disconnected_at": connection.disconnected_at or now,
                "owner_notified_at": connection.owner_notified_at
                or await _notify(tx, refresh, keys=keys, now=now),
            }
        await CalendarConnection.filter(id=connection.id).update(
            **lost,
            failing_since=failing_since,
            last_error=_without_addresses(str(error)),
            next_refresh_at=now + _pause(error, now - failing_since),
        )
        if lost:
            hint_at_schedules(connection.organization_id)
    return True


async def _notify(tx: Transaction, refresh: Refresh, *, keys: Keyring, now: datetime) -> datetime:
    """Mail the owner that their calendar cannot be read any more; returns when."""
    connection, agent = refresh.connection, refresh.connection.agent
    order = Order(
        key=f"calendar:{connection.id}:{now.isoformat()}",
        occasion=Occasion.CALENDAR_DISCONNECTED,
        audience=Audience.AGENT,
        name=agent.name,
        address=agent.email,
        time_zone=agent.time_zone,
        languages=tuple(agent.languages),
        account=connection.account,
    )
    await order_letter(tx, order, organization_id=agent.organization_id, keys=keys, now=now)
    return now


async def _lock(refresh: Refresh, *, now: datetime) -> CalendarConnection | None:
    """The connection as it is now: it may have been removed, or read by another job, during the fetch."""
    connection = await CalendarConnection.filter(id=refresh.connection.id).select_for_update().first()
    if connection is None or (connection.last_synced_at is not None and connection.last_synced_at > now):
        return None
    return connection


def _pause(error: ProviderError, failing_for: timedelta) -> timedelta:
    """As long again as it has been failing, which doubles; at least what the provider asked for."""
    if not isinstance(error, ProviderDown):
        return PAUSE_AFTER_REJECTION
    asked = timedelta(seconds=error.retry_after_seconds or 0)
    return max(min(max(failing_for, FIRST_PAUSE), LONGEST_PAUSE), asked)


def _without_addresses(text: str) -> str:
    """One short line for the agent's eyes, without whatever looks like an address, which may hold a secret."""
    return " ".join(_ADDRESS.sub("…", text).split())[:200]
