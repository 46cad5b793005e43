"""A file on its way: piece by piece, no faster than it is read, and no slower than can be waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from errors import ProviderError
from providers.storage.protocol import NoSuchObject, ObjectStore
from web.attachments.headers import ALWAYS
from web.attachments.ranges import Part

logger = structlog.get_logger(__name__)

_SLOWEST = 16_384
"""Bytes a second: who reads more slowly is not waited for."""


class Sending:
    """The ASGI application that answers with this part of what is kept under the key."""

    def __init__(self, store: ObjectStore, key: str, part: Part, headers: Mapping[str, str]) -> None:
        self._store = store
        self._key = key
        self._part = part
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        part, began = self._part, False
        try:
            async with (
                asyncio.timeout(60 + part.length / _SLOWEST),
                self._store.open(self._key, start=part.start, end=part.end) as pieces,
            ):
                began = True
                await StreamingResponse(pieces, part.status, self._headers)(scope, receive, send)
        except ClientDisconnect:
            return
        except (ProviderError, TimeoutError) as error:
            # What has begun cannot be taken back: the connection breaks, and the length tells that it did.
            logger.warning("attachment.not_served", error=str(error) or type(error).__name__)
            if not began:
                await _unserved(error)(scope, receive, send)


def _unserved(error: Exception) -> Response:
    if isinstance(error, NoSuchObject):
        return refusal(404, "There is no such file.")
    return refusal(503, "The file cannot be read just now: try again later.", {"retry-after": "30"})


def refusal(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    told = {**ALWAYS, **(headers or {}), "cache-control": "no-store"}
    return PlainTextResponse(message + "\n", status, told)
