"""One operation of a connection: it runs in a task of its own, and speaks only as long as its id is its."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from realtime.transport.engine import Engine, OperationRequest, Prepared
from realtime.transport.messages import complete_frame, encoded_id, error_frame, next_frame
from realtime.transport.shaping import FormattedError, Rejected
from realtime.transport.wire import Wire


class Operation:
    """A query, mutation or subscription under way; `key` is its id as it stands in frames."""

    __slots__ = ("_wire", "id", "is_subscription", "key", "over", "task")

    def __init__(self, operation_id: str, *, wire: Wire) -> None:
        self.id = operation_id
        self.key = encoded_id(operation_id)
        self.over = False
        self.is_subscription = False
        self.task: asyncio.Task[None] | None = None
        self._wire = wire

    async def run(
        self,
        engine: Engine,
        request: OperationRequest,
        *,
        recognise: Callable[[], Awaitable[None]],
        context: Callable[[], object],
    ) -> None:
        """Send what the operation brings, then `complete` or `error`; closes its stream however it ends.

        `recognise` raises where it may not run at all, and is asked only for what could.
        """
        try:
            prepared = engine.prepare(request)
            await recognise()
            await self._send_outcomes(engine, prepared, context)
        except Rejected as rejected:
            self.fail(rejected.errors)
        except Exception as error:
            self.fail(Rejected.by(error).errors)
        else:
            self.complete()

    async def send(self, payload: bytes) -> None:
        """Send an encoded outcome, and wait until the network took it: what is not read is not executed."""
        if not self.over:
            self._wire.write(next_frame(self.key, payload))
            await self._wire.drain()

    def complete(self) -> None:
        self._finish(complete_frame(self.key))

    def fail(self, errors: list[FormattedError]) -> None:
        self._finish(error_frame(self.key, errors))

    def stop(self) -> None:
        """Nothing more is sent; the task goes on only to close what it holds."""
        self.over = True
        if self.task is not None:
            self.task.cancel()

    def _finish(self, frame: bytes) -> None:
        if not self.over:
            self.over = True
            self._wire.write(frame)

    async def _send_outcomes(self, engine: Engine, prepared: Prepared, context: Callable[[], object]) -> None:
        self.is_subscription = prepared.is_subscription
        if not self.is_subscription:
            outcome = await engine.execute(prepared, context())
            await self.send(outcome.encode())
            return
        async with aclosing(engine.subscribe(prepared, context)) as outcomes:
            async for outcome in outcomes:
                await self.send(outcome.encode())
