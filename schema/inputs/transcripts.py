"""Inputs about transcripts."""

from __future__ import annotations

import strawberry

from models.words import TranscriptFormat
from schema.scalars import Locale, TimeZone


@strawberry.input
class ExportTranscriptInput:
    conversation_id: strawberry.ID
    format: TranscriptFormat
    time_zone: TimeZone | None = strawberry.field(
        default=None, description="Of its times; the viewer's own, where none is given."
    )
    locale: Locale | None = strawberry.field(
        default=None,
        description="Its language; the viewer's own, where none is given. English stands in for those that are not"
        " known: they are English, French, German, Italian and Spanish.",
    )
    after_seq: int | None = strawberry.field(
        default=0,
        description="Only what comes after this message: the rest, where a transcript had no room for it.",
    )
