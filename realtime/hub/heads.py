"""Asking for heads: at once for those who need one now, and for all topics every few seconds.

The sweep is what makes hints dispensable. Questions are put together: however many subscribers come back at the
same time, there is one query on the way and one being filled.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import chain

from errors import Unavailable
from realtime.bus.outage import pause
from realtime.feed import Head
from realtime.hub.rows import Rows
from realtime.hub.topic import Topic

_Asked = dict[str, list[asyncio.Future[Head]]]

Compare = Callable[[Topic, Head, int], None]
"""Told of a topic, its head, and the position that the topic had when the head was asked for."""


def going_away() -> Unavailable:
    return Unavailable("The server is going away.")


class Heads:
    """Learns the heads of topics and has each one compared with what the topic has read."""

    def __init__(
        self, rows: Rows, topics: Mapping[str, Topic], *, compare: Compare, sweep_seconds: float
    ) -> None:
        self._rows = rows
        self._topics = topics
        self._compare = compare
        self._sweep_seconds = sweep_seconds
        self._asked: _Asked = {}
        self._wake = asyncio.Event()
        self._ended = False

    async def of(self, topic: str) -> Head:
        """The topic's head, read after this call was made; waits for the store if it is away."""
        if self._ended:
            raise going_away()
        answer: asyncio.Future[Head] = asyncio.get_running_loop().create_future()
        self._asked.setdefault(topic, []).append(answer)
        self._wake.set()
        return await answer

    def doubt(self, topic: str) -> None:
        """The topic's hints may have been lost: compare its head soon."""
        self._asked.setdefault(topic, [])
        self._wake.set()

    def end(self) -> None:
        """Nobody answers any more: whoever waits, or asks later, is refused with Unavailable."""
        self._ended = True
        for answer in chain.from_iterable(self._asked.values()):
            if not answer.done():
                answer.set_exception(going_away())
        self._asked.clear()

    async def run(self) -> None:
        """Ask for ever. What could not be asked is asked again after a pause."""
        clock = asyncio.get_running_loop().time
        sweep_at, failures = clock() + self._sweep_seconds, 0
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(sweep_at):
                    await self._wake.wait()
            self._wake.clear()
            sweeping = clock() >= sweep_at
            try:
                await self._ask(everything=sweeping)
            except Exception:
                failures += 1
                self._wake.set()
                await asyncio.sleep(pause(failures))
            else:
                failures = 0
                sweep_at = clock() + self._sweep_seconds if sweeping else sweep_at

    async def _ask(self, *, everything: bool) -> None:
        asked, self._asked = self._drop_deserted(self._asked), {}
        names = tuple(asked | dict.fromkeys(self._topics)) if everything else tuple(asked)
        before = [(topic, topic.position) for name in names if (topic := self._topics.get(name))]
        if not names:
            return
        try:
            heads = await self._rows.heads(names)
        except BaseException:
            for name, answers in asked.items():
                self._asked.setdefault(name, []).extend(answers)
            raise
        for topic, position in before:
            self._compare(topic, heads.get(topic.name, Head()), position)
        for name, answers in asked.items():
            _answer(answers, heads.get(name, Head()))

    def _drop_deserted(self, asked: _Asked) -> _Asked:
        """Without those who stopped waiting, which in a long outage may be many."""
        waiting = {name: [a for a in answers if not a.done()] for name, answers in asked.items()}
        return {name: answers for name, answers in waiting.items() if answers or name in self._topics}


def _answer(answers: list[asyncio.Future[Head]], head: Head) -> None:
    for answer in answers:
        if not answer.done():
            answer.set_result(head)
