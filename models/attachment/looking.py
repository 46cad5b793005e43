"""A file is looked at before it is kept: all of it, once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import SEEK_END
from typing import BinaryIO

from providers.media.media import Media
from providers.media.sniffing import examine
from providers.storage.protocol import PIECE, Content


@dataclass(frozen=True, slots=True)
class Looked:
    """What the file is, and what is to be kept of it."""

    media: Media
    content: Content

    @property
    def seconds(self) -> int | None:
        """How long it plays, in whole seconds, of which there is one at least."""
        return None if self.media.seconds is None else max(round(self.media.seconds), 1)


def look(file: BinaryIO) -> Looked:
    """For a thread: it takes as long as the file is large."""
    size, digest = file.seek(0, SEEK_END), hashlib.sha256()
    file.seek(0)
    while piece := file.read(PIECE):
        digest.update(piece)
    return Looked(examine(file), Content(file, size, digest.hexdigest()))
