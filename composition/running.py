"""What a process does from its start to its end: serve, or work."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

import structlog

from composition.garbage import look_seldom
from composition.parts import is_database_there, running
from composition.place import Place
from composition.presence import Pulse
from composition.screen import say_where
from composition.server import Server
from composition.site import site
from jobs.worker import is_worker_seen, run_worker
from models.database import migrate
from models.demo import SLUG, load_demo
from models.organization.organization import Organization
from settings import Settings
from web.health import Health

logger = structlog.get_logger(__name__)

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LEAVE_SECONDS = 15.0


async def serve(settings: Settings, place: Place, listener: socket.socket) -> None:
    """Serve until a signal; then end open sockets, the worker, the hub and the bus, within half a minute."""
    with told_to_leave() as leave:
        await migrate(place.address)
        async with running(settings, address=place.address) as parts:
            if settings.database_url is None and not await Organization.exists():
                await load_demo(now=datetime.now(UTC))
            has_demo = await Organization.exists(slug=SLUG)
            health = Health(database=is_database_there, bus=lambda: parts.bus.healthy, worker=is_worker_seen)
            server = Server(
                site(
                    parts.world,
                    health=health,
                    with_explorer=settings.in_development,
                    mail_replies_secret=settings.mail_replies_secret,
                    limits=settings.caller_limits,
                ),
                leave=leave,
                on_start=lambda: say_where(settings, has_demo=has_demo),
            )
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(alongside(place.keep()))
                pulse = Pulse(parts.world.tabs, clock=parts.world.clock, is_leaving=leave.is_set)
                await stack.enter_async_context(alongside(pulse.run()))
                if settings.worker:
                    await stack.enter_async_context(alongside(run_worker()))
                look_seldom()
                await server.serve(sockets=[listener])


async def work(settings: Settings, place: Place) -> None:
    """Work until a signal."""
    with told_to_leave() as leave:
        async with running(settings, address=place.address), alongside(run_worker()):
            logger.info("worker.started")
            await leave.wait()


@contextmanager
def told_to_leave() -> Iterator[asyncio.Event]:
    """Set by Ctrl-C and by the request to terminate, which do not end the process on the spot while the block runs."""
    leave = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, leave.set)
    try:
        yield leave
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


@asynccontextmanager
async def alongside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Have the work done while the block runs; then it is cancelled, and has so many seconds to leave."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        _, stuck = await asyncio.wait([task], timeout=_LEAVE_SECONDS)
        if stuck:
            logger.error("task.does_not_end", task=repr(task))
