"""What an attachment is called: as whoever sent it calls it, as far as that can do no harm where it is saved."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

MOST_CHARACTERS = 150
MOST_BYTES = 200
"""Of UTF-8. File systems have 255, and programs add something of their own."""

_NAMELESS = "file"
# On one system or another; and what browsers write for a quote or a line's end, which forms cannot hold.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]|%22|%0[AD]')
# What is not seen, or turns the writing around (UTR 36 §2.5), but for the joiners of scripts and emoji.
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_JOINERS = "\u200c\u200d"
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)", re.IGNORECASE)

# What browsers show is to be saved as what it is, and never as a page that would run.
EXTENSIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "image/png": (".png",),
        "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
        "image/gif": (".gif",),
        "image/webp": (".webp",),
        "image/avif": (".avif",),
        "image/bmp": (".bmp", ".dib"),
        "audio/ogg": (".ogg", ".oga", ".opus", ".spx"),
        "audio/mpeg": (".mp3", ".mpga"),
        "audio/mp4": (".m4a", ".mp4", ".m4b", ".aac"),
        "audio/webm": (".weba", ".webm"),
        "audio/wav": (".wav", ".wave"),
        "audio/flac": (".flac",),
        "audio/aac": (".aac",),
        "video/mp4": (".mp4", ".m4v"),
        "video/webm": (".webm",),
        "video/ogg": (".ogv", ".ogg"),
    }
)


def file_name(given: str, *, media_type: str) -> str:
    """A name without folders, controls and what looks like another one, and with an extension of its type, where
    browsers show files of that type."""
    stem, dot, extension = _bare(given).rpartition(".")
    if not stem:
        stem, dot, extension = extension, "", ""
    wanted = EXTENSIONS.get(media_type, ())
    if wanted and f".{extension.lower()}" not in wanted:
        stem, dot, extension = f"{stem}{dot}{extension}", ".", wanted[0].removeprefix(".")
    return _short(stem or _NAMELESS, f"{dot}{extension}")


def _bare(given: str) -> str:
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1])
    seen = "".join(c for c in name if c in _JOINERS or unicodedata.category(c) not in _UNSEEN)
    bare = " ".join(_FORBIDDEN.sub("_", seen).split()).strip(". ")
    return f"_{bare}" if _DEVICES.match(bare) else bare


def _short(stem: str, extension: str) -> str:
    """Cut before the extension, and not within a character."""
    if len(extension) > 20:
        stem, extension = stem + extension, ""
    most = MOST_BYTES - len(extension.encode())
    cut = stem[: MOST_CHARACTERS - len(extension)].encode()[:most].decode(errors="ignore")
    return cut.rstrip(". ") + extension
