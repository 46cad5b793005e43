"""The statements that the database is sent, so that a test can say that there are no more of them for more rows."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

_LOGGER = logging.getLogger("tortoise.db_client")


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


@contextmanager
def statements() -> Iterator[list[str]]:
    """Those sent while the block runs, with their values; models log each one as they send it."""
    listener, level = _Listener(), _LOGGER.level
    _LOGGER.addHandler(listener)
    _LOGGER.setLevel(logging.DEBUG)
    try:
        yield listener.heard
    finally:
        _LOGGER.setLevel(level)
        _LOGGER.removeHandler(listener)
