"""A subscription that is answered by its events, for clients without WebSockets (GraphQL over SSE)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic

import structlog
from starlette.types import Receive, Scope, Send

from errors import Unauthenticated
from realtime.transport.engine import Engine, Prepared
from realtime.transport.http_wire import BoundedHTTP, http_wire_of
from realtime.transport.limits import SocketLimits
from realtime.transport.line import Farewells, IdentityT
from realtime.transport.operation import Operation
from realtime.transport.server_events import COMMENT, ServerEvents
from realtime.transport.shaping import Rejected

EVENT_STREAM = "text/event-stream"

# A proxy on the way is neither to keep it, nor to compress it, nor (nginx) to gather it. The connection serves no
# other request: what bounds it holds up to its end.
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"connection", b"close"),
]

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EventStreams(Generic[IdentityT]):
    """Opens them. The callbacks are those of GraphQLSocket, but `let_in`, which is given the Authorization header, and
    which nothing follows: a stream has one operation. It refuses by an errors.RequestError."""

    engine: Engine
    let_in: "Callable[[EventStream[IdentityT], str | None], Awaitable[IdentityT]]"
    context: "Callable[[EventStream[IdentityT]], object]"
    take_place: "Callable[[EventStream[IdentityT]], Callable[[], None]]" = lambda stream: lambda: None
    limits: SocketLimits = field(default_factory=SocketLimits)

    async def open(
        self, prepared: Prepared, *, scope: Scope, authorization: str | None
    ) -> "EventStream[IdentityT]":
        """The response to be sent. Raises what `let_in` does; then nothing of it is left."""
        stream = EventStream(self, prepared, wire=http_wire_of(scope))
        try:
            stream.identity = await self.let_in(stream, authorization)
        except BaseException:
            stream.close()
            raise
        return stream


class EventStream(Generic[IdentityT]):
    """A response that lasts as long as its subscription; each of both ends with the other.

    A stream that ends without `complete` was ended by the server, which goes away, or by the network: the client comes
    back with its cursor.
    """

    identity: IdentityT  # it stays the same

    def __init__(self, streams: EventStreams[IdentityT], prepared: Prepared, *, wire: BoundedHTTP) -> None:
        self._streams = streams
        self._prepared = prepared
        self._wire = wire
        self._operation = Operation(ServerEvents(wire), host=self)
        self._over = asyncio.Event()
        self._farewells = Farewells()
        self._comments: asyncio.TimerHandle | None = None

    @property
    def has_subscriptions(self) -> bool:
        return self._operation.is_subscription and not self._operation.over

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if self._wire.is_gone:
                return
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            self._wire.hold(self.leave)
            self._wire.attend(self._operation.disturb)
            self._comment()
            await self._tell()
            await self._finish(send)
        finally:
            self.close()

    def show_out(self, reason: str) -> None:
        """End the stream of whoever may not go on; its last outcome says why."""
        self._operation.fail(Rejected.by(Unauthenticated(reason)).errors)
        self.leave()

    def leave(self) -> None:
        """End the stream without `complete`: the client comes back, to another process perhaps, with its cursor."""
        self._operation.stop()
        self._over.set()

    def on_end(self, farewell: Callable[[], object]) -> None:
        """Call `farewell` once the response is over, and the subscription with it; at once where that is so."""
        self._farewells.add(farewell)

    def close(self) -> None:
        if self._comments is not None:
            self._comments.cancel()
        self._wire.let_go()
        self._farewells.say()

    async def recognise(self) -> None:
        """Who asks was recognised a moment ago, by the same request."""

    def take_place(self) -> Callable[[], None]:
        return self._streams.take_place(self)

    def context(self) -> object:
        return self._streams.context(self)

    async def _tell(self) -> None:
        if self._operation.over:
            return
        task = asyncio.create_task(self._operation.run(self._streams.engine, lambda: self._prepared))
        self._operation.task = task
        task.add_done_callback(lambda _: self._over.set())
        try:
            await self._over.wait()
        finally:
            self._operation.stop()
            _, stuck = await asyncio.wait([task], timeout=self._streams.limits.close_seconds)
            if stuck:
                logger.error("An event stream does not wind down")

    async def _finish(self, send: Send) -> None:
        try:
            async with asyncio.timeout(self._streams.limits.close_seconds):
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            self._wire.abort()

    def _comment(self) -> None:
        """Show the client, and proxies, that the stream is alive. Some browsers wait for a first byte, too."""
        self._wire.write(COMMENT)
        seconds = self._streams.limits.comment_seconds
        self._comments = asyncio.get_running_loop().call_later(seconds, self._comment)
