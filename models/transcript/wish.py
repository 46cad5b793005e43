"""What somebody wants a transcript of, and how."""

from __future__ import annotations

from dataclasses import dataclass

from models.words import TranscriptFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """`zone` is the time zone of its times, and `locale` the language, of `None` the reader's own. Of messages
    `after_seq`."""

    format: TranscriptFormat
    zone: str | None = None
    locale: str | None = None
    after_seq: int = 0
