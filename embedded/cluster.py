"""The data folder: made whole or not at all, and what it says of the server that runs on it."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from embedded.programs import VERSION, User, program
from embedded.refusal import CannotRun

ROLE = "frontdesk"
SOCKET = ".s.PGSQL.5432"

# The builtin locale is the same on every machine, and knows the letters of all languages.
_INITDB = (
    f"--username={ROLE}",
    "--auth=trust",  # the socket lies in a folder that only the server's user may enter
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--set=timezone=UTC",
    "--set=log_timezone=UTC",
    "--no-instructions",
)


def make(data: Path, user: User) -> None:
    """Make the data folder, unless it is there; refuses one that another version or user has made."""
    if data.exists():
        _check(data)
        return
    half_made = data.with_name(f"{data.name}.new")
    shutil.rmtree(half_made, ignore_errors=True)
    half_made.mkdir(mode=0o700)
    user.give(half_made)
    command = [str(program("initdb")), *_INITDB, f"--pgdata={half_made}"]
    initdb = user.start(command, reaching=half_made, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        said, _ = initdb.communicate()
    finally:
        initdb.kill()  # nothing, where it has ended
    if initdb.returncode != 0:
        raise CannotRun(f"PostgreSQL cannot make its data in {data}: {last_line(said.decode())}")
    half_made.rename(data)
    _flush(data.parent)


def _check(data: Path) -> None:
    try:
        version = (data / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise CannotRun(f"{data} holds something, but no data of PostgreSQL: move it away.") from None
    except PermissionError:
        raise CannotRun(f"{data} belongs to another user: start as that user.") from None
    if version != VERSION:
        raise CannotRun(f"{data} was written by PostgreSQL {version}; this one is {VERSION}.")


def last_line(text: str) -> str:
    """The line of a log that says why it ended."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL" in line or "PANIC" in line]
    return (fatal or lines or ["it gave no reason."])[-1]


def _flush(folder: Path) -> None:
    """Make the renaming in the folder outlast a power failure."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True)
class Running:
    """A server that is alive, as its postmaster.pid tells. It writes its number some milliseconds before it has a
    place for its sockets: until then that is None."""

    pid: int
    sockets: Path | None

    @classmethod
    def on(cls, data: Path) -> Running | None:
        """The server on this data; None if there is none, also where a killed one has left its file."""
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
            found = cls(int(lines[0]), Path(lines[4]) if lines[4] else None)
        except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
            return None
        return found if is_postgres(found.pid) else None


def is_postgres(pid: int) -> bool:
    """Whether the process lives and is a PostgreSQL: after a kill or a reboot a number may be another's."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    if not Path("/proc/self/cmdline").exists():
        return True
    try:
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
    except OSError:
        return False


def forget_killed(data: Path) -> None:
    """Remove what a killed server has left: its number may be another's now, or a zombie's that nobody buries."""
    if Running.on(data) is None:
        (data / "postmaster.pid").unlink(missing_ok=True)
        (data / f"{SOCKET}.lock").unlink(missing_ok=True)
