"""Ogg (RFC 3533): which streams a file has, and how long they play.

A stream's first page says what it is. Pages count what has been heard by their end, so the last one tells the length.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from providers.media.media import Media
from providers.media.reading import at, exactly, size_of

MARK = b"OggS"
_HEADER = 27
_FIRST = 0x02  # of a page's flags
_MOST_STREAMS = 16
_TAIL = 131_072  # two pages of the largest size
_NOTHING_ENDS = 0xFFFF_FFFF_FFFF_FFFF


@dataclass(frozen=True, slots=True)
class _Stream:
    """`rate` is how many of its pages' counts are a second, of which `skipped` are not heard."""

    serial: bytes
    codec: str
    rate: int
    skipped: int = 0


def read(file: BinaryIO) -> Media:
    """Raises Unreadable."""
    streams = [stream for stream in _streams(file) if stream is not None]
    if not streams or any(stream.codec == "theora" for stream in streams):
        return Media("video/ogg" if streams else "application/ogg")
    sound = streams[0]
    counted = _counted(file, sound)
    seconds = None if counted is None or not sound.rate else max(counted - sound.skipped, 0) / sound.rate
    return Media("audio/ogg", seconds, codec=sound.codec)


def _streams(file: BinaryIO) -> Iterator[_Stream | None]:
    file.seek(0)
    for _ in range(_MOST_STREAMS):
        header = file.read(_HEADER)
        if len(header) < _HEADER or not header.startswith(MARK) or not header[5] & _FIRST:
            return
        content = exactly(file, sum(exactly(file, header[26])))
        yield _stream(header[14:18], content)


def _stream(serial: bytes, head: bytes) -> _Stream | None:
    if head.startswith(b"OpusHead") and len(head) >= 19:
        return _Stream(serial, "opus", 48_000, skipped=int.from_bytes(head[10:12], "little"))
    if head.startswith(b"\x01vorbis"):
        return _Stream(serial, "vorbis", int.from_bytes(head[12:16], "little"))
    if head.startswith(b"Speex   "):
        return _Stream(serial, "speex", int.from_bytes(head[36:40], "little"))
    if head.startswith(b"\x7fFLAC"):
        return _Stream(serial, "flac", int.from_bytes(head[27:30], "big") >> 4)
    if head.startswith(b"\x80theora"):
        return _Stream(serial, "theora", 0)
    return None


def _counted(file: BinaryIO, stream: _Stream) -> int | None:
    size = size_of(file)
    tail = at(file, max(size - _TAIL, 0), _TAIL)
    place = len(tail)
    while (place := tail.rfind(MARK, 0, place)) >= 0:
        header = tail[place : place + _HEADER]
        count = int.from_bytes(header[6:14], "little")
        if len(header) == _HEADER and header[14:18] == stream.serial and count != _NOTHING_ENDS:
            return count
    return None
