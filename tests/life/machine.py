"""A machine that draws what happens in the town, one thing after the other, and asks after each whether all is true."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tortoise import connections

from resolvers import ids
from tests.builders import MONDAY
from tests.life.account import ACTIVE, EARLY, HALF_HOUR, JOINING, OVER, UNSEEN, WAITING, Account, Entry
from tests.life.asking import assert_claims, assert_free, assert_shown
from tests.life.drawing import drawn
from tests.life.town import AGENTS, COMPANION, GUESTS, Town, minutes

R = TypeVar("R")
DRAWN = drawn()
DAYS = (datetime(2027, 3, 1, 8, tzinfo=UTC), datetime(2027, 3, 2, 8, tzinfo=UTC))
STARTS = st.sampled_from([day + n * HALF_HOUR for day in DAYS for n in range(4)])
WISHES = st.sampled_from(["anna", "ben", "either", "ask anna", "ask either"])
WHICH = st.integers(0, 11)


def awaited(deed: Callable[..., Coroutine[Any, Any, R]]) -> Callable[..., R]:
    """The machine lives in a thread of its own; what it does, in the loop of the database."""

    @wraps(deed)
    def act(self: Life, **values: Any) -> R:
        return asyncio.run_coroutine_threadsafe(deed(self, **values), self.loop).result()

    return act


class Life(RuleBasedStateMachine):
    """Times are never those of a slot: the clock stands at three minutes past, and goes by fives."""

    def __init__(self, town: Town, empty: str, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.town, self.empty, self.loop = town, empty, loop
        self.account = Account(must_confirm=False, leads=())
        self.last: tuple[str, Entry, str] | None = None

    @property
    def now(self) -> datetime:
        return self.town.clock.now

    @initialize(must_confirm=st.booleans(), leads=st.sampled_from([(), (60,), (1440, 60)]))
    @awaited
    async def begin(self, must_confirm: bool, leads: tuple[int, ...]) -> None:
        await connections.get("default").execute_script(self.empty)
        self.town.clock.now = MONDAY + minutes(3)
        self.town.post.outbox.clear()
        self.town.post.falls = None
        self.account = Account(must_confirm=must_confirm, leads=leads)
        await self.town.found(must_confirm=must_confirm, leads=leads)

    @rule(
        what=WISHES,
        start=STARTS,
        guest=st.sampled_from(GUESTS),
        brings=st.sampled_from([None, COMPANION]),
        by=st.sampled_from([None, None, *AGENTS]),
    )
    @awaited
    async def book(self, what: str, start: datetime, guest: str, brings: str | None, by: str | None) -> None:
        now, end = self.now, start + HALF_HOUR
        asked, name = what.startswith("ask "), what.removeprefix("ask ")
        wanted = AGENTS if name == "either" else (name,)
        free = {one for one in wanted if self.account.is_free(one, start, end, now=now)}
        payload = await self.town.book(what, start, guest, brings=brings, by=by)
        if start <= now or not free:
            assert payload["errors"] and payload["meeting"] is None
            return
        assert payload["errors"] == []
        agents = {agent["name"] for agent in payload["meeting"]["agents"]}
        assert len(agents) == 1 and agents <= free
        status, expires_at = self.account.standing(start, asked=asked, by_guest=by is None, now=now)
        entry = Entry(
            id=payload["meeting"]["id"],
            guest=guest,
            agents=agents,
            start=start,
            end=end,
            status=status,
            expires_at=expires_at,
            asked=asked,
            shared=name == "either",
            brings=brings,
        )
        entry.note("BOOKED", now, of=None)
        assert (None, status) in DRAWN["bookMeeting"]
        self.account.entries.append(entry)

    @precondition(lambda self: self.account.entries)
    @rule(which=WHICH)
    @awaited
    async def confirm(self, which: int) -> None:
        entry = self.entry(which)
        refusal = entry.refusal(self.now, "AWAITING_GUEST")
        if await self.did("confirmMeeting", entry, "guest", refusal):
            status, until = ("REQUESTED", entry.start) if entry.asked else ("SCHEDULED", None)
            entry.stand("CONFIRMED", status, until, self.now)

    @precondition(lambda self: self.account.entries)
    @rule(which=WHICH, by=st.sampled_from(AGENTS), accepts=st.booleans())
    @awaited
    async def decide(self, which: int, by: str, accepts: bool) -> None:
        entry = self.entry(which)
        refusal = entry.refusal(self.now, "REQUESTED")
        if await self.did("acceptMeeting" if accepts else "declineMeeting", entry, by, refusal):
            self.decided(entry, accepts=accepts)

    @precondition(lambda self: self.account.entries)
    @rule(which=WHICH, by=st.sampled_from(("guest", "other", *AGENTS)))
    @awaited
    async def cancel(self, which: int, by: str) -> None:
        entry = self.entry(which)
        if await self.did("cancelMeeting", entry, by, entry.refusal(self.now, *ACTIVE)):
            entry.end_as("CANCELLED", self.now)

    @precondition(lambda self: self.account.entries)
    @rule(
        which=WHICH,
        by=st.sampled_from(("guest", "other", *AGENTS)),
        start=STARTS,
        hours=st.sampled_from([1, 2]),
    )
    @awaited
    async def move(self, which: int, by: str, start: datetime, hours: int) -> None:
        entry, now = self.entry(which), self.now
        end = start + hours * HALF_HOUR
        more = {"start": start.isoformat(), "durationMinutes": 30 * hours}
        is_same = (start, end) == (entry.start, entry.end)
        fits = start > now and all(
            self.account.is_free(one, start, end, now=now, but=entry) for one in entry.agents
        )
        refusal = entry.refusal(now, *ACTIVE) or (None if is_same or fits else "")
        if await self.did("rescheduleMeeting", entry, by, refusal, **more) and not is_same:
            self.account.move(entry, start, end, by_guest=by == "guest", now=now)

    @precondition(lambda self: self.account.entries)
    @rule(which=WHICH, by=st.sampled_from(AGENTS))
    @awaited
    async def pass_on(self, which: int, by: str) -> None:
        entry, now = self.entry(which), self.now
        [other] = set(AGENTS) - entry.agents
        is_free = self.account.is_free(other, entry.start, entry.end, now=now)
        refusal = entry.refusal(now, *ACTIVE) or (None if is_free else "AGENT_UNAVAILABLE")
        agent = ids.encode("Agent", self.town.agents[other].id)
        if await self.did("reassignMeeting", entry, by, refusal, agentId=agent):
            entry.agents = {other}
            entry.note("REASSIGNED", now, of=entry.status)

    @precondition(lambda self: self.account.entries)
    @rule(which=WHICH, who=st.sampled_from(("guest", "other", *AGENTS)))
    @awaited
    async def arrive(self, which: int, who: str) -> None:
        entry = self.entry(which)
        name = entry.guest if who == "guest" else who
        refusal = None
        if name not in entry.arrived:
            if entry.status != "SCHEDULED" or entry.end <= self.now:
                refusal = OVER
            elif self.now < entry.start - JOINING:
                refusal = EARLY
        if await self.did("joinMeeting", entry, who, refusal):
            entry.arrived.add(name)

    @precondition(lambda self: self.account.entries)
    @rule(which=WHICH, by=st.sampled_from(AGENTS))
    @awaited
    async def complete(self, which: int, by: str) -> None:
        entry = self.entry(which)
        refusal = OVER if entry.status != "SCHEDULED" else EARLY if self.now < entry.start else None
        if await self.did("completeMeeting", entry, by, refusal):
            entry.is_held_by_word = True
            entry.end_as("COMPLETED", self.now)

    @precondition(lambda self: self.account.entries)
    @rule(which=WHICH, by=st.sampled_from(AGENTS))
    @awaited
    async def miss(self, which: int, by: str) -> None:
        entry, refusal = self.entry(which), None
        if entry.status not in ("SCHEDULED", "COMPLETED") or entry.is_held_by_word:
            refusal = OVER
        elif self.now < entry.start + WAITING:
            refusal = EARLY
        elif entry.guest in entry.arrived:
            refusal = OVER
        if await self.did("markNoShow", entry, by, refusal):
            entry.end_as("NO_SHOW", self.now)

    @precondition(lambda self: self.account.entries)
    @rule(which=WHICH)
    @awaited
    async def decide_at_once(self, which: int) -> None:
        """Accepted, declined and cancelled in the same moment: one has decided, the others are told so."""
        entry, now, self.last = self.entry(which), self.now, None
        [agent] = entry.agents
        verbs = ("acceptMeeting", "declineMeeting", "cancelMeeting")
        codes = await asyncio.gather(
            self.say("acceptMeeting", entry, agent), self.say("declineMeeting", entry, agent),
            self.say("cancelMeeting", entry, "guest"),
        )  # fmt: skip
        can = [entry.refusal(now, "REQUESTED")] * 2 + [entry.refusal(now, *ACTIVE)]
        done = [verb for verb, code in zip(verbs, codes, strict=True) if code is None]
        if all(can):
            assert list(codes) == can
            return
        # What was accepted can still be cancelled afterwards.
        assert len(done) == 1 or done == ["acceptMeeting", "cancelMeeting"]
        assert all(code == OVER for code in codes if code)
        if done[0] != "cancelMeeting":
            self.decided(entry, accepts=done[0] == "acceptMeeting")
        if done[-1] == "cancelMeeting":
            entry.end_as("CANCELLED", now)

    @rule(passed=st.sampled_from([5, 20, 30, 90, 960]))
    @awaited
    async def wait(self, passed: int) -> None:
        """Time goes by, and no worker sees to anything."""
        self.town.clock.now += minutes(passed)

    @rule(workers=st.sampled_from([1, 1, 2]), falls=st.sampled_from([None, None, "before", "after"]))
    @awaited
    async def work(self, workers: int, falls: str | None) -> None:
        before, self.last = [one.status for one in self.account.entries], None
        self.account.let_time_work(self.now)
        self.town.post.falls = falls
        await self.town.work(workers=workers)
        for status, one in zip(before, self.account.entries, strict=True):
            assert status == one.status or (status, one.status) in DRAWN["time"]
        assert self.town.post.count() == self.account.letters()

    @invariant()
    @awaited
    async def all_is_true(self) -> None:
        if self.last is not None:
            verb, changed, before = self.last
            assert before == changed.status or (before, changed.status) in DRAWN.get(verb, ())
        for entry in self.account.entries:
            await assert_shown(self.town, entry, now=self.now)
        for agent in AGENTS:
            await assert_free(self.town, self.account, agent, DAYS, now=self.now)
        await assert_claims(self.now)

    def teardown(self) -> None:
        """In the end a worker has done everything."""
        if sys.exc_info()[0] is None:
            self.work(workers=1, falls=None)

    def entry(self, which: int) -> Entry:
        return self.account.entries[which % len(self.account.entries)]

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
