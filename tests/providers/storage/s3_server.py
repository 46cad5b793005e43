"""An S3 on loopback that keeps objects in memory, and believes nobody: it checks every signature by what it has read
off the wire itself, the moment and the body, as the vendor's documentation says, and by none of our code.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiohttp import web
from aiohttp.test_utils import TestServer

ACCESS, SECRET, REGION, BUCKET = "AKIDEXAMPLE", "wJalr/XUtn+FEMI", "eu-south-1", "desk-files"
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/,]+)/(?P<date>\d{8})/(?P<region>[^/]+)/s3/aws4_request,\s*"
    r"SignedHeaders=(?P<names>[^,]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(eq=False)
class FakeS3:
    """`virtual` has the bucket in the host, so that the path is the key alone."""

    virtual: bool = False
    objects: dict[str, bytes] = field(default_factory=dict)
    pieces: list[int] = field(default_factory=list)
    trouble: tuple[int, str] | None = None
    breaks_off: bool = False
    ignores_ranges: bool = False
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = b""
        while piece := await request.content.readany():
            self.pieces.append(len(piece))
            body += piece
        refused = self.trouble or self._refused(request, body)
        if refused is not None:
            return refusal(*refused)
        bucket, _, key = request.path.removeprefix("/").partition("/")
        if self.virtual:
            bucket, key = BUCKET, request.path.removeprefix("/")
        return refusal(404, "NoSuchBucket") if bucket != BUCKET else await self._of(request, key, body)

    async def _of(self, request: web.Request, key: str, body: bytes) -> web.StreamResponse:
        if request.method == "PUT":
            self.objects[key] = body
            return web.Response()
        if request.method == "DELETE":
            self.objects.pop(key, None)
            return web.Response(status=204)
        if key not in self.objects:
            return refusal(404, "NoSuchKey")
        return await self._part(request, self.objects[key])

    async def _part(self, request: web.Request, content: bytes) -> web.StreamResponse:
        said = "" if self.ignores_ranges else request.headers.get("range", "")
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", said)
        if asked is None:
            return await self._sent(request, content, 200, {})
        start, end = int(asked[1]), int(asked[2] or len(content) - 1) + 1
        if start >= len(content):
            return refusal(416, "InvalidRange")
        told = f"bytes {start}-{min(end, len(content)) - 1}/{len(content)}"
        return await self._sent(request, content[start:end], 206, {"content-range": told})

    async def _sent(
        self, request: web.Request, content: bytes, status: int, headers: dict[str, str]
    ) -> web.StreamResponse:
        if not self.breaks_off:
            return web.Response(body=content, status=status, headers=headers)
        response = web.StreamResponse(status=status, headers={**headers, "content-length": str(len(content))})
        await response.prepare(request)
        await response.write(content[: len(content) // 2])
        assert request.transport is not None
        request.transport.close()
        return response

    def _refused(self, request: web.Request, body: bytes) -> tuple[int, str] | None:
        said = AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
        if said is None:
            return 403, "AccessDenied"
        if said["key"] != ACCESS:
            return 403, "InvalidAccessKeyId"
        if said["region"] != REGION:
            return 400, "AuthorizationHeaderMalformed"
        at = datetime.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if abs(at - datetime.now(UTC)) > timedelta(minutes=15):
            return 403, "RequestTimeTooSkewed"
        if not hmac.compare_digest(signature(request, said), said["signature"]):
            return 403, "SignatureDoesNotMatch"
        if hashlib.sha256(body).hexdigest() != request.headers["x-amz-content-sha256"]:
            return 400, "XAmzContentSHA256Mismatch"
        return None


def signature(request: web.Request, said: re.Match[str]) -> str:
    """What the signature of the request is to be, by what it says of itself and by what has come."""
    names = said["names"].split(";")
    assert {"host", "x-amz-date", "x-amz-content-sha256"} <= set(names)
    path, _, query = request.raw_path.partition("?")
    canonical = [
        request.method,
        path,
        "&".join(sorted(query.split("&"))),
        *[f"{name}:{' '.join(request.headers[name].split())}" for name in names],
        "",
        said["names"],
        request.headers["x-amz-content-sha256"],
    ]
    to_sign = [
        "AWS4-HMAC-SHA256",
        request.headers["x-amz-date"],
        "/".join((said["date"], said["region"], "s3", "aws4_request")),
        hashlib.sha256("\n".join(canonical).encode()).hexdigest(),
    ]
    key = ("AWS4" + SECRET).encode()
    for part in (said["date"], said["region"], "s3", "aws4_request", "\n".join(to_sign)):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()


def refusal(status: int, code: str) -> web.Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>No.</Message></Error>'
    return web.Response(status=status, text=body, content_type="application/xml")


@asynccontextmanager
async def s3_server(*, virtual: bool = False) -> AsyncIterator[FakeS3]:
    s3 = FakeS3(virtual=virtual)
    app = web.Application(client_max_size=2**30)
    app.router.add_route("*", "/{key:.*}", s3.answer)
    async with TestServer(app, host="127.0.0.1") as server:
        s3.url = str(server.make_url("")).rstrip("/")
        yield s3
