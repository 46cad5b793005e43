"""The round trips to the database, so that a test can say that there are no more of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from tortoise import connections

_ENDS = re.compile(r"\tF\t\d+\t(?:Query|Sync)\b")


@contextmanager
def trips() -> Iterator[list[str]]:
    """What each ended with that was made while the block ran, on the connections that nobody had before; known after
    it."""
    pool: Any = connections.get("default")
    idle, made = list(pool._pool._pool), list[str]()
    with NamedTemporaryFile() as file:
        for connection in idle:
            connection.pgconn.trace(file.fileno())
        try:
            yield made
        finally:
            for connection in idle:
                connection.pgconn.untrace()
            made += _ENDS.findall(Path(file.name).read_text())
