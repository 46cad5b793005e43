"""GraphQL over HTTP: the ASGI application that answers GET and POST.

Specification: https://graphql.github.io/graphql-over-http/draft/. A response of the type
application/graphql-response+json says by its status whether the operation ran; one of the type application/json
says 200 for whatever is a GraphQL request at all.
"""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graphql import OperationType
from realtime.transport import Engine, OperationRequest, Outcome, Prepared, Rejected
from web.graphql.media import GRAPHQL_JSON, JSON, is_form, negotiated
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


class NotLetIn(Rejected):
    """There is no context for this caller; the status says so, whichever type the client reads."""


class GraphQLOverHTTP(Generic[ContextT]):
    """To be routed as `Route("/graphql", GraphQLOverHTTP(…))`.

    `context(request)` makes the context of an operation. Where it raises an errors.RequestError, nothing runs
    and the response has that error's status. `uploader(context)` raises one for callers who may not send files;
    without it nobody may.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        context: Callable[[Request], Awaitable[ContextT]],
        uploader: Callable[[ContextT], object] | None = None,
        limits: BodyLimits = BodyLimits(),  # noqa: B008 - frozen
        upload_limits: UploadLimits = UploadLimits(),  # noqa: B008 - frozen
    ) -> None:
        self._engine = engine
        self._context = context
        self._uploader = uploader
        self._limits = limits
        self._upload_limits = upload_limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        media_type = negotiated(request.headers.get("accept"))
        if media_type is None:
            return refusal(HTTPRefused(406, f"Responses are {GRAPHQL_JSON} or {JSON}."), JSON)
        try:
            outcome = await self._outcome(request)
        except HTTPRefused as refused:
            return refusal(refused, media_type)
        except NotLetIn as rejected:
            return rejection(rejected, media_type)
        except Rejected as rejected:
            return rejection(rejected, media_type, status=None if media_type == GRAPHQL_JSON else 200)
        return encoded(outcome.encode(), media_type)

    async def _outcome(self, request: Request) -> Outcome:
        if self._uploader and request.method == "POST" and is_form(request.headers.get("content-type")):
            return await self._outcome_of_upload(request, self._uploader)
        prepared = self._prepared(request, await read_operation(request, self._limits))
        return await self._engine.execute(prepared, await self._let_in(request))

    async def _outcome_of_upload(self, request: Request, uploader: Callable[[ContextT], object]) -> Outcome:
        # Who asks is settled before a byte is read: strangers cannot fill the disk. It also keeps other sites' forms
        # from posting here, which need no CORS preflight for this type: no browser adds a bearer token by itself.
        context = await self._let_in(request, uploader)
        async with uploaded_operation(request, self._upload_limits) as operation:
            return await self._engine.execute(self._prepared(request, operation), context)

    def _prepared(self, request: Request, operation: OperationRequest) -> Prepared:
        prepared = self._engine.prepare(operation)
        check_method(request.method, prepared)
        return prepared

    async def _let_in(
        self, request: Request, check: Callable[[ContextT], object] = lambda context: None
    ) -> ContextT:
        try:
            context = await self._context(request)
            check(context)
        except Exception as error:
            raise NotLetIn.by(error) from error
        return context


def check_method(method: str, prepared: Prepared) -> None:
    """Refuses what may not come this way: mutations by GET (405), subscriptions at all (400)."""
    if prepared.is_subscription:
        raise HTTPRefused(400, "Subscriptions are served over WebSocket (graphql-transport-ws).")
    if method == "GET" and prepared.kind is not OperationType.QUERY:
        raise HTTPRefused(405, "Mutations are sent by POST.", {"allow": "POST"})


def encoded(body: bytes, media_type: str, *, status: int = 200) -> Response:
    # The same address answers each caller differently.
    headers = {"content-type": f"{media_type}; charset=utf-8", "cache-control": "no-store"}
    return Response(body, status_code=status, headers=headers)


def refusal(refused: HTTPRefused, media_type: str) -> Response:
    error = {"message": refused.message, "extensions": {"code": "BAD_REQUEST"}}
    response = encoded(orjson.dumps({"errors": [error]}), media_type, status=refused.status)
    response.headers.update(refused.headers)
    return response


def rejection(rejected: Rejected, media_type: str, *, status: int | None = None) -> Response:
    body = Outcome(None, rejected.errors, ran=False).encode()
    response = encoded(body, media_type, status=status or STATUS.get(rejected.code, 400))
    if response.status_code == 401:
        response.headers["www-authenticate"] = "Bearer"
    return response
