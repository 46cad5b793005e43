"""A server to measure: `python app.py serve` in a process of its own on loopback, on a database of its own."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

import embedded

HOUSE = Path(__file__).parents[1]
START_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")
SECRET = secrets.token_urlsafe(48)
"""Of every server of the run."""

# One caller plays thousands.
_MANY = ("CALLER_CONNECTIONS", "CALLER_SUBSCRIPTIONS", "PUBLIC_CONNECTIONS")


@dataclass(frozen=True, slots=True)
class Server:
    """A running web process."""

    process: int
    port: int

    @property
    def cpu_seconds(self) -> float:
        """What the process, and nothing beside it, has used of the processors so far."""
        return processor_seconds(self.process)


def processor_seconds(process: int) -> float:
    """What a process of this machine has used so far; 0 for one that is gone, or is elsewhere."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return 0
    after_name = stat.read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS


@contextmanager
def database() -> Iterator[str]:
    """The address of an empty database, gone afterwards: on the server of TEST_DATABASE_URL, or an embedded one."""
    given = os.environ.get("TEST_DATABASE_URL")
    if not given:
        with (
            tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder,
            embedded.postgres(Path(folder) / "postgres") as server,
        ):
            yield server.address
        return
    name = f"frontdesk_bench_{secrets.token_hex(6)}"
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(given)._replace(path=f"/{name}"))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@dataclass(frozen=True, slots=True)
class Bus:
    """A running Redis."""

    process: int
    address: str


@contextmanager
def redis() -> Iterator[Bus]:
    """A Redis of the run's own, which keeps nothing, until the block ends."""
    command, port = shutil.which("redis-server"), free_port()
    if command is None:
        raise RuntimeError("This is measured with Redis: redis-server is not installed.")
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        options = [
            "--bind",
            "127.0.0.1",
            "--port",
            str(port),
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            folder,
        ]
        process = subprocess.Popen([command, *options], stdout=subprocess.DEVNULL)
        try:
            yield Bus(process.pid, f"redis://127.0.0.1:{port}/0")
        finally:
            process.terminate()
            process.wait()


@contextmanager
def serving(address: str, **settings: str) -> Iterator[Server]:
    """One web process on the database, without a worker, until the block ends."""
    port = free_port()
    own = {"DATABASE_URL": address, "HOST": "127.0.0.1", "PORT": str(port), "WORKER": "no"}
    own |= {"SECRET_KEY": SECRET, "ENVIRONMENT": "production", "LOG_LEVEL": "WARNING"}
    own |= dict.fromkeys(_MANY, "1000000")
    own |= settings
    others = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "SMTP_URL")}
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        process = subprocess.Popen(
            [sys.executable, HOUSE / "app.py", "serve"], cwd=folder, env=others | own, stdout=subprocess.DEVNULL
        )
        try:
            wait_for(process, f"http://127.0.0.1:{port}/healthz")
            yield Server(process.pid, port)
        finally:
            process.terminate()
            process.wait()


def wait_for(process: subprocess.Popen[bytes], address: str) -> None:
    """Until the process answers there; raises where it does not."""
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(address, timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("The server does not start.")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
