"""Transcripts of conversations."""

from __future__ import annotations

from datetime import datetime

import strawberry

from schema.node import UserError


@strawberry.type(description="Where a transcript is downloaded.")
class TranscriptLink:
    url: str = strawberry.field(
        description="Whoever opens it downloads what the viewer may see by then: nothing, where they may no longer"
        " export."
    )
    expires_at: datetime


@strawberry.type
class ExportTranscriptPayload:
    transcript: TranscriptLink | None
    errors: list[UserError]
