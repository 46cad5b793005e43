"""Files kept in a bucket of an S3-compatible store: Amazon's, MinIO, Ceph, Garage and the like.

The few requests that we need, of our own. The vendor's kit is synchronous, and of a size with all of this.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from datetime import datetime
from io import SEEK_END
from typing import BinaryIO

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from yarl import URL

from errors import ProviderDown, ProviderRejected
from providers.storage.bucket import Bucket
from providers.storage.protocol import PIECE, Content, NoSuchObject, checked
from providers.storage.sigv4 import NOTHING, signed

_CODE = re.compile(rb"<Code>([A-Za-z0-9.]{1,60})</Code>")
_ASKS_TO_WAIT = frozenset({408, 425, 429})
_SLOWEST = 65_536  # bytes a second, of a store that takes a file
_LIMITS = ClientTimeout(total=None, sock_connect=10, sock_read=30)


class S3Store:
    """Keeps each object under the bucket's path. `now` is the moment that requests are signed for."""

    def __init__(self, bucket: Bucket, *, now: Callable[[], datetime]) -> None:
        self._bucket = bucket
        self._now = now

    async def put(self, key: str, content: Content) -> None:
        """The store itself refuses what is not the same as was announced."""
        if content.file.seek(0, SEEK_END) != content.size:
            raise ProviderRejected("The file is not as large as was said.")
        headers = {"content-type": "application/octet-stream", "content-length": str(content.size)}
        with _troubles():
            async with (
                asyncio.timeout(60 + content.size / _SLOWEST),
                self._asking("PUT", key, headers=headers, content=content) as answer,
            ):
                await _check(answer)

    @asynccontextmanager
    async def open(
        self, key: str, *, start: int = 0, end: int | None = None
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        is_part = start > 0 or end is not None
        part = {"range": f"bytes={start}-{'' if end is None else end - 1}"} if is_part else {}
        async with AsyncExitStack() as stack:
            with _troubles():
                answer = await stack.enter_async_context(self._asking("GET", key, headers=part))
                await _check(answer)
            if is_part and answer.status != 206:
                raise ProviderRejected("The store does not send parts of objects.")
            yield _pieces(answer)

    async def delete(self, key: str) -> None:
        with _troubles():
            async with self._asking("DELETE", key, headers={}) as answer:
                with suppress(NoSuchObject):
                    await _check(answer)

    @asynccontextmanager
    async def _asking(
        self, method: str, key: str, *, headers: dict[str, str], content: Content | None = None
    ) -> AsyncIterator[ClientResponse]:
        url = self._bucket.url(checked(key))
        digest = NOTHING if content is None else content.sha256
        headers = signed(method, url, bucket=self._bucket, body_sha256=digest, now=self._now(), headers=headers)
        async with (
            _session() as session,
            session.request(
                method,
                URL(url, encoded=True),
                headers=headers,
                data=None if content is None else _read(content.file),
                allow_redirects=False,
            ) as answer,
        ):
            yield answer


def _session() -> ClientSession:
    return ClientSession(
        connector=TCPConnector(force_close=True),
        cookie_jar=DummyCookieJar(),
        timeout=_LIMITS,
        trust_env=False,
        auto_decompress=False,
        skip_auto_headers=("Accept-Encoding",),
        headers={"User-Agent": "Frontdesk"},
    )


@contextmanager
def _troubles() -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise ProviderDown("The store did not answer in time.") from None
    except (ClientError, OSError) as error:
        raise ProviderDown(f"The store could not be reached ({type(error).__name__}).") from error


async def _check(answer: ClientResponse) -> None:
    if 200 <= answer.status < 300:
        return
    found = _CODE.search(await answer.content.read(4_096))
    said = f"The store answered {answer.status}{f' ({found[1].decode()})' if found else ''}."
    if answer.status == 404 and found is not None and found[1] == b"NoSuchKey":
        raise NoSuchObject(said)
    if answer.status >= 500 or answer.status in _ASKS_TO_WAIT:
        raise ProviderDown(said)
    raise ProviderRejected(said)


async def _read(file: BinaryIO) -> AsyncIterator[bytes]:
    file.seek(0)
    while piece := await asyncio.to_thread(file.read, PIECE):
        yield piece


async def _pieces(answer: ClientResponse) -> AsyncIterator[bytes]:
    with _troubles():
        async for piece in answer.content.iter_chunked(PIECE):
            yield piece
