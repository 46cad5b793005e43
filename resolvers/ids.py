"""Global ids: what a thing is and its key, in one opaque string (Relay's Node)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable

from strawberry import UNSET

from errors import Invalid, NotFound

_LARGEST = 2**63 - 1
_BUILT_IN = {"DayTemplate"}
"""The kinds of which there is one that is no row; its key is 0."""


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


def sought(id: str | None, kind: str) -> int | None:
    """The key by which rows are looked for, which finds none where the id is none of ours; None without an id."""
    key = None if id is None else split(id)
    if id is None:
        return None
    return key[1] if key is not None and key[0] == kind else 0


def decode_all(some: Iterable[str] | None, kind: str, *, field: tuple[str, ...]) -> list[int] | None:
    """The keys of a list that an update may give; None where it is absent. Refuses NotFound, and Invalid for null."""
    if some is UNSET:
        return None
    if some is None:
        raise Invalid("This must not be null.", field=field)
    return [decode(id, kind, field=field) for id in some]


def split(id: str) -> tuple[str, int] | None:
    """The kind and the key; None for a string that is no id of ours."""
    if len(id) > 64 or not id.isascii():
        return None
    try:
        kind, _, digits = urlsafe_b64decode(id + "=" * (-len(id) % 4)).decode().partition(":")
    except ValueError:
        return None
    least = 0 if kind in _BUILT_IN else 1
    if not (digits.isascii() and digits.isdigit()) or not least <= int(digits) <= _LARGEST:
        return None
    return kind, int(digits)
