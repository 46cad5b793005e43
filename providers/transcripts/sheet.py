"""A transcript as its reader reads it, in words, whether it is drawn or written: heading, days, and what was said."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from providers.mail.languages import Language, language_of
from providers.mail.text import printable
from providers.mail.times import at, offset
from providers.transcripts.facts import Answered, Entry, File, TranscriptFacts, Voice
from providers.transcripts.words import WORDS, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """`author` is None for what has happened by itself. `mark` says what the author is here; `remarks` are ours."""

    time: str
    author: str | None
    mark: str | None = None
    is_internal: bool = False
    answers: str | None = None
    lines: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    name: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`language` is the transcript's own, `spoken` the conversation's, if it is known. `code_points` is what is to be
    said where characters cannot be drawn, `page` what stands below each (`{page}`, `{pages}`)."""

    language: str
    spoken: str | None
    title: str
    organization: str
    facts: tuple[tuple[str, str], ...]
    zone: str
    days: tuple[Day, ...]
    closing: tuple[str, ...]
    code_points: str
    page: str


def sheet_of(facts: TranscriptFacts) -> Sheet:
    """The transcript in the first of the reader's languages that is known here, by the reader's clock."""
    language = language_of(facts.languages)
    words = WORDS[language.tag]
    title = words.title.format(number=facts.number)
    closing = () if facts.entries else (words.nothing,)
    return Sheet(
        language=language.tag,
        spoken=facts.language,
        title=" – ".join(part for part in (title, _line(facts.title or "")) if part),
        organization=_line(facts.organization),
        facts=tuple(_facts(facts, language, words)),
        zone=words.zone.format(zone=facts.zone),
        days=tuple(_days(facts, language, words)),
        closing=(*closing, words.cut.format(last=facts.last)) if facts.is_cut else closing,
        code_points=words.code_points,
        page=words.page,
    )


def _facts(facts: TranscriptFacts, language: Language, words: Words) -> Iterator[tuple[str, str]]:
    if facts.guest is not None:
        known = (facts.guest.name, facts.guest.address, facts.guest.number)
        yield words.guest, ", ".join(_line(part) for part in known if part)
    yield words.channel, words.channels.get(facts.channel, facts.channel)
    yield words.began, at(facts.began_at, zone=facts.zone, language=language)
    yield words.made, at(facts.made_at, zone=facts.zone, language=language)


def _days(facts: TranscriptFacts, language: Language, words: Words) -> Iterator[Day]:
    zone = ZoneInfo(facts.zone)
    said: list[Said] = []
    day: date | None = None
    for entry in facts.entries:
        on = entry.at.astimezone(zone).date()
        if day is not None and on != day:
            yield Day(language.date(day), tuple(said))
            said = []
        day = on
        said.append(_said(entry, zone, language, words))
    if day is not None:
        yield Day(language.date(day), tuple(said))


def _said(entry: Entry, zone: ZoneInfo, language: Language, words: Words) -> Said:
    is_system = entry.voice is Voice.SYSTEM
    return Said(
        time=_time(entry.at, zone, language),
        author=None if is_system else _author(entry, words),
        mark=_mark(entry, words),
        is_internal=entry.voice in (Voice.NOTE, Voice.WHISPER),
        answers=_answers(entry, zone, language, words),
        lines=() if entry.redacted else lines_of(entry.text or ""),
        remarks=tuple(_remarks(entry, words)),
    )


def _author(one: Entry | Answered, words: Words) -> str:
    return _line(one.author or "") or (words.guest if one.by_guest else words.system)


def _mark(entry: Entry, words: Words) -> str | None:
    if entry.by_guest:
        return words.guest if entry.author else None
    return {Voice.NOTE: words.note, Voice.WHISPER: words.whisper}.get(entry.voice)


def _answers(entry: Entry, zone: ZoneInfo, language: Language, words: Words) -> str | None:
    if entry.answers is None:
        return None
    asked = entry.answers.at.astimezone(zone)
    time = _time(asked, zone, language)
    if asked.date() != entry.at.astimezone(zone).date():
        time = f"{language.date(asked)}, {time}"
    return words.answers.format(author=_author(entry.answers, words), time=time)


def _remarks(entry: Entry, words: Words) -> Iterator[str]:
    if entry.redacted:
        yield words.redacted
    elif entry.file is not None:
        yield words.file.format(name=_line(entry.file.name), size=_size(entry.file, words))


def _time(moment: datetime, zone: ZoneInfo, language: Language) -> str:
    """The time of day; where the clocks are set on that day, with the offset, as there are hours that come twice."""
    there = moment.astimezone(zone)
    time = language.time(there)
    return f"{time} {offset(there)}" if _is_set(there.date(), zone) else time


@lru_cache(maxsize=1_000)
def _is_set(day: date, zone: ZoneInfo) -> bool:
    begins = datetime(day.year, day.month, day.day, tzinfo=zone)
    return begins.utcoffset() != (begins + timedelta(days=1)).utcoffset()


def _size(file: File, words: Words) -> str:
    if file.size_bytes < 1_000_000:
        return f"{-(-file.size_bytes // 1_000)} KB"
    return f"{file.size_bytes / 1_000_000:.1f} MB".replace(".", words.point)


def lines_of(text: str) -> tuple[str, ...]:
    """What was said, line by line and letter by letter, but for controls and what would reorder the line."""
    return tuple("".join(map(printable, line)).rstrip() for line in text.splitlines())


def _line(text: str) -> str:
    return " ".join("".join(map(printable, text)).split())


def is_right_to_left(text: str) -> bool:
    """Whether the line is of a writing that runs to the left, by the first letter that has a direction."""
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((one in ("R", "AL") for one in strong if one in ("L", "R", "AL")), False)
