"""The addresses of the site, and what answers there."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from composition.sockets import Caller, Door, sockets, streams
from models.organization.organization import Organization
from realtime.transport import CallerLimits, Engine, EventStreams, QueryLimits
from resolvers.context import Context, World, recognise
from schema.root import schema
from web.attachments import attachment_routes
from web.calendars import calendar_routes, file_routes
from web.channels import channel_routes
from web.explorer import explorer_routes
from web.graphql import GraphQLOverHTTP, UploadLimits
from web.health import Health, health_routes
from web.mail import reply_routes
from web.transcripts import transcript_routes

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

_CALENDAR_MEGABYTES = 16


def site(
    world: World,
    *,
    health: Health,
    with_explorer: bool,
    mail_replies_secret: bytes | None = None,
    limits: CallerLimits = CallerLimits(),  # noqa: B008 - frozen
) -> Starlette:
    """The application; the explorer is for development."""
    engine = Engine(schema, limits=_LIMITS)
    door = Door(world, limits=limits)
    routes: list[BaseRoute] = [
        Route("/", _to_explorer if with_explorer else _hello),
        Route("/graphql", _requests(engine, world, streams(engine, door)), middleware=[_ANY_SITE]),
        *calendar_routes(world),
        *file_routes(world),
        *attachment_routes(world),
        *channel_routes(world),
        *transcript_routes(world),
        *reply_routes(world, secret=mail_replies_secret),
        *health_routes(health),
        *(explorer_routes() if with_explorer else []),
    ]
    return Site(routes, socket=sockets(engine, door))


class Site(Starlette):
    """Sockets go by the layers for requests, each of which would hold on to something of theirs while they are open."""

    def __init__(self, routes: Sequence[BaseRoute], *, socket: ASGIApp) -> None:
        super().__init__(routes=routes)
        self._socket = socket

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_socket = scope["type"] == "websocket" and scope["path"] == "/graphql"
        await (self._socket if is_socket else super().__call__)(scope, receive, send)


def _requests(engine: Engine, world: World, streams: EventStreams[Caller]) -> GraphQLOverHTTP[Context]:
    async def context(request: Request) -> Context:
        return Context(await recognise(request.headers.get("authorization"), world=world), world=world)

    return GraphQLOverHTTP(engine, context=context, uploads=_uploads, streams=streams)


async def _uploads(context: Context) -> UploadLimits:
    """What a known caller may send: a calendar, or an attachment of the largest size that their organization takes. It
    has as long as a slow line takes."""
    organization = await Organization.get(id=context.known().organization_id)
    megabytes = max(_CALENDAR_MEGABYTES, organization.settings.max_attachment_megabytes)
    return UploadLimits(file_bytes=megabytes * 1_048_576, seconds=60 + 8 * megabytes)


async def _to_explorer(request: Request) -> Response:
    return RedirectResponse("/explorer")


async def _hello(request: Request) -> Response:
    return PlainTextResponse("Frontdesk. GraphQL is at /graphql.\n")
