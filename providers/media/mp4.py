"""MP4, M4A and QuickTime (ISO/IEC 14496-12): whether there is a picture, and how long it plays.

Browsers that record write fragments, and no duration before them: then it is the end of the last fragment.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO, NamedTuple

from providers.media.media import MOST_STEPS, Media, Unreadable
from providers.media.reading import at, exactly, number, size_of

_ENTERED = frozenset({b"moov", b"trak", b"mdia", b"mvex", b"moof", b"traf"})
_IMAGES = {b"avif": "image/avif", b"avis": "image/avif"}
_HEIF = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})
_UNTOLD = (0, 0xFFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF)
_LARGEST = 16 * MOST_STEPS + 64  # bytes of what is read of a box


class _Box(NamedTuple):
    name: bytes
    start: int
    end: int


@dataclass(slots=True)
class _Track:
    scale: int = 0
    per_sample: int = 0
    ends: int = 0


@dataclass(slots=True)
class _Found:
    scale: int = 0
    duration: int = 0
    handlers: set[bytes] = field(default_factory=set)
    tracks: dict[int, _Track] = field(default_factory=dict)
    track: _Track = field(default_factory=_Track)
    begins: int = 0
    per_sample: int = 0

    def seconds(self) -> float | None:
        if self.scale and self.duration not in _UNTOLD:
            return self.duration / self.scale
        return max(
            (one.ends / one.scale for one in self.tracks.values() if one.scale and one.ends), default=None
        )


def read(file: BinaryIO) -> Media:
    """What breaks off is read as far as it goes."""
    head = at(file, 0, 64)
    brands = {head[8:12], *(head[place : place + 4] for place in range(16, 64, 4))}
    if (image := _image(head[8:12], brands)) is not None:
        return Media(image)
    found = _Found()
    with suppress(Unreadable):
        for box in _boxes(file, 0, size_of(file)):
            _note(found, box, file)
    return Media(_type(head[8:12], found), found.seconds())


def _image(brand: bytes, brands: set[bytes]) -> str | None:
    if brand in _IMAGES or (brand in _HEIF and brands & _IMAGES.keys()):
        return "image/avif"
    return "image/heic" if brand in _HEIF else None


def _type(brand: bytes, found: _Found) -> str:
    if brand == b"qt  ":
        return "video/quicktime"
    has_picture = b"vide" in found.handlers
    if not has_picture and (b"soun" in found.handlers or brand in (b"M4A ", b"M4B ")):
        return "audio/mp4"
    return "video/3gpp" if brand.startswith((b"3gp", b"3g2")) else "video/mp4"


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[_Box]:
    """All boxes in their order, those in boxes that are entered among them."""
    for _ in range(MOST_STEPS):
        if start + 8 > end:
            return
        file.seek(start)
        size, name = number(file, 4), exactly(file, 4)
        size = number(file, 8) if size == 1 else size or end - start
        inside = file.tell()
        if start + size < inside:
            raise Unreadable
        yield _Box(name, inside, min(start + size, end))
        start = inside if name in _ENTERED else start + size


def _note(found: _Found, box: _Box, file: BinaryIO) -> None:
    """Nothing is read beyond the box's end: what says that it is larger than its box would be read by each of many."""
    reader = _READERS.get(box.name)
    if reader is not None:
        content = BytesIO(at(file, box.start, min(box.end - box.start, _LARGEST)))
        version = number(content, 4) >> 24
        reader(found, content, version)


def _movie(found: _Found, file: BinaryIO, version: int) -> None:
    found.scale, found.duration = _timing(file, version)


def _timing(file: BinaryIO, version: int) -> tuple[int, int]:
    wide = 8 if version else 4
    exactly(file, 2 * wide)
    return number(file, 4), number(file, wide)


def _extent(found: _Found, file: BinaryIO, version: int) -> None:
    found.duration = found.duration or number(file, 8 if version else 4)


def _track_header(found: _Found, file: BinaryIO, version: int) -> None:
    exactly(file, 16 if version else 8)
    found.track = found.tracks.setdefault(number(file, 4), _Track())


def _media_header(found: _Found, file: BinaryIO, version: int) -> None:
    found.track.scale, _ = _timing(file, version)


def _handler(found: _Found, file: BinaryIO, version: int) -> None:
    exactly(file, 4)
    found.handlers.add(exactly(file, 4))


def _track_defaults(found: _Found, file: BinaryIO, version: int) -> None:
    track = found.tracks.setdefault(number(file, 4), _Track())
    exactly(file, 4)
    track.per_sample = number(file, 4)


def _fragment_header(found: _Found, file: BinaryIO, version: int) -> None:
    file.seek(-4, 1)
    flags = number(file, 4)
    found.track = found.tracks.get(number(file, 4)) or _Track()
    exactly(file, (8 if flags & 0x1 else 0) + (4 if flags & 0x2 else 0))
    found.per_sample = number(file, 4) if flags & 0x8 else found.track.per_sample
    found.begins = found.track.ends


def _fragment_begins(found: _Found, file: BinaryIO, version: int) -> None:
    found.begins = number(file, 8 if version else 4)


def _samples(found: _Found, file: BinaryIO, version: int) -> None:
    file.seek(-4, 1)
    flags, count = number(file, 4), number(file, 4)
    exactly(file, (4 if flags & 0x1 else 0) + (4 if flags & 0x4 else 0))
    if flags & 0x100:
        width = 4 * sum(1 for flag in (0x100, 0x200, 0x400, 0x800) if flags & flag)
        if count > MOST_STEPS:
            raise Unreadable
        table = exactly(file, count * width)
        length = sum(int.from_bytes(table[place : place + 4], "big") for place in range(0, len(table), width))
    else:
        length = count * found.per_sample
    found.begins += length
    found.track.ends = max(found.track.ends, found.begins)


_READERS = {
    b"mvhd": _movie,
    b"mehd": _extent,
    b"tkhd": _track_header,
    b"mdhd": _media_header,
    b"hdlr": _handler,
    b"trex": _track_defaults,
    b"tfhd": _fragment_header,
    b"tfdt": _fragment_begins,
    b"trun": _samples,
}
