"""The statuses of a meeting as docs/tour.md draws them: who leads from which to which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

TOUR = Path(__file__).parents[2] / "docs" / "tour.md"
_ROW = re.compile(r"^\| (?P<origin>[^|]+) \| (?P<by>[^|]+) \| (?P<to>[^|]+) \|$", re.MULTILINE)
_STATUS = re.compile(r"\b[A-Z][A-Z_]{4,}\b")

Step = tuple[str | None, str]
"""From a status, or from nothing, to another, or to the same."""


def drawn() -> dict[str, frozenset[Step]]:
    """By the verb, or `time` for what happens by itself, the steps that it may take."""
    steps: dict[str, set[Step]] = {}
    for row in _ROW.finditer(TOUR.read_text(encoding="utf-8")):
        for verb in _verbs(row["by"]):
            steps.setdefault(verb, set()).update(_steps(row["origin"], row["to"]))
    return {verb: frozenset(taken) for verb, taken in steps.items()}


def _verbs(by: str) -> Iterator[str]:
    """Of what moves by itself, the table says what of the meeting's it waits for."""
    for deed in re.split(r"[;,] ", by):
        if deed.startswith("its "):
            yield "time"
        yield from re.findall(r"`(\w+Meeting|mark\w+)`", deed)


def _steps(origin: str, to: str) -> Iterator[Step]:
    origins: list[str] = _STATUS.findall(origin)
    if not origins:
        yield from ((None, status) for status in _STATUS.findall(to))
    for status in origins:
        yield from ((status, reached) for reached in _STATUS.findall(to) or [status])
