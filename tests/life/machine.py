"""A machine that draws what happens in the town, one thing after the other, and asks after each whether all is true."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from tortoise import connections

from resolvers import ids
from tests.builders import MONDAY
from tests.life.account import ACTIVE, EARLY, HALF_HOUR, JOINING, OVER, WAITING, Account, Entry
from tests.life.asking import assert_claims, assert_free, assert_shown
from tests.life.drawing import drawn
from tests.life.stage import Place, Stage, awaited
from tests.life.town import AGENTS, COMPANION, GUESTS, minutes

DRAWN = drawn()
# Everybody likes to meet in the first hours of a day's work.
STARTS = st.tuples(st.integers(0, 1), st.integers(0, 3))
WISHES = st.sampled_from(["anna", "ben", "either", "ask anna", "ask either"])
BOOKINGS = st.tuples(
    WISHES,
    STARTS,
    st.sampled_from(GUESTS),
    st.sampled_from([None, COMPANION]),
    st.sampled_from([None, None, *AGENTS]),
)
Booking = tuple[str, Place, str, str | None, str | None]
WHICH = st.integers(0, 11)
OF_GUESTS = ("confirmMeeting", "rescheduleMeeting", "cancelMeeting")
OF_AGENTS = ("acceptMeeting", "declineMeeting", "reassignMeeting")


class Life(Stage):
    """What two guests, two agents, a worker and time do."""

    @initialize(
        must_confirm=st.booleans(),
        leads=st.sampled_from([(), (60,), (1440, 60)]),
        bookings=st.lists(BOOKINGS, min_size=2, max_size=4),
    )
    @awaited
    async def begin(self, must_confirm: bool, leads: tuple[int, ...], bookings: list[Booking]) -> None:
        await connections.get("default").execute_script(self.empty)
        self.town.clock.now = MONDAY + minutes(3)
        self.town.post.outbox.clear()
        self.town.post.falls = None
        self.account = Account(must_confirm=must_confirm, leads=leads)
        await self.town.found(must_confirm=must_confirm, leads=leads)
        for booking in bookings:
            await self.booked(*booking)

    @rule(booking=BOOKINGS)
    @awaited
    async def book(self, booking: Booking) -> None:
        await self.booked(*booking)

    async def booked(self, what: str, place: Place, guest: str, brings: str | None, by: str | None) -> None:
        now, start = self.now, self.start(place)
        end = start + HALF_HOUR
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
        entry = self.entry(which, "AWAITING_GUEST")
        refusal = entry.refusal(self.now, "AWAITING_GUEST")
        if await self.did("confirmMeeting", entry, "guest", refusal):
            status, until = ("REQUESTED", entry.start) if entry.asked else ("SCHEDULED", None)
            entry.stand("CONFIRMED", status, until, self.now)

    @precondition(lambda self: self.account.entries)
    @rule(which=WHICH, by=st.sampled_from(AGENTS), accepts=st.booleans())
    @awaited
    async def decide(self, which: int, by: str, accepts: bool) -> None:
        entry = self.entry(which, "REQUESTED")
        refusal = entry.refusal(self.now, "REQUESTED")
        if await self.did("acceptMeeting" if accepts else "declineMeeting", entry, by, refusal):
            self.decided(entry, accepts=accepts)

    @precondition(lambda self: self.account.entries)
    @rule(which=WHICH, by=st.sampled_from(("guest", "other", *AGENTS)))
    @awaited
    async def cancel(self, which: int, by: str) -> None:
        entry = self.entry(which, *ACTIVE)
        if await self.did("cancelMeeting", entry, by, entry.refusal(self.now, *ACTIVE)):
            entry.end_as("CANCELLED", self.now)

    @precondition(lambda self: self.account.entries)
    @rule(
        which=WHICH,
        by=st.sampled_from(("guest", "other", *AGENTS)),
        place=STARTS,
        hours=st.sampled_from([1, 2]),
    )
    @awaited
    async def move(self, which: int, by: str, place: Place, hours: int) -> None:
        entry, now, start = self.entry(which, *ACTIVE), self.now, self.start(place)
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
        entry, now = self.entry(which, *ACTIVE), self.now
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
        entry = self.entry(which, "SCHEDULED")
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
        entry = self.entry(which, "SCHEDULED")
        refusal = OVER if entry.status != "SCHEDULED" else EARLY if self.now < entry.start else None
        if await self.did("completeMeeting", entry, by, refusal):
            entry.is_held_by_word = True
            entry.end_as("COMPLETED", self.now)

    @precondition(lambda self: self.account.entries)
    @rule(which=WHICH, by=st.sampled_from(AGENTS))
    @awaited
    async def miss(self, which: int, by: str) -> None:
        entry, refusal = self.entry(which, "SCHEDULED", "COMPLETED"), None
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
        entry, now, self.last = self.entry(which, "REQUESTED"), self.now, None
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

    @precondition(lambda self: self.account.entries)
    @rule(which=WHICH, after=st.sampled_from([0, 15, 30, 60]))
    @awaited
    async def wait_for(self, which: int, after: int) -> None:
        """A meeting has begun, its agent has waited for the guest, or it is over."""
        self.pass_by(self.entry(which, "SCHEDULED").start + minutes(after))

    @precondition(lambda self: any(one.status in ACTIVE for one in self.account.entries))
    @rule(which=WHICH, verb=st.sampled_from(OF_GUESTS + OF_AGENTS))
    @awaited
    async def come_too_late(self, which: int, verb: str) -> None:
        """It has begun, or nobody has decided it in time: also before that is written down nothing can be done."""
        active = [one for one in self.account.entries if one.status in ACTIVE]
        entry = active[which % len(active)]
        self.pass_by(entry.expires_at or entry.start)
        [agent] = entry.agents
        more: dict[str, Any] = {
            "rescheduleMeeting": {"start": self.start((1, which % 4)).isoformat()},
            "reassignMeeting": {"agentId": ids.encode("Agent", self.town.agents[agent].id)},
        }.get(verb, {})
        await self.did(verb, entry, "guest" if verb in OF_GUESTS else agent, OVER, **more)

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
            await assert_free(self.town, self.account, agent, self.days, now=self.now)
        await assert_claims(self.now)

    def teardown(self) -> None:
        """In the end a worker has done everything."""
        if sys.exc_info()[0] is None:
            self.work(workers=1, falls=None)
