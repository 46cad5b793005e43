"""The address of a secret calendar. Whoever asks is known by it alone; what it says is for them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from email.utils import format_datetime
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from models.calendar import entries
from models.calendar.entries import Mark
from models.calendar.feed import reader_of
from resolvers.context import World
from web.calendars.writing import calendar_of
from web.conditions import is_known

# What is kept of it, is kept by its reader's program, which asks each time whether it is still true. That its address
# is a secret, other sites are not told, and search engines do not list it.
_HEADERS = {
    "cache-control": "private, no-cache",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-content-type-options": "nosniff",
}
_EDITION = 1  # to be raised when the same meetings are written in another way


def calendar_routes(world: World) -> list[BaseRoute]:
    async def read(request: Request) -> Response:
        now = world.clock()
        reader = await reader_of(request.path_params["secret"], keys=world.keys)
        if reader is None:
            return PlainTextResponse("There is no such calendar.\n", status_code=404, headers=_HEADERS)
        mark = await entries.mark_of(reader, now=now)
        headers = {**_HEADERS, **_validators(mark)}
        if is_known(request.headers.get("if-none-match"), headers["etag"]):
            return Response(status_code=304, headers=headers)
        body = await asyncio.to_thread(calendar_of, reader, await entries.entries_of(reader, now=now))
        headers["content-disposition"] = 'inline; filename="meetings.ics"'
        return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)

    return [Route("/calendars/{secret}.ics", read)]


def _validators(mark: Mark) -> Mapping[str, str]:
    etag = {"etag": f'"{sha256(f"{_EDITION} {mark.text}".encode()).hexdigest()[:32]}"'}
    if mark.changed_at is None:
        return etag
    return {**etag, "last-modified": format_datetime(mark.changed_at, usegmt=True)}
