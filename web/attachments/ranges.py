"""Which part of a file is asked for (RFC 9110 §14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes from `start` to before `end`, of `size` in all."""

    start: int
    end: int
    size: int

    @property
    def is_whole(self) -> bool:
        return (self.start, self.end) == (0, self.size)

    @property
    def length(self) -> int:
        return self.end - self.start

    @property
    def status(self) -> int:
        return 200 if self.is_whole else 206

    def headers(self) -> dict[str, str]:
        length = {"content-length": str(self.length)}
        if self.is_whole:
            return length
        return {**length, "content-range": f"bytes {self.start}-{self.end - 1}/{self.size}"}


def part_of(size: int, asked: str | None) -> Part | None:
    """The part that a Range header asks for: all, where there is none, or one that may be ignored, as several ranges
    are; None where there is nothing in it."""
    said = _RANGE.fullmatch(asked or "")
    if said is None or said[1] == said[2] == "":
        return Part(0, size, size)
    if said[1] == "":
        start, end = max(size - int(said[2]), 0), size
    else:
        start, end = int(said[1]), min(int(said[2] or size) + 1, size)
        if said[2] and int(said[2]) < start:
            return Part(0, size, size)
    return Part(start, end, size) if start < end else None
