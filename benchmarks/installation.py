"""A server to measure: `python app.py serve` in a process of its own on loopback, on a database of its own."""

import os
import secrets
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


@contextmanager
def serving(address: str) -> Iterator[Server]:
    """One web process on the database, without a worker, until the block ends."""
    port = _free_port()
    own = {"DATABASE_URL": address, "HOST": "127.0.0.1", "PORT": str(port), "WORKER": "no"}
    own |= {"SECRET_KEY": secrets.token_urlsafe(48), "ENVIRONMENT": "production", "LOG_LEVEL": "WARNING"}
    others = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "SMTP_URL")}
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        process = subprocess.Popen(
            [sys.executable, HOUSE / "app.py", "serve"], cwd=folder, env=others | own, stdout=subprocess.DEVNULL
        )
        try:
            _wait(process, port)
            yield Server(process.pid, port)
        finally:
            process.terminate()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("The server does not start.")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
