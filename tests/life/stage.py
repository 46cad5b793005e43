"""The stage on which a life is played: its clock, its account, and how somebody does something to a meeting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, time, timedelta
from functools import wraps
from typing import Any, TypeVar

from hypothesis.stateful import RuleBasedStateMachine

from tests.life.account import HALF_HOUR, UNSEEN, Account, Entry
from tests.life.town import Town, minutes

R = TypeVar("R")
OPENING = time(8, tzinfo=UTC)

Place = tuple[int, int]
"""Today or on the next day, and which half hour after the opening."""


def awaited(deed: Callable[..., Coroutine[Any, Any, R]]) -> Callable[..., R]:
    """The machine lives in a thread of its own; what it does, in the loop of the database."""

    @wraps(deed)
    def act(self: Stage, **values: Any) -> R:
        return asyncio.run_coroutine_threadsafe(deed(self, **values), self.loop).result()

    return act


class Stage(RuleBasedStateMachine):
    """Times are never those of a slot: the clock stands at three minutes past, and goes by fives."""

    def __init__(self, town: Town, empty: str, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.town, self.empty, self.loop = town, empty, loop
        self.account = Account(must_confirm=False, leads=())
        self.last: tuple[str, Entry, str] | None = None

    @property
    def now(self) -> datetime:
        return self.town.clock.now

    @property
    def days(self) -> list[datetime]:
        """Today and the day after, on which the agents begin their work at these moments; nobody works on weekends."""
        coming = (self.now.date() + timedelta(days=n) for n in range(4))
        return [datetime.combine(day, OPENING) for day in coming if day.weekday() < 5][:2]

    def start(self, place: Place) -> datetime:
        day, slot = place
        return self.days[day] + slot * HALF_HOUR

    def pass_by(self, moment: datetime) -> None:
        """Have it be a little later than that: never at a moment at which slots begin."""
        self.town.clock.now = max(self.now, moment + minutes(5 if moment.minute % 5 else 3))

    def entry(self, which: int, *statuses: str) -> Entry:
        """Mostly one that stands so, if there is any: to the others little can be done."""
        entries = self.account.entries
        fitting = [one for one in entries if one.status in statuses]
        among = fitting if fitting and which % 4 else entries
        return among[which % len(among)]

    async def say(self, verb: str, entry: Entry, who: str, **more: Any) -> str | None:
        client = await self.town.client(entry, who, self.account.entries)
        return await self.town.do(client, verb, entry.id, **more)

    async def did(self, verb: str, entry: Entry, who: str, refusal: str | None, **more: Any) -> bool:
        """Whether it was done, or refused, as it had to be; an empty refusal says only that there is to be one."""
        status = entry.status
        code = await self.say(verb, entry, who, **more)
        if who != "guest" and not entry.seen_by(who):
            assert code == UNSEEN
            return False
        assert code == refusal if refusal != "" else code
        self.last = (verb, entry, status)
        return code is None

    def decided(self, entry: Entry, *, accepts: bool) -> None:
        if accepts:
            entry.stand("ACCEPTED", "SCHEDULED", None, self.now)
        else:
            entry.end_as("DECLINED", self.now)
