"""Subscribers with an outlet: what is rendered for them is made when the test says so, and they can stall, become
another, and leave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

from realtime.ending import Ending
from realtime.feed import Event, Resync
from realtime.hub import Accept, everything
from realtime.outlet import Pipe
from realtime.transport.waiting import Gate
from tests.realtime.bus.waiting import eventually
from tests.realtime.hub.conftest import NO_SWEEP, House, house

TOPIC = "t"
_numbers = count()


@dataclass(frozen=True)
class Score:
    """What those of one kin are told of an event."""

    seq: int
    kin: Hashable

    is_broken: bool = False

    def encode(self) -> bytes:
        if self.is_broken:
            raise ValueError("cannot be encoded")
        return f"{self.seq} {self.kin}".encode()


class Sheet:
    """What is made of an event for those of one kin."""

    def __init__(self, event: Event, kin: Hashable) -> None:
        self.event = event
        self.kin = kin
        self.began = asyncio.get_running_loop().time()
        self.outcome: Score | None = None
        self.is_over = False
        self._calls: list[Callable[[], object]] = []

    def then(self, call: Callable[[], object]) -> bool:
        if not self.is_over:
            self._calls.append(call)
        return not self.is_over

    def leave(self, call: Callable[[], object]) -> None:
        self._calls.remove(call)

    def end(self, *, made: bool = True, broken: bool = False) -> None:
        self.outcome, self.is_over = (Score(self.event.seq, self.kin, broken) if made else None), True
        while self._calls:
            self._calls.pop(0)()


@dataclass
class Press:
    """Makes the sheets, at once where it is `prompt`. What is of a kind `alone` is told each alone. Where it is
    `wasteful`, each who asks has a sheet of their own."""

    sheets: dict[tuple[int, Hashable], Sheet] = field(default_factory=dict)
    prompt: bool = False
    alone: str = ""
    wasteful: bool = False

    @property
    def under_way(self) -> list[Sheet]:
        return [sheet for sheet in self.sheets.values() if not sheet.is_over]

    def sheet(self, event: Event, kin: Hashable) -> Sheet | None:
        if event.kind == self.alone:
            return None
        one = id(event), (kin, len(self.sheets) if self.wasteful else None)
        if one not in self.sheets or (self.sheets[one].is_over and self.sheets[one].outcome is None):
            self.sheets[one] = Sheet(event, kin)
            if self.prompt:
                self.sheets[one].end()
        return self.sheets[one]


class Singer:
    """`heard` is all that it was told, `pulled` what of it by its own task. What it is told at `stalls_at` is the last
    that its socket takes, on which those `beside` it are, too; at `breaks_at` writing fails."""

    def __init__(self, home: House, press: Press, *, kin: Hashable, accept: Accept) -> None:
        self.newest = 0.0
        self.head = b"x" * (next(_numbers) % 3)
        self._who = self._as = kin
        self._leave: Callable[[], object] = int
        self.heard: list[int | str] = []
        self.pulled: list[int] = []
        self.stalls_at = self.breaks_at = 0
        self.beside: list[Singer] = []
        self.gate = Gate()
        self.until = Ending()
        self.accept = accept
        self._home = home
        self._press = press
        self.task = asyncio.create_task(self._take())

    @property
    def who(self) -> Hashable:
        return self._who

    @who.setter
    def who(self, who: Hashable) -> None:
        self._who = who
        if who != self._as:
            self._leave()

    @property
    def is_free(self) -> bool:
        return self.gate.is_open

    def stall(self) -> None:
        self.gate.clear()
        self._leave()

    @property
    def last(self) -> int:
        return max((seq for seq in self.heard if isinstance(seq, int)), default=0)

    async def drain(self) -> None:
        await self.gate.wait()

    def kin(self) -> Hashable | None:
        self._as = self.who
        return self.who

    def pipe(self, leave: Callable[[], object]) -> Pipe | None:
        self._leave = leave
        return (self._write, _wrap, self.head) if self.is_free else None

    def render(self, event: Event, *, since: float) -> Sheet | None:
        assert self.who == self._as
        return self._press.sheet(event, self.who)

    async def leave(self) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError, ConnectionError):
            await self.task

    def _write(self, frame: bytes) -> None:
        assert self.is_free
        length, head, told = frame.split(b"|")
        seq, _, kin = told.decode().partition(" ")
        assert (int(length), head, kin) == (len(self.head), self.head, self.who)
        if self.breaks_at == int(seq):
            raise ConnectionError("broken")
        self.heard.append(int(seq))
        if self.stalls_at == int(seq):
            for one in (self, *self.beside):
                one.stall()

    async def _take(self) -> None:
        items = self._home.hub.subscribe(
            TOPIC, after=0, accept=self.accept, until=self.until, outlet=self, direct=everything
        )
        async with aclosing(items):
            async for item in items:
                if isinstance(item, Event):
                    self.pulled.append(item.seq)
                    self.heard.append(item.seq)
                elif isinstance(item, Resync):
                    self.heard.append(f"{item.reason} {item.seq}")
                else:
                    self.heard.append(item.payload.decode())


def _wrap(payload: bytes, head: int) -> tuple[bytes, bytes]:
    return b"%d|" % head, b"|" + payload


@dataclass
class Stage:
    """A topic, and those who follow it."""

    home: House
    press: Press = field(default_factory=Press)
    singers: list[Singer] = field(default_factory=list)

    def comes(self, *, kin: Hashable = "kin", accept: Accept = everything) -> Singer:
        singer = Singer(self.home, self.press, kin=kin, accept=accept)
        self.singers.append(singer)
        return singer

    async def all_sleep(self) -> None:
        hub = self.home.hub
        await eventually(lambda: hub.live == hub.subscribers == len(self.singers))
        await turns()

    async def tell(self, count: int = 1) -> None:
        """Events, of which the first is being rendered, if any has to wait for that."""
        await self.home.tell(TOPIC, count, along=True)
        await turns()

    async def all_hear(self, *heard: int | str) -> None:
        await eventually(lambda: all(singer.heard == list(heard) for singer in self.singers))


@asynccontextmanager
async def a_stage() -> AsyncIterator[Stage]:
    async with house(limits=NO_SWEEP) as home:
        stage = Stage(home)
        try:
            yield stage
        finally:
            for singer in stage.singers:
                await singer.leave()


async def turns(count: int = 30) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def is_even(event: Event) -> bool:
    return event.seq % 2 == 0
