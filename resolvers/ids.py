"""Global ids: what a thing is and its key, in one opaque string (Relay's Node)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from errors import NotFound

_LARGEST = 2**63 - 1


def encode(kind: str, key: int) -> str:
    return urlsafe_b64encode(f"{kind}:{key}".encode()).rstrip(b"=").decode()


def decode(id: str, kind: str, *, field: tuple[str, ...] = ()) -> int:
    """The key of a thing of that kind; refuses NotFound for an id of another kind, or none that we gave out."""
    key = split(id)
    if key is None or key[0] != kind:
        raise NotFound(f"There is no such {kind.lower()}.", field=field)
    return key[1]


def decode_some(id: str | None, kind: str, *, field: tuple[str, ...] = ()) -> int | None:
    return None if id is None else decode(id, kind, field=field)


def split(id: str) -> tuple[str, int] | None:
    """The kind and the key; None for a string that is no id of ours."""
    if len(id) > 64 or not id.isascii():
        return None
    try:
        kind, _, digits = urlsafe_b64decode(id + "=" * (-len(id) % 4)).decode().partition(":")
    except ValueError:
        return None
    if not (digits.isascii() and digits.isdigit()) or not 0 < int(digits) <= _LARGEST:
        return None
    return kind, int(digits)
