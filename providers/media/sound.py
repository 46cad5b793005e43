"""Sound in simple files: WAV, MP3 and FLAC."""

from __future__ import annotations

from typing import BinaryIO

from providers.media.media import MOST_STEPS, Media, Unreadable
from providers.media.reading import at, exactly, size_of

_UNTOLD = 0xFFFF_FFFF  # what a recorder writes that cannot go back

_BITRATES = {
    3: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""In kbit/s of MPEG 1's layer III, and of MPEG 2's and 2.5's."""
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""In samples a second, by the version's bits."""


def read_wav(file: BinaryIO) -> Media:
    """Raises Unreadable."""
    end, place, per_second = size_of(file), 12, 0
    for _ in range(MOST_STEPS):
        file.seek(place)
        head = exactly(file, 8)
        name, size = head[:4], int.from_bytes(head[4:], "little")
        if name == b"fmt ":
            per_second = int.from_bytes(exactly(file, 12)[8:], "little")
        if name == b"data":
            size = min(end - place - 8, size) if size not in (0, _UNTOLD) else end - place - 8
            return Media("audio/wav", size / per_second if per_second else None)
        place += 8 + size + size % 2
    raise Unreadable


def read_flac(file: BinaryIO) -> Media:
    """Raises Unreadable."""
    file.seek(18)
    told = int.from_bytes(exactly(file, 8), "big")
    rate, samples = told >> 44, told & 0xF_FFFF_FFFF
    return Media("audio/flac", samples / rate if rate and samples else None)


def read_mp3(file: BinaryIO) -> Media:
    """As long as a file of this bitrate is, unless its first frame counts the frames. Raises Unreadable for what is no
    sound of MPEG's layer III."""
    start = _after_tags(file)
    frame = at(file, start, 4)
    size, rate, samples, bitrate = _frame(frame)
    if _frame(at(file, start + size, 4))[1] != rate:
        raise Unreadable
    frames = _count(at(file, start, size))
    if frames:
        return Media("audio/mpeg", frames * samples / rate)
    return Media("audio/mpeg", (size_of(file) - start) * 8 / bitrate)


def _after_tags(file: BinaryIO) -> int:
    head = at(file, 0, 10)
    if not head.startswith(b"ID3") or len(head) < 10:
        return 0
    size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    return 10 + size + (10 if head[5] & 0x10 else 0)


def _frame(head: bytes) -> tuple[int, int, int, int]:
    """A frame's size in bytes, its samples a second, its samples, and its bits a second; raises Unreadable."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        raise Unreadable
    version, bitrate, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version not in _RATES or rate == 3 or bitrate in (0, 15):
        raise Unreadable
    per_second, bits = _RATES[version][rate], _BITRATES[3 if version == 3 else 2][bitrate - 1] * 1000
    samples = 1152 if version == 3 else 576
    return samples // 8 * bits // per_second + (head[2] >> 1 & 1), per_second, samples, bits


def _count(frame: bytes) -> int:
    """How many frames there are, as encoders of varying bitrates say; 0 where none does."""
    for mark, place in ((b"Xing", 8), (b"Info", 8), (b"VBRI", 14)):
        found = frame.find(mark)
        told = frame[found + place : found + place + 4]
        if found > 0 and len(told) == 4 and (mark == b"VBRI" or frame[found + 7] & 1):
            return int.from_bytes(told, "big")
    return 0
