"""GraphQL over HTTP: the ASGI application that answers GET and POST.

Specification: https://graphql.github.io/graphql-over-http/draft/. A response of the type
application/graphql-response+json says by its status whether the operation ran; one of the type application/json
says 200 for whatever is a GraphQL request at all. One of the type text/event-stream has the outcomes as events, which
for a subscription go on coming; whoever is not let in is told so by a status, as otherwise.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from graphql import OperationType
from realtime.transport import (
    COMPLETE,
    EVENT_STREAM,
    Engine,
    EventStreams,
    OperationRequest,
    Outcome,
    Prepared,
    Rejected,
    next_event,
)
from web.graphql.media import GRAPHQL_JSON, JSON, is_form, negotiated, takes_events
from web.graphql.reading import BodyLimits, HTTPRefused, UploadLimits, read_operation
from web.graphql.uploads import uploaded_operation

ContextT = TypeVar("ContextT")

STATUS = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "RATE_LIMITED": 429,
    "UNAVAILABLE": 503,
    "INTERNAL": 500,
}


NOT_THIS_WAY = f"Subscriptions come over WebSocket (graphql-transport-ws), or as {EVENT_STREAM}."


class NotLetIn(Rejected):
    """There is no context for this caller; the status says so, whichever type the client reads."""


class GraphQLOverHTTP(Generic[ContextT]):
    """To be routed as `Route("/graphql", GraphQLOverHTTP(…))`.

    `context(request)` makes the context of an operation. Where it raises an errors.RequestError, nothing runs
    and the response has that error's status. `uploads(context)` says how much a caller may send in files, or raises
    one for who may send none; without it nobody may. Without `streams` subscriptions come over WebSockets only.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        context: Callable[[Request], Awaitable[ContextT]],
        uploads: Callable[[ContextT], Awaitable[UploadLimits]] | None = None,
        streams: EventStreams[Any] | None = None,
        limits: BodyLimits = BodyLimits(),  # noqa: B008 - frozen
    ) -> None:
        self._engine = engine
        self._context = context
        self._uploads = uploads
        self._streams = streams
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> ASGIApp:
        media_type = negotiated(request.headers.get("accept"))
        if media_type is None:
            types = f"{GRAPHQL_JSON}, {JSON} or {EVENT_STREAM}"
            return refusal(HTTPRefused(406, f"Responses are {types}."), JSON)
        try:
            return await self._answer(request, media_type)
        except HTTPRefused as refused:
            return refusal(refused, media_type)
        except NotLetIn as rejected:
            return rejection(rejected, media_type, status=STATUS.get(rejected.code, 400))
        except Rejected as rejected:
            return rejection(rejected, media_type)

    async def _answer(self, request: Request, media_type: str) -> ASGIApp:
        if self._uploads and request.method == "POST" and is_form(request.headers.get("content-type")):
            outcome = await self._outcome_of_upload(request, self._uploads)
            return encoded(outcome.encode(), media_type)
        prepared = self._engine.prepare(await read_operation(request, self._limits))
        if prepared.is_subscription:
            return await self._follow(request, prepared)
        check_method(request.method, prepared)
        outcome = await self._engine.execute(prepared, await self._let_in(request))
        return encoded(outcome.encode(), media_type)

    async def _follow(self, request: Request, prepared: Prepared) -> ASGIApp:
        if self._streams is None or not takes_events(request.headers.get("accept")):
            raise HTTPRefused(400, NOT_THIS_WAY)
        authorization = request.headers.get("authorization")
        with not_letting_in():
            return await self._streams.open(prepared, scope=request.scope, authorization=authorization)

    async def _outcome_of_upload(
        self, request: Request, uploads: Callable[[ContextT], Awaitable[UploadLimits]]
    ) -> Outcome:
        # Who asks is settled before a byte is read: strangers cannot fill the disk. It also keeps other sites' forms
        # from posting here, which need no CORS preflight for this type: no browser adds a bearer token by itself.
        context = await self._let_in(request)
        with not_letting_in():
            limits = await uploads(context)
        async with uploaded_operation(request, limits) as operation:
            return await self._engine.execute(self._prepared_upload(operation), context)

    def _prepared_upload(self, operation: OperationRequest) -> Prepared:
        prepared = self._engine.prepare(operation)
        if prepared.is_subscription:
            raise HTTPRefused(400, NOT_THIS_WAY)
        return prepared

    async def _let_in(self, request: Request) -> ContextT:
        with not_letting_in():
            return await self._context(request)


@contextmanager
def not_letting_in() -> Iterator[None]:
    """Whatever is raised inside is why nothing runs."""
    try:
        yield
    except Exception as error:
        raise NotLetIn.by(error) from error


def check_method(method: str, prepared: Prepared) -> None:
    """Refuses mutations by GET (405)."""
    if method == "GET" and prepared.kind is not OperationType.QUERY:
        raise HTTPRefused(405, "Mutations are sent by POST.", {"allow": "POST"})


def encoded(body: bytes, media_type: str, *, status: int = 200) -> Response:
    """An outcome as a response; of an event stream, which has no statuses, the only one."""
    if media_type == EVENT_STREAM:
        body = next_event(body) + COMPLETE
    # The same address answers each caller differently.
    headers = {"content-type": f"{media_type}; charset=utf-8", "cache-control": "no-store"}
    return Response(body, status_code=status, headers=headers)


def refusal(refused: HTTPRefused, media_type: str) -> Response:
    error = {"message": refused.message, "extensions": {"code": "BAD_REQUEST"}}
    response = encoded(orjson.dumps({"errors": [error]}), as_json(media_type), status=refused.status)
    response.headers.update(refused.headers)
    return response


def rejection(rejected: Rejected, media_type: str, *, status: int | None = None) -> Response:
    """What became of an operation that did not run; with a status, of a request that was not let in."""
    body = Outcome(None, rejected.errors, ran=False).encode()
    if status is None:
        status = STATUS.get(rejected.code, 400) if media_type == GRAPHQL_JSON else 200
        return encoded(body, media_type, status=status)
    response = encoded(body, as_json(media_type), status=status)
    if status == 401:
        response.headers["www-authenticate"] = "Bearer"
    return response


def as_json(media_type: str) -> str:
    """The type of a response that is none of an operation."""
    return JSON if media_type == EVENT_STREAM else media_type
