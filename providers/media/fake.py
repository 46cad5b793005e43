"""What writes sound anew, in memory, that can be down or refuse: its Opus is silence, as long as the sound is."""

from __future__ import annotations

import asyncio
from pathlib import Path

from errors import ProviderDown, ProviderError, ProviderRejected
from providers.media.sniffing import examine

_FRAME = b"\xf8\xff\xfe"  # 20 ms of silence
_RATE = 48_000


class FakeTranscoder:
    """Knows what it was asked, refused or not."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._trouble: ProviderError | None = None

    def go_down(self) -> None:
        self._trouble = ProviderDown("There is no room for another one.")

    def reject(self) -> None:
        self._trouble = ProviderRejected("This is no sound.")

    def recover(self) -> None:
        self._trouble = None

    async def to_opus(self, source: Path, target: Path, *, media_type: str) -> None:
        self.asked.append(media_type)
        if self._trouble is not None:
            raise self._trouble
        await asyncio.to_thread(_write, source, target)


def _write(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        seconds = examine(file).seconds or 1.0
    target.write_bytes(silence(seconds))


def silence(seconds: float) -> bytes:
    """An Ogg/Opus file of nothing to be heard."""
    head = b"OpusHead\x01\x01" + (0).to_bytes(2, "little") + _RATE.to_bytes(4, "little") + b"\0\0\0"
    tags = b"OpusTags" + (0).to_bytes(8, "little")
    pages = [(head, 2, 0), (tags, 0, 0), (_FRAME, 4, round(seconds * _RATE))]
    return b"".join(_page(number, *page) for number, page in enumerate(pages))


def _page(number: int, content: bytes, flags: int, count: int) -> bytes:
    fixed = bytes([0, flags]) + count.to_bytes(8, "little") + b"desk" + number.to_bytes(4, "little")
    sizes = bytes([1, len(content)])
    bare = b"OggS" + fixed + bytes(4) + sizes + content
    return b"OggS" + fixed + _checksum(bare).to_bytes(4, "little") + sizes + content


def _checksum(page: bytes) -> int:
    """CRC-32 as Ogg has it (RFC 3533 §6): not reflected, and from nothing."""
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = crc << 1 ^ (0x104C11DB7 if crc & 0x8000_0000 else 0)
    return crc
