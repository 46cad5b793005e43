"""One process at a time: a lock that the kernel drops with its holder, however that ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embedded.refusal import AlreadyRunning, CannotRun


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Hold the data folder's lock for as long as the block runs; refuses AlreadyRunning."""
    path = data.with_name(f"{data.name}.lock")
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError:
        raise CannotRun(f"{path} belongs to another user: start as that user.") from None
    try:
        _take(handle, path)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def _take(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(handle, 20, 0).decode() or "of unknown number"
        raise AlreadyRunning(f"This folder's Frontdesk is already running (process {holder}).") from None
