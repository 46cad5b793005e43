"""From an HTTP request to an operation, within limits on its body."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request

from realtime.transport import OperationRequest
from web.graphql.media import is_utf8_json

PARAMETERS: Mapping[str, type] = {"variables": dict, "operationName": str, "extensions": dict}


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How large a request's body may be, and how long it may take to come in."""

    body_bytes: int = 1_048_576
    body_seconds: float = 30


class HTTPRefused(Exception):
    """A request that is no GraphQL request: a status, and the reason."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}


async def read_operation(request: Request, limits: BodyLimits) -> OperationRequest:
    """The operation of a GET or POST request; raises HTTPRefused for what is none."""
    if request.method == "GET":
        return checked(from_url(request.query_params))
    if request.method != "POST":
        raise HTTPRefused(405, "GraphQL is asked for by GET or POST.", {"allow": "GET, POST"})
    # Demanding a type that no HTML form can send also keeps other sites' pages from posting here.
    if not is_utf8_json(request.headers.get("content-type")):
        raise HTTPRefused(415, "The body must be application/json in UTF-8.")
    if request.headers.get("content-encoding", "identity") != "identity":
        raise HTTPRefused(415, "The body must not be compressed.")
    return checked(decoded("body", await read_body(request, limits)))


def from_url(parameters: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of a GET request; empty ones count as missing."""
    given: dict[str, Any] = {name: value for name, value in parameters.items() if value}
    return given | {name: decoded(name, given[name]) for name in ("variables", "extensions") if name in given}


def decoded(name: str, text: str | bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise HTTPRefused(400, f"The {name} is not JSON: {error.msg}.") from None


def checked(parameters: object) -> OperationRequest:
    if isinstance(parameters, list):
        raise HTTPRefused(400, "One operation a request: batches are not served.")
    if not isinstance(parameters, dict):
        raise HTTPRefused(400, "The body must be a JSON object.")
    if not isinstance(parameters.get("query"), str):
        raise HTTPRefused(400, "The parameter query must be given, as a string.")
    for name, kind in PARAMETERS.items():
        if not isinstance(parameters.get(name), kind | None):
            raise HTTPRefused(
                400, f"The parameter {name} must be {'a string' if kind is str else 'an object'}."
            )
    return OperationRequest.of(parameters)


async def read_body(request: Request, limits: BodyLimits) -> bytes:
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await bounded_body(request, limits.body_bytes)
    except TimeoutError:
        raise HTTPRefused(408, "The body took too long to come in.", {"connection": "close"}) from None


async def bounded_body(request: Request, limit: int) -> bytes:
    too_large = HTTPRefused(413, f"The body may have {limit} bytes at most.", {"connection": "close"})
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length) > limit:
        raise too_large
    chunks: list[bytes] = []
    left = limit
    async for chunk in request.stream():
        left -= len(chunk)
        if left < 0:
            raise too_large
        chunks.append(chunk)
    return b"".join(chunks)
