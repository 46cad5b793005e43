"""The forms that there are of an attachment: as it was sent; and, of a voice message, as Ogg/Opus."""

from __future__ import annotations

from dataclasses import dataclass

from models.attachment.attachment import Attachment
from models.words import DeliveryState

OGG = "audio/ogg"


@dataclass(frozen=True, slots=True)
class Edition:
    """What is downloaded: where it is kept, and what it is."""

    key: str
    filename: str
    media_type: str
    size_bytes: int
    sha256: str


def edition_of(attachment: Attachment, *, original: bool = False) -> Edition:
    """What is made of it, where that is there; or else, or where the `original` is wanted, what was sent."""
    if attachment.state is DeliveryState.DONE and not original and attachment.opus_key is not None:
        stem = attachment.filename.rpartition(".")[0] or attachment.filename
        size, sha256 = attachment.opus_bytes or 0, attachment.opus_sha256 or ""
        return Edition(attachment.opus_key, f"{stem}.ogg", OGG, size, sha256)
    return Edition(
        attachment.key,
        attachment.filename,
        attachment.media_type,
        attachment.size_bytes,
        attachment.sha256,
    )
