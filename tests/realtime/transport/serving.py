"""A real server on a loopback port, and clients that speak to it."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import orjson
import uvicorn
import websockets
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route, WebSocketRoute

import errors
from realtime.transport import (
    Connection,
    Engine,
    EventStream,
    EventStreams,
    GraphQLSocket,
    QueryLimits,
    SocketLimits,
    bounded_http,
    bounded_websocket,
)
from tests.realtime.transport.schema_under_test import SCHEMA, Context, Watch
from tests.waiting import PATIENCE_SECONDS
from web.graphql import BodyLimits, GraphQLOverHTTP

"""Seconds after which a condition that should have come about has not."""


@dataclass
class Served:
    """A running server, and what a test wants to see of its inside."""

    port: int
    watch: Watch
    connections: list[Connection[str]]
    uvicorn: uvicorn.Server
    recognised: Callable[[str], str] = lambda identity: identity
    streams: list[EventStream[str]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    def connect(self, *, protocols: tuple[str, ...] = ("graphql-transport-ws",), **options: Any) -> Any:
        subprotocols = [websockets.Subprotocol(protocol) for protocol in protocols]
        address = f"ws://127.0.0.1:{self.port}/graphql"
        options = {"open_timeout": PATIENCE_SECONDS, "ping_interval": None} | options
        return websockets.connect(address, subprotocols=subprotocols, **options)


def application(
    served: Served, *, query_limits: QueryLimits, body_limits: BodyLimits, limits: SocketLimits
) -> Starlette:
    async def authenticate(connection: Connection[str], payload: dict[str, Any] | None) -> str:
        served.connections.append(connection)
        connection.on_end(lambda: served.connections.remove(connection))
        return await identified((payload or {}).get("authorization"))

    async def recognise(connection: Connection[str]) -> str:
        return served.recognised(connection.identity)

    async def context(request: Request) -> Context:
        return Context(served.watch, await identified(request.headers.get("authorization")))

    engine = Engine(SCHEMA, limits=query_limits)
    sockets = GraphQLSocket(
        engine,
        authenticate=authenticate,
        recognise=recognise,
        context=lambda connection: Context(served.watch, connection.identity),
        limits=limits,
    )

    async def let_in(stream: EventStream[str], authorization: str | None) -> str:
        served.streams.append(stream)
        stream.on_end(lambda: served.streams.remove(stream))
        if authorization == "slowly":
            await served.news.wait()
        return await identified(authorization)

    streams = EventStreams(
        engine,
        let_in=let_in,
        context=lambda stream: Context(served.watch, stream.identity),
        limits=limits,
    )
    requests = GraphQLOverHTTP(engine, context=context, limits=body_limits, streams=streams)
    return Starlette(routes=[Route("/graphql", requests), WebSocketRoute("/graphql", sockets)])


async def identified(authorization: str | None) -> str:
    match authorization:
        case "wrong":
            raise errors.Unauthenticated("Unknown token.")
        case "later":
            raise errors.Unavailable("The database is away.")
        case "faulty":
            raise RuntimeError("secret of the sign-in")
        case "never":
            await asyncio.Event().wait()
    return authorization or "public"


def configured(
    listener: socket.socket,
    *,
    query_limits: QueryLimits = QueryLimits(),  # noqa: B008
    body_limits: BodyLimits = BodyLimits(),  # noqa: B008
    limits: SocketLimits = SocketLimits(),  # noqa: B008
    loop: Literal["auto", "uvloop"] = "auto",
) -> Served:
    """A server ready to be run on the listener's port."""
    served = Served(listener.getsockname()[1], Watch(), [], cast("uvicorn.Server", None))
    app = application(served, query_limits=query_limits, body_limits=body_limits, limits=limits)
    config = uvicorn.Config(
        app,
        http=bounded_http(limits),
        ws=bounded_websocket(limits),
        loop=loop,
        lifespan="off",
        log_config=None,
        log_level="critical",
    )
    served.uvicorn = uvicorn.Server(config)
    return served


@asynccontextmanager
async def serving(**options: Any) -> AsyncGenerator[Served, None]:
    """A server in this process, within the limits given."""
    listener = socket.create_server(("127.0.0.1", 0))
    served = configured(listener, **options)
    task = asyncio.create_task(served.uvicorn.serve(sockets=[listener]))
    try:
        await until(lambda: served.uvicorn.started)
        yield served
    finally:
        served.uvicorn.should_exit = True
        await asyncio.wait_for(task, PATIENCE_SECONDS)
        listener.close()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


async def send(ws: Any, **message: Any) -> None:
    await ws.send(orjson.dumps(message).decode())


async def receive(ws: Any) -> Any:
    text = await asyncio.wait_for(ws.recv(), PATIENCE_SECONDS)
    assert isinstance(text, str), "frames are text"
    return orjson.loads(text)


async def greet(ws: Any, **payload: Any) -> None:
    await send(ws, type="connection_init", payload=payload)
    assert await receive(ws) == {"type": "connection_ack"}


async def subscribe(ws: Any, operation_id: str, query: str, **variables: Any) -> None:
    await send(ws, type="subscribe", id=operation_id, payload={"query": query, "variables": variables})


async def closing(ws: Any) -> tuple[int, str]:
    """The code and reason with which the server closes, whatever it says before."""
    try:
        while True:
            await asyncio.wait_for(ws.recv(), PATIENCE_SECONDS)
    except websockets.ConnectionClosed as closed:
        return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")
