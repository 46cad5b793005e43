"""Reading rows for the live subscribers: a few tasks share all topics of the process.

A task for each topic would be thousands that sleep; here a topic that has something to read stands in one
queue, at most once, and goes to its end again after each page. So the number of queries at a time is bounded,
a busy topic does not hold up the others, and an idle topic costs nothing. What came along with a hint needs no query,
and does not stand in line: it is given in the very turn of the event loop in which it is heard of.
"""

import asyncio
from collections.abc import Sequence
from contextvars import Context
from functools import partial

from realtime.bus.outage import pause
from realtime.feed import Event, verdict
from realtime.hub.heads import Heads
from realtime.hub.limits import Limits
from realtime.hub.rows import Rows
from realtime.hub.topic import Topic

_LOOK_SECONDS = 0.01


class Reader:
    """Brings the live subscribers of topics that are behind up to what is known."""

    def __init__(self, rows: Rows, heads: Heads, *, limits: Limits) -> None:
        self._rows = rows
        self._heads = heads
        self._limits = limits
        self._queue: asyncio.Queue[Topic] = asyncio.Queue()
        # Whoever announces is in a request of theirs, of which nobody who is told knows anything.
        self._context = Context()

    def enqueue(self, topic: Topic) -> None:
        """Have the topic read, if it is behind and not in line already; what it has noted is given at once."""
        if not topic.behind or topic.queued:
            return
        topic.queued = True
        noted = topic.take_noted()
        if noted:
            self._context.run(self._give, topic, noted)
        else:
            self._queue.put_nowait(topic)

    def _give(self, topic: Topic, noted: Sequence[Event]) -> None:
        """In the next turn, when they have taken it, there may be more."""
        try:
            topic.deliver(noted)
        except Exception:
            self._try_later(topic)
        else:
            topic.failures = 0
            until = _now() + self._limits.room_seconds
            asyncio.get_running_loop().call_soon(partial(self._return_with_room, topic, until=until))

    async def run(self) -> None:
        """Read for ever; any number of these may run at the same time."""
        while True:
            topic = await self._queue.get()
            try:
                await self._advance(topic)
            except Exception:
                self._try_later(topic)
            else:
                topic.failures = 0
                self._return_with_room(topic, until=_now() + self._limits.room_seconds)
            await asyncio.sleep(0)  # let the subscribers take what they got before there is more

    def _try_later(self, topic: Topic) -> None:
        topic.failures += 1
        loop = asyncio.get_running_loop()
        topic.retry = loop.call_later(pause(topic.failures), self._return, topic)

    def _return_with_room(self, topic: Topic, *, until: float) -> None:
        """Give no more than they can hold to those who take what they get; who takes nothing meanwhile is too slow."""
        if topic.has_room(self._limits.page) or _now() >= until:
            self._return(topic)
        else:
            again = partial(self._return_with_room, topic, until=until)
            topic.retry = asyncio.get_running_loop().call_later(_LOOK_SECONDS, again)

    def _return(self, topic: Topic) -> None:
        topic.queued = False
        self.enqueue(topic)

    async def _advance(self, topic: Topic) -> None:
        """Read one page, and give it. A read that brings nothing asks for the head, which tells why."""
        after, believed = topic.position, topic.known
        if not topic.behind:
            return
        events = await self._rows.read(topic.name, after=after)
        if topic.position != after:
            return  # the last one left meanwhile, and the next came with another position
        if events:
            topic.deliver(events)
            return
        head = await self._heads.of(topic.name)
        reason = verdict(after, head)
        if topic.position != after:
            return
        if reason is not None:
            topic.restart(reason, head)
        elif head.seq == after:
            topic.settle(believed=believed, reached=after)
        else:
            raise LookupError(f"{topic.name}: no event after {after}, although its head is {head.seq}")


def _now() -> float:
    return asyncio.get_running_loop().time()
