"""What a file is, by its content: the marks by which the formats that people send begin.

What is not known is bytes, and nothing worse can come of it than that it is saved under the name that it came with.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import BinaryIO

from providers.media import mp4, ogg, sound, webm
from providers.media.media import UNKNOWN, Media, Unreadable
from providers.media.reading import at
from providers.media.text import type_of_text

_HEAD = 8_192
_LONGEST_SECONDS = 7 * 86_400

_MARKS: Mapping[bytes, str] = MappingProxyType(
    {
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"\xff\xd8\xff": "image/jpeg",
        b"GIF87a": "image/gif",
        b"GIF89a": "image/gif",
        b"II*\0": "image/tiff",
        b"MM\0*": "image/tiff",
        b"%PDF-": "application/pdf",
        b"{\\rtf": "application/rtf",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "application/x-ole-storage",
        b"#!AMR\n": "audio/amr",
        b"#!AMR-WB\n": "audio/amr-wb",
        b"\x1f\x8b": "application/gzip",
        b"\xfd7zXZ\0": "application/x-xz",
        b"7z\xbc\xaf\x27\x1c": "application/x-7z-compressed",
        b"Rar!\x1a\x07": "application/vnd.rar",
        b"\x28\xb5\x2f\xfd": "application/zstd",
        b"\x7fELF": "application/x-executable",
        b"\xca\xfe\xba\xbe": "application/x-executable",
        b"\xce\xfa\xed\xfe": "application/x-executable",
        b"\xcf\xfa\xed\xfe": "application/x-executable",
    }
)
_OF_RIFF = {b"WEBP": "image/webp", b"AVI ": "video/x-msvideo"}
# Short enough for a text to begin with them.
_OF_BYTES = {b"MZ": "application/vnd.microsoft.portable-executable", b"BZh": "application/x-bzip2"}
_ADTS = (b"\xff\xf1", b"\xff\xf9")
_OFFICE = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
_OPEN_KINDS = ("text", "spreadsheet", "presentation", "graphics")


def examine(file: BinaryIO) -> Media:
    """What the file is, and how long it plays; never fails, whatever the file is. Reads as much as that takes, so it is
    for a thread."""
    head = at(file, 0, _HEAD)
    try:
        found = _examined(head, file)
    except Unreadable:
        found = UNKNOWN
    if found.seconds is None or (math.isfinite(found.seconds) and 0 < found.seconds < _LONGEST_SECONDS):
        return found
    return Media(found.media_type, None, found.codec)


def _examined(head: bytes, file: BinaryIO) -> Media:
    reader = _reader(head)
    if reader is not None:
        return reader(file)
    marked = next((kind for mark, kind in _MARKS.items() if head.startswith(mark)), None)
    return Media(marked or _archive(head) or _odd(head) or type_of_text(head) or _bytes(head))


def _bytes(head: bytes) -> str:
    return next((kind for mark, kind in _OF_BYTES.items() if head.startswith(mark)), UNKNOWN.media_type)


def _reader(head: bytes) -> Callable[[BinaryIO], Media] | None:
    if head.startswith(ogg.MARK):
        return ogg.read
    if head.startswith(webm.MARK):
        return webm.read
    if head[4:8] == b"ftyp":
        return mp4.read
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return sound.read_wav
    if head.startswith(b"fLaC"):
        return sound.read_flac
    is_frame = head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xE6 == 0xE2
    return sound.read_mp3 if is_frame or head.startswith(b"ID3") else None


def _odd(head: bytes) -> str | None:
    """Formats whose mark is elsewhere than at the beginning, or is too short to go by alone."""
    if head.startswith(b"RIFF"):
        return _OF_RIFF.get(head[8:12])
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return "image/bmp"
    if head.startswith(_ADTS):
        return "audio/aac"
    return "application/x-tar" if head[257:262] == b"ustar" else None


def _archive(head: bytes) -> str | None:
    """A ZIP, which office programs put their documents into; those of OpenDocument say first of which kind they are."""
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None
    if head[30:38] == b"mimetype" and head[38:].startswith(_OPEN_DOCUMENT):
        name = head[38 + len(_OPEN_DOCUMENT) :]
        kinds = (f"{_OPEN_DOCUMENT.decode()}{one}" for one in _OPEN_KINDS if name.startswith(one.encode()))
        return next(kinds, "application/zip")
    if b"[Content_Types].xml" in head:
        return next((kind for mark, kind in _OFFICE if mark in head), "application/zip")
    return "application/zip"
