"""A real server on loopback, and names that resolve as a test says."""

import socket
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from providers.fetching import LOOPBACK_TOO, Fetcher, FetchLimits

LIMIT = 1024 * 1024


class NamesAre(AbstractResolver):
    """Answers each lookup of a name with the next of its address lists; the last one stays."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        lists = self.answers[host.rstrip(".").replace(".", "_")]
        addresses = lists.pop(0) if len(lists) > 1 else lists[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        return None


class Site:
    """The server's routes, and the requests that reached it."""

    def __init__(self) -> None:
        self.requests: list[web.BaseRequest] = []
        self.answers: dict[str, Callable[[web.BaseRequest], web.StreamResponse]] = {}
        self.port = 0

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests.append(request)
        return self.answers[request.path](request)

    def url(self, path: str, *, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def redirects(self, path: str, *, to: str, status: int = 302) -> str:
        self.answers[path] = lambda _: web.Response(status=status, headers={"Location": to})
        return self.url(path)

    def says(self, path: str, *, status: int = 200, body: bytes = b"", **headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = lambda _: web.Response(status=status, body=body, headers=named)
        return self.url(path)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    runner = web.ServerRunner(web.Server(site.handle))
    await runner.setup()
    try:
        listening = web.TCPSite(runner, "127.0.0.1", 0)
        await listening.start()
        site.port = runner.addresses[0][1]
        yield site
    finally:
        await runner.cleanup()


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(addresses=LOOPBACK_TOO, limits=FetchLimits(bytes=LIMIT))
