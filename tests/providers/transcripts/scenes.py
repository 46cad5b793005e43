"""Transcripts to be written and drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from providers.transcripts.facts import Entry, Guest, TranscriptFacts, Voice

NINE = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
"""Nine o'clock in Rome."""


def said(text: str, *, minute: int = 0, **more: Any) -> Entry:
    """Anna's words, or those of whom `more` names."""
    given = {"voice": Voice.SAID, "author": "Anna Berg", "text": text, **more}
    return Entry(at=NINE + timedelta(minutes=minute), **given)


def transcript(*entries: Entry, **more: Any) -> TranscriptFacts:
    facts = TranscriptFacts(
        organization="Example Ltd",
        number=123,
        title=None,
        channel="WEB",
        guest=Guest("Maria Rossi", "m•••@•••", "+39 ••• ••56"),
        language=None,
        began_at=NINE,
        made_at=NINE + timedelta(days=1, microseconds=604_946),
        zone="Europe/Rome",
        languages=("en",),
        entries=entries,
    )
    return replace(facts, **more)


def of_texts(texts: Sequence[str], **more: Any) -> TranscriptFacts:
    return transcript(*(said(text, minute=minute) for minute, text in enumerate(texts)), **more)
