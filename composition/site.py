"""The addresses of the site, and what answers there."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from composition.sockets import sockets
from realtime.transport import Engine, QueryLimits
from resolvers.context import Context, World, recognise
from schema.root import schema
from web.calendars import calendar_routes, file_routes
from web.channels import channel_routes
from web.explorer import explorer_routes
from web.graphql import GraphQLOverHTTP
from web.health import Health, health_routes
from web.mail import reply_routes

# Widgets on any site may ask: who asks is said by a token that only they hold, never by a cookie.
_ANY_SITE = Middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["GET", "POST"],
    allow_headers=["authorization", "content-type"],
    max_age=86_400,
)

# Otherwise one request would try as many passwords, or ask for as many letters, as it has room for aliases. What a
# signed link does for the meeting that it is of, such as `respondToMeeting`, may be done for several at once.
_LIMITS = QueryLimits(
    guarded=frozenset(
        {
            "signIn",
            "refreshSession",
            "setPassword",
            "requestPasswordReset",
            "requestGuestCode",
            "verifyGuestCode",
        }
    )
)


def site(
    world: World, *, health: Health, with_explorer: bool, mail_replies_secret: bytes | None = None
) -> Starlette:
    """The application; the explorer is for development."""
    engine = Engine(schema, limits=_LIMITS)
    routes: list[BaseRoute] = [
        Route("/", _to_explorer if with_explorer else _hello),
        Route("/graphql", _requests(engine, world), middleware=[_ANY_SITE]),
        WebSocketRoute("/graphql", sockets(engine, world)),
        *calendar_routes(world),
        *file_routes(world),
        *channel_routes(world),
        *reply_routes(world, secret=mail_replies_secret),
        *health_routes(health),
        *(explorer_routes() if with_explorer else []),
    ]
    return Starlette(routes=routes)


def _requests(engine: Engine, world: World) -> GraphQLOverHTTP[Context]:
    async def context(request: Request) -> Context:
        return Context(await recognise(request.headers.get("authorization"), world=world), world=world)

    return GraphQLOverHTTP(engine, context=context, uploader=Context.known)


async def _to_explorer(request: Request) -> Response:
    return RedirectResponse("/explorer")


async def _hello(request: Request) -> Response:
    return PlainTextResponse("Frontdesk. GraphQL is at /graphql.\n")
