"""What a browser is told of a file that somebody has sent: to show it only where it can do nothing, and never to guess.

A page, a drawing or a script of a stranger's would run as ours, with all that this site's pages may do.
"""

from __future__ import annotations

from urllib.parse import quote

SHOWN = frozenset(
    {
        "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif",
        "audio/ogg", "audio/mpeg", "audio/mp4", "audio/webm", "audio/wav", "audio/flac", "audio/aac",
        "video/mp4", "video/webm", "video/ogg",
    }
)  # fmt: skip
"""What browsers show without running anything of it."""

_SAVED = frozenset(
    {
        "application/pdf", "application/zip", "application/gzip", "application/rtf", "application/x-7z-compressed",
        "image/heic", "image/tiff", "image/bmp", "audio/amr", "audio/amr-wb", "video/quicktime", "video/3gpp",
    }
)  # fmt: skip
"""What programs open that know it by its type."""

_OFFICE = ("application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument.")

ALWAYS = {
    "x-content-type-options": "nosniff",
    # Whatever it should turn out to be: it runs nothing, loads nothing, and has an origin of its own.
    "content-security-policy": "sandbox; default-src 'none'; img-src 'self'; media-src 'self';"
    " style-src 'unsafe-inline'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "cross-origin",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "cache-control": "private, no-cache",
}


def served_as(media_type: str, filename: str) -> dict[str, str]:
    """The type, and whether it is shown or saved, and under which name."""
    if media_type in SHOWN:
        return {"content-type": media_type, "content-disposition": _disposition("inline", filename)}
    is_known = media_type in _SAVED or media_type.startswith(_OFFICE)
    return {
        "content-type": media_type if is_known else "application/octet-stream",
        "content-disposition": _disposition("attachment", filename),
    }


def _disposition(kind: str, filename: str) -> str:
    """With the name as such for those who know RFC 8187, and what is left of it in ASCII for the others (RFC 6266)."""
    plain = "".join(c if " " <= c <= "~" and c not in '"\\%' else "_" for c in filename)
    said = f'{kind}; filename="{plain}"'
    return said if plain == filename else f"{said}; filename*=UTF-8''{quote(filename, safe='')}"
