"""The address of one meeting's calendar file, which letters link to."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from models.letter.calendar_file import calendar_file
from models.letter.facts import Links
from resolvers.context import World

# The address is a secret: other sites are not told, and search engines do not list it.
_HEADERS = {
    "cache-control": "private, no-cache",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-content-type-options": "nosniff",
}


def file_routes(world: World) -> list[BaseRoute]:
    links = Links(world.keys, world.public_url)

    async def read(request: Request) -> Response:
        content = await calendar_file(request.path_params["token"], links=links)
        if content is None:
            return PlainTextResponse("There is no such meeting.\n", status_code=404, headers=_HEADERS)
        headers = {**_HEADERS, "content-disposition": 'attachment; filename="meeting.ics"'}
        return Response(content, media_type="text/calendar; charset=utf-8; method=PUBLISH", headers=headers)

    return [Route("/meetings/{token}.ics", read)]
