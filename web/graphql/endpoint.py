"""GraphQL over HTTP: the ASGI application that answers GET and POST.

Specification: https://graphql.github.io/graphql-over-http/draft/. A response of the type
application/graphql-response+json says by its status whether the operation ran; one of the type application/json
says 200 for whatever is a GraphQL request at all.
"""

from collections.abc import Awaitable, Callable

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graphql import OperationType
from realtime.transport import Engine, Outcome, Prepared, Rejected
from web.graphql.media import GRAPHQL_JSON, JSON, negotiated
from web.graphql.reading import BodyLimits, HTTPRefused, read_operation

STATUS = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "RATE_LIMITED": 429,
    "UNAVAILABLE": 503,
    "INTERNAL": 500,
}


class GraphQLOverHTTP:
    """To be routed as `Route("/graphql", GraphQLOverHTTP(…))`.

    `context(request)` makes the context of an operation. Where it raises an errors.RequestError, nothing runs
    and the response has that error's status, whichever type the client reads.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        context: Callable[[Request], Awaitable[object]],
        limits: BodyLimits = BodyLimits(),  # noqa: B008 - frozen
    ) -> None:
        self._engine = engine
        self._context = context
        self._limits = limits

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
            prepared = self._engine.prepare(await read_operation(request, self._limits))
            check_method(request.method, prepared)
        except HTTPRefused as refused:
            return refusal(refused, media_type)
        except Rejected as rejected:
            return rejection(rejected, media_type, status=None if media_type == GRAPHQL_JSON else 200)
        try:
            context = await self._context(request)
        except Exception as error:
            return rejection(Rejected.by(error), media_type)
        outcome = await self._engine.execute(prepared, context)
        return encoded(outcome.encode(), media_type)


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
