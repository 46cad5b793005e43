"""Reading numbers and parts out of a file, which may end anywhere."""

from __future__ import annotations

from io import SEEK_END
from typing import BinaryIO

from providers.media.media import Unreadable


def exactly(file: BinaryIO, size: int) -> bytes:
    """So many bytes; raises Unreadable where there are fewer."""
    read = file.read(size)
    if len(read) < size:
        raise Unreadable
    return read


def number(file: BinaryIO, size: int) -> int:
    """A number of so many bytes, the most significant first."""
    return int.from_bytes(exactly(file, size), "big")


def size_of(file: BinaryIO) -> int:
    return file.seek(0, SEEK_END)


def at(file: BinaryIO, place: int, size: int) -> bytes:
    """Up to so many bytes from there."""
    file.seek(place)
    return file.read(size)
