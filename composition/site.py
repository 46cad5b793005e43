"""The addresses of the site, and what answers there."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from errors import Unauthenticated
from models.actor import Actor, AgentActor
from realtime.transport import CloseCode, Connection, Engine, GraphQLSocket
from resolvers.context import Context, World, recognise
from schema.root import schema
from web.explorer import explorer_routes
from web.graphql import GraphQLOverHTTP
from web.health import Health, health_routes

# Widgets on any site may ask: who asks is said by a token that only they hold, never by a cookie.
_ANY_SITE = Middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["GET", "POST"],
    allow_headers=["authorization", "content-type"],
    max_age=86_400,
)


def site(world: World, *, health: Health, with_explorer: bool) -> Starlette:
    """The application; the explorer is for development."""
    engine = Engine(schema)
    routes: list[BaseRoute] = [
        Route("/", _to_explorer if with_explorer else _hello),
        Route("/graphql", _requests(engine, world), middleware=[_ANY_SITE]),
        WebSocketRoute("/graphql", _sockets(engine, world)),
        *health_routes(health),
        *(explorer_routes() if with_explorer else []),
    ]
    return Starlette(routes=routes)


def _requests(engine: Engine, world: World) -> GraphQLOverHTTP[Context]:
    async def context(request: Request) -> Context:
        return Context(await recognise(request.headers.get("authorization"), world=world), world=world)

    return GraphQLOverHTTP(engine, context=context, uploader=Context.known)


def _sockets(engine: Engine, world: World) -> GraphQLSocket[Actor]:
    async def authenticate(connection: Connection[Actor], payload: dict[str, Any] | None) -> Actor:
        authorization = (payload or {}).get("authorization")
        if not isinstance(authorization, str | None):
            raise Unauthenticated("Authorization must be a bearer token.")
        actor = await recognise(authorization, world=world)
        if isinstance(actor, AgentActor):
            _end_with_token(connection, actor, world)
        return actor

    def context(connection: Connection[Actor]) -> Context:
        return Context(connection.identity, world=world)

    return GraphQLSocket(engine, authenticate=authenticate, context=context)


def _end_with_token(connection: Connection[Actor], actor: AgentActor, world: World) -> None:
    """Close the socket when its access token expires: the client comes back with a new one, and its cursors."""
    seconds = (actor.expires_at - world.clock()).total_seconds()
    timer = asyncio.get_running_loop().call_later(
        seconds, connection.end, CloseCode.FORBIDDEN, "The access token has expired: refresh the session."
    )
    connection.on_end(timer.cancel)


async def _to_explorer(request: Request) -> Response:
    return RedirectResponse("/explorer")


async def _hello(request: Request) -> Response:
    return PlainTextResponse("Frontdesk. GraphQL is at /graphql.\n")
