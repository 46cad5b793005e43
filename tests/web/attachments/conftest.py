"""The site behind a real server, and whoever asks it for files."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import aiohttp
import orjson
import pytest

from composition.site import site
from providers.storage.fake import FakeStore
from resolvers.context import World
from tests.resolvers.attachment_documents import UPLOAD
from tests.resolvers.conftest import public as public
from tests.resolvers.conftest import sign_in as sign_in
from tests.resolvers.conftest import talk as talk
from tests.resolvers.conftest import world as world
from tests.serving import serving
from web.health import Health


async def _yes() -> bool:
    return True


WELL = Health(database=_yes, bus=lambda: True, worker=_yes)


@dataclass(frozen=True, slots=True)
class Got:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Browser:
    """Asks the site for what has an address, and sends it files as browsers do."""

    session: aiohttp.ClientSession
    world: World
    headers: dict[str, str] = field(default_factory=dict)

    async def get(self, url: str, *, method: str = "GET", **headers: str) -> Got:
        path = url.removeprefix(self.world.public_url)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(method, path, headers=named) as answer:
            return Got(answer.status, answer.headers, await answer.read())

    async def post(self, data: aiohttp.FormData, *, token: str | None) -> tuple[int, dict[str, Any]]:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        async with self.session.post("/graphql", data=data, headers=headers) as answer:
            return answer.status, orjson.loads(await answer.read())


def an_upload(
    conversation: str, content: bytes, *, name: str = "photo.png", files: int = 1
) -> aiohttp.FormData:
    """A form with files, each to be uploaded."""
    operations = {"query": UPLOAD, "variables": {"id": conversation, "file": None}}
    data = aiohttp.FormData(quote_fields=False)
    data.add_field("operations", orjson.dumps(operations).decode())
    data.add_field("map", orjson.dumps({str(n): ["variables.file"] for n in range(files)}).decode())
    for number in range(files):
        data.add_field(str(number), BytesIO(content), filename=name, content_type="text/html")
    return data


@pytest.fixture
async def browser(world: World) -> AsyncIterator[Browser]:
    app = site(world, health=WELL, with_explorer=False)
    async with serving(app) as address, aiohttp.ClientSession(address) as session:
        yield Browser(session, world)


@pytest.fixture
def store(world: World) -> FakeStore:
    assert isinstance(world.store, FakeStore)
    return world.store
