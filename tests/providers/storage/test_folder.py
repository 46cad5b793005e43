"""Files in a folder: whole or not at all, for their user alone, and what a fallen process left is cleared away."""

from __future__ import annotations

import os
import stat
from io import BytesIO
from pathlib import Path

import pytest

from errors import ProviderDown
from providers.storage.folder import FolderStore
from providers.storage.protocol import Content
from tests.providers.storage.conftest import content, read

KEY = "7/3f/3fa9"


async def test_it_is_for_its_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    await FolderStore(folder).put(KEY, content(b"x"))
    assert stat.S_IMODE((folder / KEY).stat().st_mode) == 0o600
    for made in (folder, folder / "7", folder / "7" / "3f"):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700


class Breaking(BytesIO):
    """A file that cannot be read to its end."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 0:
            raise OSError(5, "Input/output error")
        return super().read(size)


async def test_what_cannot_be_written_whole_is_not_there_at_all(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    with pytest.raises(ProviderDown):
        await store.put(KEY, Content(Breaking(bytes(1_000_000)), 1_000_000, ""))
    assert files_in(tmp_path) == []


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_what_a_fallen_process_has_left_is_cleared_away_after_a_day(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    await store.put(KEY, content(b"x"))
    old, new = tmp_path / ".parts" / "old", tmp_path / ".parts" / "new"
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (0, 0))
    await store.put(KEY, content(b"y"))
    assert (old.exists(), new.exists()) == (False, True)


async def test_a_folder_that_cannot_be_used_may_be_later(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    store = FolderStore(tmp_path / "files")
    with pytest.raises(ProviderDown, match="cannot be used"):
        await store.put(KEY, content(b"x"))
    (tmp_path / "files").unlink()
    await store.put(KEY, content(b"x"))
    assert await read(store, KEY) == b"x"
