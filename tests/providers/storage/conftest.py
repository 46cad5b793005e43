"""Places for files, each of which must do the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pytest

from providers.storage.bucket import Bucket
from providers.storage.fake import FakeStore
from providers.storage.folder import FolderStore
from providers.storage.protocol import Content, ObjectStore
from providers.storage.s3 import S3Store
from tests.providers.storage.s3_server import ACCESS, BUCKET, REGION, SECRET, FakeS3, s3_server


def content(of: bytes) -> Content:
    return Content(BytesIO(of), len(of), sha256(of).hexdigest())


async def read(store: ObjectStore, key: str, *, start: int = 0, end: int | None = None) -> bytes:
    async with store.open(key, start=start, end=end) as pieces:
        return b"".join([piece async for piece in pieces])


def now() -> datetime:
    return datetime.now(UTC)


def bucket_at(s3: FakeS3, *, secret: str = SECRET, bucket: str = BUCKET, region: str = REGION) -> Bucket:
    """The bucket as S3_URL would name it, in the path."""
    named = f"http://{ACCESS}:{quote(secret, safe='')}@{s3.url.removeprefix('http://')}"
    return Bucket.of(f"{named}/{bucket}/files?region={region}")


@pytest.fixture
async def s3() -> AsyncIterator[FakeS3]:
    async with s3_server() as server:
        yield server


@pytest.fixture(params=["folder", "s3", "virtual s3", "fake"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ObjectStore]:
    """Each of the places in turn."""
    if request.param == "folder":
        yield FolderStore(tmp_path / "deep" / "files")
    elif request.param == "fake":
        yield FakeStore()
    else:
        async with s3_server(virtual=request.param == "virtual s3") as server:
            path = "/" if server.virtual else f"/{BUCKET}/a/prefix/"
            yield S3Store(Bucket(server.url, path, REGION, ACCESS, SECRET), now=now)
