"""Starting, watching and stopping the server. All of it blocks: it is called before the event loop, or in a thread."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from embedded import cluster
from embedded.alone import alone
from embedded.durability import check_durable
from embedded.programs import User, program
from embedded.refusal import CannotRun

DATABASE = "frontdesk"
_START_SECONDS = 300.0  # a server that was killed may have much to read again
_STOP_SECONDS = 20.0
_LONGEST_SOCKET = 103  # bytes; what macOS allows, Linux has four more


@contextmanager
def postgres(data: Path) -> Iterator[Postgres]:
    """The server on this data folder, made if need be, for as long as the block runs.

    Takes over a server whose process was killed. Refuses AlreadyRunning where another process has it, and
    CannotRun where it does not start or would not be durable.
    """
    data = data.absolute()
    data.parent.mkdir(parents=True, exist_ok=True)
    with alone(data):
        server = Postgres(data)
        try:
            server.ensure()
            yield server
        finally:
            server.stop()


def running_at(data: Path) -> str | None:
    """The address of the server that some process has running on this data folder; None before it has one."""
    running = cluster.Running.on(data.absolute())
    return _address(running.sockets, DATABASE) if running and running.sockets else None


class Postgres:
    """The server on one data folder; `address` is its database's, as a URL."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._log = data / "log"
        self._user = User.owner_of(data)
        self._process: subprocess.Popen[bytes] | None = None
        self._sockets: Path | None = None
        self.address = ""

    def ensure(self) -> None:
        """Have it run: start it, or start it again, unless it does."""
        cluster.make(self._data, self._user)
        deadline = time.monotonic() + _START_SECONDS
        started = False
        while not self._answers():
            if time.monotonic() > deadline:
                raise CannotRun(f"PostgreSQL does not start; {self._log} says why.")
            if not self.alive():
                if started:
                    self._check_log()
                self._start()
                started = True
            time.sleep(0.05)
        with psycopg.connect(self.address) as connection:
            check_durable(connection)

    def alive(self) -> bool:
        """Whether its process lives, taking connections or not."""
        if self._process is not None and self._process.poll() is None:
            return True
        return cluster.Running.on(self._data) is not None

    def stop(self) -> None:
        """Stop it as an administrator would (fast shutdown), and by force if that takes too long."""
        running = cluster.Running.on(self._data)
        for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if not self.alive():
                break
            pid = running.pid if running else self._process.pid if self._process else 0
            os.kill(pid, request)
            _wait(lambda: not self.alive(), seconds=_STOP_SECONDS)
        if self._sockets is not None and self._sockets != self._data:
            shutil.rmtree(self._sockets, ignore_errors=True)

    def _answers(self) -> bool:
        """Whether it takes connections, of which the address is kept; makes our database where there is none yet."""
        running = cluster.Running.on(self._data)
        if running is None or running.sockets is None:
            return False
        try:
            with psycopg.connect(_address(running.sockets, "postgres"), autocommit=True) as connection:
                found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if found.fetchone() is None:
                    connection.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg.OperationalError:
            return False
        self._sockets = running.sockets
        self.address = _address(running.sockets, DATABASE)
        return True

    def _check_log(self) -> None:
        """Raise what ended the start; children of a killed server, which go in a moment, are no reason to give up."""
        said = self._log.read_text(errors="replace")
        if "is still in use" not in said:
            raise CannotRun(f"PostgreSQL does not start: {cluster.last_line(said)}")

    def _start(self) -> None:
        cluster.forget_killed(self._data)
        self._sockets = self._sockets or self._place_for_sockets()
        sockets = str(self._sockets).replace('"', '""')
        options = ("listen_addresses=", "port=5432", f'unix_socket_directories="{sockets}"')
        command = [str(program("postgres")), "-D", str(self._data)]
        for option in options:
            command += ["-c", option]
        if self._log.exists():
            self._log.replace(self._data / "log.before")
        with self._log.open("wb") as log:
            self._process = self._user.start(
                command, reaching=self._data, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )

    def _place_for_sockets(self) -> Path:
        """With the data, which only the server's user may enter, unless its path is too long or means two to libpq."""
        path = os.fsencode(self._data / cluster.SOCKET)
        if len(path) <= _LONGEST_SOCKET and b"," not in path:
            return self._data
        folder = Path(tempfile.mkdtemp(prefix="frontdesk-"))
        self._user.give(folder)
        return folder


def _address(sockets: Path, database: str) -> str:
    return f"postgresql://{cluster.ROLE}@/{database}?host={quote(str(sockets), safe='')}&port=5432"


def _wait(condition: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
