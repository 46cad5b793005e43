"""Which database a process uses: the one of DATABASE_URL, or the embedded one of this folder."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import structlog

import embedded
from settings import Settings

logger = structlog.get_logger(__name__)

_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Place:
    """`server` is None where the database is somebody else's to run."""

    address: str
    server: embedded.Postgres | None = None

    async def keep(self) -> None:
        """Start the embedded server again whenever it has gone, killed for want of memory perhaps."""
        while self.server is not None:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                if not self.server.alive():
                    logger.warning("postgres.gone")
                    await asyncio.to_thread(self.server.ensure)
                    logger.info("postgres.back")
            except Exception:
                logger.exception("postgres.stays_away")


@contextmanager
def the_database(settings: Settings) -> Iterator[Place]:
    """The database, running; the embedded one for this process alone."""
    if settings.database_url is not None:
        yield Place(settings.database_url)
        return
    with embedded.postgres(settings.data / "postgres") as server:
        yield Place(server.address, server)


@contextmanager
def the_running_database(settings: Settings) -> Iterator[Place]:
    """The database, for a short errand: also while another process has the embedded one."""
    with ExitStack() as stack:
        try:
            place = stack.enter_context(the_database(settings))
        except embedded.AlreadyRunning:
            address = embedded.running_at(settings.data / "postgres")
            if address is None:
                raise
            place = Place(address)
        yield place
