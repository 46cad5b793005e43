"""A receiver of webhooks on loopback, which answers as a test says."""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from hmac import new
from typing import Any

import orjson
from aiohttp import web

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def said(self) -> dict[str, Any]:
        return dict(orjson.loads(self.body))

    def is_signed_by(self, secret: str) -> bool:
        """As a receiver reckons it, by the specification alone."""
        key = b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = b64encode(new(key, signed, sha256).digest()).decode()
        return f"v1,{wanted}" in self.headers["webhook-signature"].split(" ")


class Receiver:
    """Answers 204 unless told otherwise: `answers` are the next statuses, `always` all that follow them."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answers: list[int] = []
        self.always = 204
        self.headers: dict[str, str] = {}
        self.text = "Sorry."
        self.is_slow = False
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/events"

    @property
    def types(self) -> list[str]:
        return [one.said["type"] for one in self.heard]

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.heard.append(Heard(request.path, dict(request.headers), await request.read()))
        if self.is_slow:
            await asyncio.Event().wait()
        status = self.answers.pop(0) if self.answers else self.always
        return web.Response(status=status, text=self.text if status >= 300 else None, headers=self.headers)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    runner = web.ServerRunner(web.Server(receiver.handle), shutdown_timeout=0.1)
    await runner.setup()
    try:
        listening = web.TCPSite(runner, "127.0.0.1", 0)
        await listening.start()
        receiver.port = runner.addresses[0][1]
        yield receiver
    finally:
        await runner.cleanup()
