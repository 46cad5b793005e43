"""Files kept in a folder of this machine, or of a network file system that all processes have."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from time import time
from typing import BinaryIO

from errors import ProviderDown
from providers.storage.protocol import PIECE, Content, NoSuchObject, checked

_PARTS = ".parts"
_OLD_SECONDS = 86_400


class FolderStore:
    """Keeps each object as a file in `folder`, which is made when missing, for this user only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, key: str, content: Content) -> None:
        await asyncio.to_thread(self._write, self._path(key), content)

    @asynccontextmanager
    async def open(
        self, key: str, *, start: int = 0, end: int | None = None
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        file = await asyncio.to_thread(_opened, self._path(key), start)
        try:
            yield _pieces(file, None if end is None else end - start)
        finally:
            file.close()

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._remove, self._path(key))

    def _path(self, key: str) -> Path:
        return self._folder / checked(key)

    def _write(self, path: Path, content: Content) -> None:
        """A file that is seen is whole: it is written beside, and moved when the disk has it."""
        with _troubles():
            parts = _made(self._folder / _PARTS)
            _clear(parts)
            _made(path.parent)
            with NamedTemporaryFile(dir=parts, delete=False) as part:
                try:
                    content.file.seek(0)
                    copyfileobj(content.file, part, PIECE)
                    part.flush()
                    os.fsync(part.fileno())
                    Path(part.name).replace(path)
                except BaseException:
                    Path(part.name).unlink(missing_ok=True)
                    raise
            _sync(path.parent)

    def _remove(self, path: Path) -> None:
        with _troubles():
            path.unlink(missing_ok=True)
            if path.parent.is_dir():
                _sync(path.parent)


@contextmanager
def _troubles() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ProviderDown(f"The folder of files cannot be used ({error.strerror}).") from error


def _opened(path: Path, start: int) -> BinaryIO:
    with _troubles():
        try:
            file = path.open("rb")
        except (FileNotFoundError, NotADirectoryError):
            raise NoSuchObject("There is no such object.") from None
        file.seek(start)
        return file


async def _pieces(file: BinaryIO, most: int | None) -> AsyncIterator[bytes]:
    while most is None or most > 0:
        with _troubles():
            piece = await asyncio.to_thread(file.read, PIECE if most is None else min(PIECE, most))
        if not piece:
            return
        most = None if most is None else most - len(piece)
        yield piece


def _made(folder: Path) -> Path:
    """The folder, made where it is missing, and known to its own folder for good."""
    if not folder.is_dir():
        _made(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync(folder.parent)
    return folder


def _sync(folder: Path) -> None:
    """Have the disk know the names in the folder; fsync of a file does not do that."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _clear(parts: Path) -> None:
    """What processes that were killed have left half written."""
    for part in parts.iterdir():
        try:
            if part.stat().st_mtime < time() - _OLD_SECONDS:
                part.unlink()
        except FileNotFoundError:
            continue  # somebody else was faster
