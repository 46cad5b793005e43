"""One WebSocket that speaks graphql-transport-ws: its state, and the operations under way on it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic

import structlog
from starlette.types import Receive

from errors import RateLimited, RequestError, Unauthenticated, Unavailable
from realtime.transport.engine import Engine, OperationRequest
from realtime.transport.frames import Frames
from realtime.transport.limits import SocketLimits
from realtime.transport.line import Farewells, IdentityT
from realtime.transport.messages import CONNECTION_ACK, CloseCode, InvalidMessage, pong_frame, read_message
from realtime.transport.operation import Operation, cancel_once
from realtime.transport.places import Places
from realtime.transport.shaping import Rejected
from realtime.transport.wire import Wire

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Entrance(Generic[IdentityT]):
    """What every connection of an endpoint shares. Its callbacks refuse by an errors.RequestError."""

    engine: Engine
    limits: SocketLimits
    authenticate: "Callable[[Connection[IdentityT], dict[str, Any] | None], Awaitable[IdentityT]]"
    recognise: "Callable[[Connection[IdentityT]], Awaitable[IdentityT]]"
    context: "Callable[[Connection[IdentityT]], object]"
    take_place: "Callable[[Connection[IdentityT]], Callable[[], None]]"
    strangers: Places = field(default_factory=lambda: Places("sockets that have not introduced themselves"))


class Connection(Generic[IdentityT]):
    """A socket after its handshake. `identity` is what `authenticate` or, since then, `recognise` returned; read it
    only afterwards. Refuses RateLimited where too many have not introduced themselves yet."""

    def __init__(self, entrance: Entrance[IdentityT], *, wire: Wire) -> None:
        self.operations: dict[str, Operation] = {}
        self.acknowledged = False
        self._entrance = entrance
        self._limits = entrance.limits
        self._wire = wire
        self._ended = False
        self._init_received = False
        self._identity: IdentityT
        self._tasks: set[asyncio.Task[None]] = set()
        self._farewells = Farewells()
        wire.attend(self._disturb)
        self._cease_to_be_stranger = entrance.strangers.take("any", limit=self._limits.strangers)
        self._init_timer = asyncio.get_running_loop().call_later(
            self._limits.init_seconds,
            self.end,
            CloseCode.INITIALISATION_TIMEOUT,
            "Connection initialisation timeout",
        )

    @property
    def identity(self) -> IdentityT:
        return self._identity

    @identity.setter
    def identity(self, identity: IdentityT) -> None:
        self._identity = identity
        for operation in self.operations.values():
            operation.recognise()

    @property
    def has_subscriptions(self) -> bool:
        """Whether any runs that was let in: what an operation is shows only once it is recognised."""
        return any(operation.is_subscription for operation in self.operations.values())

    async def listen(self, receive: Receive) -> None:
        """Take messages until the socket is gone, whoever ended it; then wind every operation down."""
        try:
            while not self._ended:
                event = await receive()
                if event["type"] == "websocket.disconnect":
                    break
                self._hear(event.get("text"))
        finally:
            self._init_timer.cancel()
            self._cease_to_be_stranger()
            await self._wind_down()

    def end(self, code: int, reason: str) -> None:
        """Close the socket; its operations end with it. The reason is cut to 123 bytes."""
        self._ended = True
        self._wire.end(code, reason)

    def show_out(self, reason: str) -> None:
        """Close the socket of whoever may not go on."""
        self.end(CloseCode.FORBIDDEN, reason)

    def end_operation(self, operation_id: str, *, error: RequestError | None = None) -> None:
        """End one operation from the server's side: with `complete`, or with the error given."""
        operation = self.operations.pop(operation_id, None)
        if operation is None:
            return
        if error is None:
            operation.complete()
        else:
            operation.fail(Rejected.by(error).errors)
        operation.stop()

    def on_end(self, farewell: Callable[[], object]) -> None:
        """Call `farewell` once the socket is gone and its operations are closed; at once where that is so."""
        self._farewells.add(farewell)

    def _disturb(self) -> None:
        """Something said waits, or nothing may be said any more."""
        for operation in self.operations.values():
            operation.disturb()

    def _hear(self, text: str | None) -> None:
        try:
            message = read_message(text, id_characters=self._limits.id_characters)
        except InvalidMessage:
            self.end(CloseCode.BAD_REQUEST, "Invalid message received")
            return
        match message["type"]:
            case "connection_init":
                self._init(message.get("payload"))
            case "subscribe":
                self._subscribe(message["id"], message["payload"])
            case "complete":
                self._stop(message["id"])
            case "ping":
                self._wire.write(pong_frame(message.get("payload")))

    def _init(self, payload: dict[str, Any] | None) -> None:
        if self._init_received:
            self.end(CloseCode.TOO_MANY_INITIALISATIONS, "Too many initialisation requests")
            return
        self._init_received = True
        self._start(self._authenticate(payload))

    async def _authenticate(self, payload: dict[str, Any] | None) -> None:
        try:
            self.identity = await self._entrance.authenticate(self, payload)
        except (Unavailable, RateLimited) as error:
            self.end(CloseCode.TRY_AGAIN_LATER, error.message)
        except RequestError:
            self.end(CloseCode.FORBIDDEN, "Forbidden")
        except Exception as error:
            self.end(CloseCode.INTERNAL_ERROR, str(Rejected.by(error)))
        else:
            self._init_timer.cancel()
            self._cease_to_be_stranger()
            self.acknowledged = True
            self._wire.write(CONNECTION_ACK)

    def _subscribe(self, operation_id: str, payload: dict[str, Any]) -> None:
        operation = Operation(Frames(operation_id, wire=self._wire), host=self)
        if not self.acknowledged:
            self.end(CloseCode.UNAUTHORIZED, "Unauthorized")
        elif operation_id in self.operations:
            self.end(CloseCode.SUBSCRIBER_ALREADY_EXISTS, f"Subscriber for {operation_id} already exists")
        elif len(self._tasks) >= self._limits.operations:
            operation.fail(Rejected.by(RateLimited("Too many operations on this connection.")).errors)
        else:
            self.operations[operation_id] = operation
            request = OperationRequest.of(payload)
            operation.task = self._start(self._run(operation_id, operation, request))

    async def _run(self, operation_id: str, operation: Operation, request: OperationRequest) -> None:
        engine = self._entrance.engine
        await operation.run(engine, partial(engine.prepare, request))
        if self.operations.get(operation_id) is operation:
            del self.operations[operation_id]

    async def recognise(self) -> None:
        """Who asks may have lost, since the last operation, what they were let in with: then the socket ends."""
        try:
            self.identity = await self._entrance.recognise(self)
        except Unauthenticated as error:
            self.show_out(error.message)
            raise

    def take_place(self) -> Callable[[], None]:
        return self._entrance.take_place(self)

    def context(self) -> object:
        return self._entrance.context(self)

    def _stop(self, operation_id: str) -> None:
        """The client is done with an operation; its id is free again at once."""
        operation = self.operations.pop(operation_id, None)
        if operation is not None:
            operation.stop()

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _wind_down(self) -> None:
        while self.operations:
            self.operations.popitem()[1].stop()
        for task in self._tasks:
            cancel_once(task)
        try:
            if self._tasks:
                _, stuck = await asyncio.wait(set(self._tasks), timeout=self._limits.close_seconds)
                if stuck:
                    logger.error("Operations do not wind down", count=len(stuck))
        finally:
            self._farewells.say()
