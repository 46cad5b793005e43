"""A place for files in memory, that can be down, refuse, or lose its answer, as real ones do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256

from errors import ProviderDown, ProviderError, ProviderRejected
from providers.storage.protocol import PIECE, Content, NoSuchObject, checked


class FakeStore:
    """Keeps what it is given, by its keys; and what it was asked, refused or not."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.asked: list[str] = []
        self._trouble: ProviderError | None = None
        self._loses_answers = False

    def go_down(self) -> None:
        self._trouble = ProviderDown("The store is down.")

    def reject(self) -> None:
        self._trouble = ProviderRejected("The store refuses.")

    def lose_answers(self) -> None:
        """Do what is asked, and not answer."""
        self._loses_answers = True

    def recover(self) -> None:
        self._trouble, self._loses_answers = None, False

    async def put(self, key: str, content: Content) -> None:
        self._hear("put", key)
        content.file.seek(0)
        kept = content.file.read()
        if (len(kept), sha256(kept).hexdigest()) != (content.size, content.sha256):
            raise ProviderRejected("This is not what was announced.")
        self.objects[key] = kept
        self._answer()

    @asynccontextmanager
    async def open(
        self, key: str, *, start: int = 0, end: int | None = None
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        self._hear("open", key)
        if key not in self.objects:
            raise NoSuchObject("There is no such object.")
        self._answer()
        yield _pieces(self.objects[key][start:end])

    async def delete(self, key: str) -> None:
        self._hear("delete", key)
        self.objects.pop(key, None)
        self._answer()

    def _hear(self, deed: str, key: str) -> None:
        self.asked.append(f"{deed} {checked(key)}")
        if self._trouble is not None:
            raise self._trouble

    def _answer(self) -> None:
        if self._loses_answers:
            raise ProviderDown("The answer was lost.")


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), PIECE):
        yield content[start : start + PIECE]
