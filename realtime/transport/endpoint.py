"""The ASGI application that answers WebSocket handshakes with graphql-transport-ws, and no other protocol."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic

from starlette.types import Receive, Scope, Send

from errors import RateLimited
from realtime.transport.connection import Connection, Entrance
from realtime.transport.engine import Engine
from realtime.transport.limits import SocketLimits
from realtime.transport.line import IdentityT
from realtime.transport.messages import SUBPROTOCOL, CloseCode
from realtime.transport.wire import EXTENSION, Wire


class GraphQLSocket(Generic[IdentityT]):
    """To be routed as `WebSocketRoute("/graphql", GraphQLSocket(…))`; uvicorn needs `ws=bounded_websocket(…)`.

    `authenticate(connection, payload)` turns the payload of connection_init into an identity, which stays on
    the connection. It refuses by an errors.RequestError: Unavailable and RateLimited close 1013 (come back
    later), the others 4403. `recognise(connection)` is asked anew at the start of each operation; its answer takes
    the place of the identity, an Unauthenticated closes 4403 with its message, and another refusal ends that
    operation alone. `take_place(connection)` is asked for each subscription, and refuses one too many by RateLimited;
    what it returns is called at the subscription's end. `context(connection)` makes a context for each execution: each
    query and mutation, each subscription's source, and each of its events.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        authenticate: Callable[[Connection[IdentityT], dict[str, Any] | None], Awaitable[IdentityT]],
        recognise: Callable[[Connection[IdentityT]], Awaitable[IdentityT]],
        context: Callable[[Connection[IdentityT]], object],
        take_place: Callable[[Connection[IdentityT]], Callable[[], None]] = lambda connection: lambda: None,
        limits: SocketLimits = SocketLimits(),  # noqa: B008 - frozen
    ) -> None:
        self._entrance = Entrance(engine, limits, authenticate, recognise, context, take_place)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wire = wire_of(scope)
        await receive()
        accepted = SUBPROTOCOL if SUBPROTOCOL in scope["subprotocols"] else None
        await send({"type": "websocket.accept", "subprotocol": accepted, "headers": []})
        if accepted is None:
            wire.end(CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE, "Subprotocol not acceptable")
            return
        try:
            connection = Connection(self._entrance, wire=wire)
        except RateLimited as error:
            wire.end(CloseCode.TRY_AGAIN_LATER, error.message)
            return
        await connection.listen(receive)


def wire_of(scope: Scope) -> Wire:
    """The socket below; raises RuntimeError under a server that does not expose it."""
    try:
        wire: Wire = scope["extensions"][EXTENSION]["wire"]
    except KeyError:
        raise RuntimeError("GraphQL over WebSocket needs uvicorn with ws=bounded_websocket(…).") from None
    return wire
