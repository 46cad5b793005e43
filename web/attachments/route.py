"""The passing address of an attachment."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from models.attachment.edition import Edition, edition_of
from models.attachment.link import PATH, recognise_attachment
from models.passing_link import BadLink, PastLink
from resolvers.context import World
from web.attachments.headers import ALWAYS, served_as
from web.attachments.ranges import Part, part_of
from web.attachments.sending import Sending, refusal
from web.conditions import is_known

# Pages of any site may read what they have an address of.
_ANY_SITE = Middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["GET"],
    allow_headers=["range", "if-range", "if-none-match"],
    expose_headers=["content-disposition", "content-range", "etag"],
)


def attachment_routes(world: World) -> list[BaseRoute]:
    return [Route(f"{PATH}{{token}}", Downloads(world), methods=["GET"], middleware=[_ANY_SITE])]


class Downloads:
    """The ASGI application that answers with a file, or with why there is none."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answer(Request(scope))
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> ASGIApp:
        token, now = request.path_params["token"], self._world.clock()
        try:
            found = await recognise_attachment(token, keys=self._world.keys, now=now)
        except PastLink:
            return refusal(410, "This address is good no longer: ask for the attachment's url again.")
        except BadLink:
            found = None
        if found is None:
            return refusal(404, "There is no such file.")
        edition = edition_of(found.attachment, original="original" in request.query_params)
        return self._of(edition, request, filename=found.mask.file(edition.filename))

    def _of(self, edition: Edition, request: Request, *, filename: str) -> ASGIApp:
        headers = {
            **ALWAYS,
            **served_as(edition.media_type, filename),
            "etag": f'"{edition.sha256[:32]}"',
            "accept-ranges": "bytes",
        }
        if is_known(request.headers.get("if-none-match"), headers["etag"]):
            return Response(status_code=304, headers=headers)
        part = _asked(request, edition.size_bytes, headers["etag"])
        if part is None:
            none = {"content-range": f"bytes */{edition.size_bytes}"}
            return refusal(416, "There is no such part of the file.", none)
        headers |= part.headers()
        if request.method == "HEAD":
            return Response(status_code=part.status, headers=headers)
        return Sending(self._world.store, edition.key, part, headers)


def _asked(request: Request, size: int, etag: str) -> Part | None:
    """What is asked for by Range; all of it, where that is of another edition (If-Range)."""
    edition = request.headers.get("if-range", etag)
    return part_of(size, request.headers.get("range") if edition == etag else None)
