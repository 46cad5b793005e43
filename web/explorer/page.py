"""The GraphQL explorer of development: one page and its files, all served from here, none fetched elsewhere.

The files are built from frontend/explorer and committed, so that the server needs no Node.
"""

from os import PathLike, stat_result
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"

# In CSP Level 3, 'self' in connect-src matches the WebSocket of the same host as well.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


class Files(StaticFiles):
    """Static files that the browser keeps, and asks each time whether they are still good."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(HEADERS)
        return response


def explorer_routes() -> list[BaseRoute]:
    """The page at /explorer and its files below it; it speaks to /graphql on its own host only."""
    files = Files(directory=STATIC)

    async def page(request: Request) -> Response:
        return await files.get_response("index.html", request.scope)

    return [Route("/explorer", page), Mount("/explorer/static", files)]
