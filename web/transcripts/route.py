"""A transcript, behind a link that is good for some minutes: made as it is asked for, and kept nowhere."""

from __future__ import annotations

import asyncio

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from errors import ProviderDown
from models.passing_link import BadLink, PastLink
from models.transcript.exporting import PATH, Transcript, recognise_transcript
from models.words import TranscriptFormat
from providers.transcripts.text import as_text
from resolvers.context import World

# It is about somebody, and behind an address that is a key: nobody on the way keeps the one, or is told the other.
_HEADERS = {
    "cache-control": "private, no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
}
_TYPES = {TranscriptFormat.PDF: "application/pdf", TranscriptFormat.TEXT: "text/plain; charset=utf-8"}
# Pages of any site may read what they have an address of.
_ANY_SITE = Middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["GET"],
    expose_headers=["content-disposition", "retry-after"],
)


def transcript_routes(world: World) -> list[BaseRoute]:
    async def read(request: Request) -> Response:
        try:
            token = request.path_params["token"]
            transcript = await recognise_transcript(token, keys=world.keys, now=world.clock())
        except PastLink:
            return _refusal(410, "The link was good for ten minutes: ask for another one.")
        except BadLink:
            transcript = None
        if transcript is None:
            return _refusal(404, "There is no such transcript.")
        return await _answer(transcript, world)

    return [Route(f"{PATH}{{token}}", read, methods=["GET"], middleware=[_ANY_SITE])]


async def _answer(transcript: Transcript, world: World) -> Response:
    try:
        body = await _written(transcript, world)
    except ProviderDown as down:
        wait = {"retry-after": str(int(down.retry_after_seconds or 60))}
        return _refusal(503, "Too much is being drawn just now. Try again, or ask for text.", wait)
    headers = {**_HEADERS, "content-disposition": f'attachment; filename="{transcript.filename}"'}
    return Response(body, media_type=_TYPES[transcript.format], headers=headers)


async def _written(transcript: Transcript, world: World) -> bytes:
    if transcript.format is TranscriptFormat.TEXT:
        return await asyncio.to_thread(as_text, transcript.facts)
    return await world.press.pdf(transcript.facts, reader=transcript.reader)


def _refusal(status: int, said: str, more: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(f"{said}\n", status_code=status, headers={**_HEADERS, **(more or {})})
