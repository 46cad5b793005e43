"""Matroska and WebM (RFC 9559): whether there is a picture, and how long it plays.

Browsers that record write neither sizes nor a duration, so the moment of the last block is looked for.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from providers.media.media import MOST_STEPS, Media, Unreadable
from providers.media.reading import at, exactly, size_of

MARK = b"\x1a\x45\xdf\xa3"

_SEGMENT, _INFO, _TRACKS, _TRACK, _CLUSTER, _GROUP = 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0x1F43B675, 0xA0
_SIMPLE_BLOCK, _BLOCK = 0xA3, 0xA1
_ENTERED = frozenset({_SEGMENT, _INFO, _TRACKS, _TRACK, _CLUSTER, _GROUP})
_LONGEST = 64  # bytes of what is read whole
_LARGEST = 8  # bytes of a number
_VIDEO = 1
_CODECS = {b"A_OPUS": "opus", b"A_VORBIS": "vorbis"}


@dataclass(slots=True)
class _Found:
    """Times are in `scale` nanoseconds."""

    scale: int = 1_000_000
    duration: float | None = None
    has_video: bool = False
    codec: str | None = None
    cluster: int = 0
    last: int | None = None

    def media(self, *, is_webm: bool) -> Media:
        kind = "video" if self.has_video or self.codec is None else "audio"
        ticks = self.duration or self.last
        seconds = None if ticks is None else ticks * self.scale / 1e9
        return Media(f"{kind}/{'webm' if is_webm else 'x-matroska'}", seconds, codec=self.codec)


def read(file: BinaryIO) -> Media:
    """What breaks off is read as far as it goes; raises Unreadable where nothing is."""
    head = at(file, 0, 64)
    found, end = _Found(), size_of(file)
    file.seek(4)
    size = _size(file)
    with suppress(Unreadable):
        _walk(file, file.tell() + (size or 0), end, found)
    return found.media(is_webm=b"webm" in head)


def _walk(file: BinaryIO, place: int, end: int, found: _Found) -> None:
    for _ in range(MOST_STEPS):
        if place >= end:
            return
        file.seek(place)
        element, size = _id(file), _size(file)
        place = file.tell()
        if element in _ENTERED:
            continue
        if size is None:
            return
        _note(found, element, file, size)
        place += size


def _note(found: _Found, element: int, file: BinaryIO, size: int) -> None:
    if element in (_SIMPLE_BLOCK, _BLOCK):
        _size(file)  # the track
        moment = found.cluster + int.from_bytes(exactly(file, 2), "big", signed=True)
        found.last = max(found.last or 0, moment)
        return
    reader = _READERS.get(element)
    if reader is not None and size <= _LONGEST:
        reader(found, exactly(file, size))


def _number(content: bytes) -> int:
    if len(content) > _LARGEST:
        raise Unreadable
    return int.from_bytes(content, "big")


def _scale(found: _Found, content: bytes) -> None:
    found.scale = _number(content)


def _duration(found: _Found, content: bytes) -> None:
    if len(content) in (4, 8):
        [found.duration] = struct.unpack(">f" if len(content) == 4 else ">d", content)


def _track_type(found: _Found, content: bytes) -> None:
    found.has_video = found.has_video or _number(content) == _VIDEO


def _codec(found: _Found, content: bytes) -> None:
    if content.startswith(b"A_"):
        found.codec = _CODECS.get(content, "other")


def _cluster_time(found: _Found, content: bytes) -> None:
    found.cluster = _number(content)


_READERS = {0x2AD7B1: _scale, 0x4489: _duration, 0x83: _track_type, 0x86: _codec, 0xE7: _cluster_time}
"""What is read of an element, by its id."""


def _id(file: BinaryIO) -> int:
    [first] = exactly(file, 1)
    if first < 0x10:
        raise Unreadable
    width = 9 - first.bit_length()
    return int.from_bytes(bytes([first]) + exactly(file, width - 1), "big")


def _size(file: BinaryIO) -> int | None:
    """A number of variable length; None where a size is left open."""
    [first] = exactly(file, 1)
    if first == 0:
        raise Unreadable
    width = 9 - first.bit_length()
    value = int.from_bytes(bytes([first & (0x7F >> (width - 1))]) + exactly(file, width - 1), "big")
    return None if value == (1 << 7 * width) - 1 else value
