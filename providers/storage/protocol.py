"""What is asked of a place where files are kept: whole objects, under keys that we have made."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from errors import ProviderRejected

PIECE = 262_144
"""How many bytes are in memory at once, of a file that comes or goes."""

_KEY = re.compile(r"[a-z0-9]{1,64}(/[a-z0-9]{1,64}){0,7}")


class NoSuchObject(ProviderRejected):
    """Nothing is kept under the key, or no longer."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is to be kept: the whole of a file that can be read again from its beginning. `sha256` is of it, in
    hexadecimal digits."""

    file: BinaryIO
    size: int
    sha256: str


class ObjectStore(Protocol):
    """Raises ProviderDown where it may work later, ProviderRejected where it never will; ValueError for a key that is
    none, since what people type never becomes one."""

    async def put(self, key: str, content: Content) -> None:
        """Keep it, whole or not at all, so that it outlives this process and this machine's next restart."""
        ...

    def open(
        self, key: str, *, start: int = 0, end: int | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Its bytes from `start` to before `end`, piece by piece; raises NoSuchObject as the block begins."""
        ...

    async def delete(self, key: str) -> None:
        """Keep it no longer; nothing happens where there is none."""
        ...


def checked(key: str) -> str:
    """The key, which cannot lead out of the place; raises ValueError."""
    if not _KEY.fullmatch(key):
        raise ValueError("this is no key of a stored object")
    return key
