"""One operation of a client: it runs in a task of its own, and speaks only as long as it is not over."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Protocol

from realtime.outlet import Pipe
from realtime.transport.engine import Engine, Prepared
from realtime.transport.shaping import FormattedError, Rejected
from realtime.transport.telling import Telling


class Voice(Protocol):
    """What an operation says, in the words of a protocol."""

    @property
    def is_free(self) -> bool:
        """Whether everything said is handed to the network."""

    def next(self, payload: bytes) -> None:
        """An encoded outcome."""

    def pipe(self) -> Pipe | None:
        """For encoded outcomes; None where it is not free, or the client is gone. Whoever it belongs to says by
        `Operation.disturb` that it is so no longer."""

    def error(self, errors: list[FormattedError]) -> None:
        """The operation ends with these."""

    def complete(self) -> None:
        """The operation is at its end."""

    async def drain(self) -> None:
        """Wait until everything said is handed to the network, or the client is gone."""


class Host(Protocol):
    """Whom an operation runs for; each refuses by an errors.RequestError."""

    @property
    def identity(self) -> object:
        """Who it is: another object whenever anything about them may be another. Operations hear of that by
        `Operation.recognise`."""

    async def recognise(self) -> None:
        """Raises where it may not run at all; asked only for what could."""

    def take_place(self) -> Callable[[], None]:
        """Make room for one more subscription; called, what comes back makes it free again."""

    def context(self) -> object:
        """For one execution."""


class Operation:
    """A query, mutation or subscription under way."""

    __slots__ = ("_host", "_telling", "_voice", "is_subscription", "over", "task")

    def __init__(self, voice: Voice, *, host: Host) -> None:
        self.over = False
        self.is_subscription = False
        self.task: asyncio.Task[None] | None = None
        self._voice = voice
        self._host = host
        self._telling: Telling | None = None

    async def run(self, engine: Engine, prepare: Callable[[], Prepared]) -> None:
        """Say what the operation brings, then `complete` or `error`; closes its stream however it ends."""
        try:
            prepared = prepare()
            await self._host.recognise()
            self.is_subscription = prepared.is_subscription
            if self.is_subscription:
                await self._follow(engine, prepared)
            else:
                outcome = await engine.execute(prepared, self._host.context())
                await self.send(outcome.encode())
        except Rejected as rejected:
            self.fail(rejected.errors)
        except Exception as error:
            self.fail(Rejected.by(error).errors)
        else:
            self.complete()

    async def send(self, payload: bytes) -> None:
        """Send an encoded outcome, and wait until the network took it: what is not read is not executed."""
        if not self.over:
            self._voice.next(payload)
            await self.drain()

    @property
    def is_free(self) -> bool:
        return self._voice.is_free

    async def drain(self) -> None:
        await self._voice.drain()

    def pipe(self) -> Pipe | None:
        return None if self.over else self._voice.pipe()

    def disturb(self) -> None:
        """What was said waits, or no more may be said: nothing is told directly any more."""
        if self._telling is not None:
            self._telling.disturb()

    def recognise(self) -> None:
        """Who it is for may be another now."""
        if self._telling is not None:
            self._telling.recognise()

    def complete(self) -> None:
        if not self.over:
            self._end()
            self._voice.complete()

    def fail(self, errors: list[FormattedError]) -> None:
        if not self.over:
            self._end()
            self._voice.error(errors)

    def stop(self) -> None:
        """Nothing more is sent; the task goes on only to close what it holds."""
        self._end()
        if self.task is not None:
            cancel_once(self.task)

    def _end(self) -> None:
        self.over = True
        self.disturb()

    async def _follow(self, engine: Engine, prepared: Prepared) -> None:
        leave_place = self._host.take_place()
        try:
            telling = engine.subscribe(prepared, self._host.context, viewer=self._host, speaker=self)
            async with aclosing(telling) as self._telling:
                async for outcome in telling:
                    await self.send(outcome.encode())
        finally:
            self._telling = None
            leave_place()


def cancel_once(task: asyncio.Task[None]) -> None:
    """Cancel it, unless it was: a second time would break off what it does to wind down."""
    if not task.cancelling():
        task.cancel()
