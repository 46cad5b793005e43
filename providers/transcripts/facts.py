"""What a transcript says of a conversation, as its reader may know it: nothing in here is hidden any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Voice(StrEnum):
    """Whose word an entry is: SAID is heard by everybody, NOTE and WHISPER by agents, SYSTEM is what has happened."""

    SAID = "SAID"
    NOTE = "NOTE"
    WHISPER = "WHISPER"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True, slots=True)
class File:
    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The message that another one answers."""

    author: str | None
    at: datetime
    by_guest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message. Of what is `redacted` there is neither text nor file; `author` is None for the system, and for
    guests whom the reader does not know. That it is `by_guest` is said, as guests give themselves what names they like.
    """

    at: datetime
    voice: Voice
    author: str | None
    by_guest: bool = False
    text: str | None = None
    file: File | None = None
    answers: Answered | None = None
    redacted: bool = False


@dataclass(frozen=True, slots=True)
class Guest:
    """`address` and `number` are as the reader may see them."""

    name: str
    address: str | None
    number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptFacts:
    """`began_at` and `made_at` are when the conversation and the transcript were made, `zone` is the reader's and
    `languages` are those they understand; `language` is the conversation's own, if it is known. `last` is the
    number of the last entry, of which `is_cut` says that the conversation has more.
    """

    organization: str
    number: int
    title: str | None
    channel: str
    guest: Guest | None
    language: str | None
    began_at: datetime
    made_at: datetime
    zone: str
    languages: tuple[str, ...]
    entries: tuple[Entry, ...]
    last: int = 0
    is_cut: bool = False
