"""Days that pass in an organization which purges what is older than a month; and what is left in the database."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from tortoise import connections

from models.organization.organization import Organization
from models.retention.purge import MeetingCount
from models.retention.purging import purge_step
from tests.builders import MONDAY

KEPT_DAYS = 30
TEN = MONDAY + timedelta(hours=2)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
# The date in Rome on which the meetings of that Monday have been over for thirty whole days begins at 22:00 UTC.
LAST_DAY = datetime(2027, 3, 31, 22, tzinfo=MONDAY.tzinfo) - MINUTE
"""The last minute of the thirtieth day."""

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations'"


async def purging(organization: Organization, **settings: Any) -> None:
    """Have it purge what is older than a month, since long."""
    stored = {**organization.stored_settings, "purge_outdated_meetings": True, "retention_days": KEPT_DAYS}
    await Organization.filter(id=organization.id).update(stored_settings={**stored, **settings})
    await purge(organization, now=MONDAY - DAY)


async def purge(organization: Organization, *, now: datetime) -> int:
    """Purge until nothing is left to do; in how many steps."""
    steps = 1
    while await purge_step(organization.id, now=now):
        steps += 1
    return steps


async def mentions(*words: str) -> dict[str, list[str]]:
    """In which tables the database still says one of these words."""
    connection = connections.get("default")
    tables = tuple(row["tablename"] for row in await connection.execute_query_dict(_TABLES))
    found = {}
    for word in words:
        rows = await connection.execute_query_dict(_searching(tables), [f"%{word}%"] * len(tables))
        if rows:
            found[word] = [row["name"] for row in rows]
    return found


@cache
def _searching(tables: tuple[str, ...]) -> str:
    return " UNION ALL ".join(
        f"SELECT '{name}' AS name WHERE EXISTS (SELECT FROM \"{name}\" t WHERE t::text ILIKE %s)"
        for name in tables
    )


async def counts(organization: Organization) -> list[tuple[Any, ...]]:
    """What is counted: day, type, status, meetings, guests, minutes."""
    rows = await MeetingCount.filter(organization_id=organization.id).order_by("day", "status", "meeting_type")
    return [
        (one.day.isoformat(), one.meeting_type.value, one.status.value, one.meetings, one.guests, one.minutes)
        for one in rows
    ]
