"""From an HTTP request to an operation, within limits on its body."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from starlette.requests import Request

from realtime.transport import OperationRequest
from web.graphql.media import is_utf8_json

T = TypeVar("T")

PARAMETERS: Mapping[str, type] = {"variables": dict, "operationName": str, "extensions": dict}


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How large a request's body may be, and how long it may take to come in."""

    body_bytes: int = 1_048_576
    body_seconds: float = 30


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What a request with files may bring, and how long it may take to come in; `map` is as `operations`."""

    file_bytes: int = 16 * 1_048_576
    files: int = 1
    operations_bytes: int = 1_048_576
    seconds: float = 120

    @property
    def body_bytes(self) -> int:
        """All of it, with 64 KiB for the headers of parts and what stands between them."""
        return self.files * self.file_bytes + 2 * self.operations_bytes + 65_536


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
    check_encoding(request)
    reading = bounded_body(request, limits.body_bytes)
    return checked(decoded("body", await in_time(reading, seconds=limits.body_seconds)))


def check_encoding(request: Request) -> None:
    if request.headers.get("content-encoding", "identity") != "identity":
        raise HTTPRefused(415, "The body must not be compressed.")


def from_url(parameters: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of a GET request; empty ones count as missing."""
    given: dict[str, Any] = {name: value for name, value in parameters.items() if value}
    return given | {name: decoded(name, given[name]) for name in ("variables", "extensions") if name in given}


def decoded(name: str, text: str | bytes | bytearray) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise HTTPRefused(400, f"The {name} is not JSON: {error.msg}.") from None


def checked(parameters: object, *, of: str = "body") -> OperationRequest:
    if isinstance(parameters, list):
        raise HTTPRefused(400, "One operation a request: batches are not served.")
    if not isinstance(parameters, dict):
        raise HTTPRefused(400, f"The {of} must be a JSON object.")
    if not isinstance(parameters.get("query"), str):
        raise HTTPRefused(400, "The parameter query must be given, as a string.")
    for name, kind in PARAMETERS.items():
        if not isinstance(parameters.get(name), kind | None):
            raise HTTPRefused(
                400, f"The parameter {name} must be {'a string' if kind is str else 'an object'}."
            )
    return OperationRequest.of(parameters)


async def in_time(reading: Awaitable[T], *, seconds: float) -> T:
    try:
        async with asyncio.timeout(seconds):
            return await reading
    except TimeoutError:
        raise HTTPRefused(408, "The body took too long to come in.", {"connection": "close"}) from None


async def bounded_body(request: Request, limit: int) -> bytes:
    too_large = HTTPRefused(413, f"The body may have {limit} bytes at most.", {"connection": "close"})
    async with aclosing(bounded(request, limit, too_large=too_large)) as chunks:
        return b"".join([chunk async for chunk in chunks])


async def bounded(
    request: Request, limit: int, *, too_large: HTTPRefused, at_once: bool = True
) -> AsyncGenerator[bytes, None]:
    """The body as it comes in; raises `too_large` beyond the limit in bytes, `at_once` where that is announced."""
    length = request.headers.get("content-length", "0")
    if at_once and length.isdecimal() and int(length) > limit:
        raise too_large
    left = limit
    async with aclosing(request.stream()) as chunks:
        async for chunk in chunks:
            left -= len(chunk)
            if left < 0:
                raise too_large
            yield chunk
