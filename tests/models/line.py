"""A line to the database that is cut between what was sent and what is heard of it."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg.conninfo import conninfo_to_dict, make_conninfo
from tortoise import connections
from tortoise.context import TortoiseContext

from models.database import configuration

MOST = 65536


class Line:
    """Whoever connects to `address` talks to the database behind it, until they send what contains `cut_at`. That is
    done there, and nobody hears of it."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self.address = ""
        self.cut_at: bytes | None = None
        self.talks: set[asyncio.Task[None] | None] = set()

    def open_at(self, port: int) -> None:
        self.address = make_conninfo(self._url, host="127.0.0.1", port=port)

    async def talk(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.talks.add(asyncio.current_task())
        there, database = await self._connect()
        hearing = asyncio.create_task(_pass_on(there, writer))
        while data := await reader.read(MOST):
            is_last = self.cut_at is not None and self.cut_at in data
            if is_last:
                hearing.cancel()
            database.write(data)
            if is_last:
                await asyncio.wait([hearing])
                await there.read(MOST)  # it is done as soon as there is an answer
                break
        writer.close()
        database.close()
        await asyncio.wait([hearing])

    async def _connect(self) -> tuple[StreamReader, StreamWriter]:
        place = conninfo_to_dict(self._url)
        host, port = str(place["host"]), int(place.get("port") or 5432)
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)


async def _pass_on(said: StreamReader, to: StreamWriter) -> None:
    while data := await said.read(MOST):
        to.write(data)
    to.close()


@asynccontextmanager
async def line_to(database_url: str) -> AsyncIterator[Line]:
    line = Line(database_url)
    server = await asyncio.start_server(line.talk, "127.0.0.1", 0)
    line.open_at(server.sockets[0].getsockname()[1])
    async with server:
        yield line
        await asyncio.gather(*filter(None, line.talks))


@asynccontextmanager
async def connected(address: str, *, number: int = 1) -> AsyncIterator[None]:
    """Few connections, so that whoever comes next has the one of whoever was before."""
    async with TortoiseContext() as context:
        await context.init(config=configuration(address, pool_size=number))
        await connections.get("default").create_connection(with_db=True)
        try:
            yield
        finally:
            await context.close_connections()
