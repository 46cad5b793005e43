"""The development's secret key: made at the first start, and kept where only its user can read it."""

import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

_SHORTEST = 32  # bytes


def kept_secret(path: Path) -> bytes:
    """The key in the file, which is made with a new one where it is missing. Raises OSError, and ValueError for a file
    that holds no key."""
    if not path.exists():
        _make(path)
    secret = path.read_bytes().strip()
    if len(secret) < _SHORTEST:
        raise ValueError("the file holds no key; remove it")
    return secret


def _make(path: Path) -> None:
    """Whole or not at all; of two processes that make one at the same time, both use the first one's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".secret-") as file:  # mode 600
        file.write(secrets.token_urlsafe(48).encode())
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)
        except FileExistsError:
            return
