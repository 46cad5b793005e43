"""Holding, booking and looking at what came of it, at fixed times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tortoise import connections

from errors import (
    Refused,
)
from models.actor import Public
from models.agent.agent import Agent
from models.availability.target import Named, Target, find_target
from models.contact.details import GuestDetails
from models.hold import Held, hold
from models.keyring import Keyring
from models.meeting.booking import book
from models.meeting.meeting import Meeting
from models.meeting.wish import Wish
from tests.builders import MONDAY

NOW = MONDAY
NINE = MONDAY + timedelta(hours=1)
HALF_HOUR = timedelta(minutes=30)
TEN_MINUTES = timedelta(minutes=10)
KEYS = Keyring(b"only for tests, and long enough!")


async def target_of(agent: Agent, **named: int) -> Target:
    return await find_target(Named(agent_id=agent.id, **named), actor=Public(), now=NOW)  # type: ignore[arg-type]


async def take(target: Target, start: datetime = NINE, *, now: datetime = NOW) -> Held:
    return await hold(target, start, actor=Public(), keys=KEYS, now=now)


async def try_to_hold(target: Target, start: datetime = NINE, *, now: datetime = NOW) -> Held | Refused:
    try:
        return await take(target, start, now=now)
    except Refused as refused:
        return refused


async def use(
    target: Target,
    start: datetime = NINE,
    token: str | None = None,
    *,
    name: str = "Grace",
    now: datetime = NOW,
) -> Meeting | Refused:
    guest = GuestDetails(
        name=name, email=f"{name.lower()}@guests.example", phone=None, locale=None, time_zone="Europe/Rome"
    )
    wish = Wish(target=target, start=start, guest=guest, hold_token=token)
    try:
        return await book(wish, actor=Public(), now=now)
    except Refused as refused:
        return refused


async def overlaps() -> int:
    [row] = await connections.get("default").execute_query_dict(
        "SELECT count(*) AS pairs FROM claim a JOIN claim b ON a.agent_id = b.agent_id AND a.id < b.id"
        " AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
    )
    return int(row["pairs"])


def kinds(outcomes: Sequence[object]) -> dict[str, int]:
    names = [type(one).__name__ for one in outcomes]
    return {name: names.count(name) for name in sorted(names)}
