"""A transcript as plain text, in UTF-8."""

from __future__ import annotations

from collections.abc import Iterator

from providers.transcripts.facts import TranscriptFacts
from providers.transcripts.sheet import Said, Sheet, sheet_of

_INDENT = "    "


def as_text(facts: TranscriptFacts) -> bytes:
    """The transcript. What people typed is indented, so that no line of theirs passes for one of ours."""
    return ("\n".join(_lines(sheet_of(facts))) + "\n").encode(errors="replace")


def _lines(sheet: Sheet) -> Iterator[str]:
    yield from (sheet.title, sheet.organization, "")
    yield from (f"{label}: {value}" for label, value in sheet.facts)
    yield sheet.zone
    for day in sheet.days:
        yield from ("", "", f"== {day.name} ==")
        for said in day.said:
            yield ""
            yield from _said(said)
    for line in sheet.closing:
        yield from ("", "", line)


def _said(said: Said) -> Iterator[str]:
    if said.author is None:
        yield f"{said.time}  * {' '.join(said.lines)}"
        return
    mark = f" ({said.mark})" if said.mark else ""
    yield f"{said.time}  {said.author}{mark}"
    if said.answers:
        yield f"{_INDENT}[{said.answers}]"
    yield from (f"{_INDENT}{line}".rstrip() for line in said.lines)
    yield from (f"{_INDENT}[{remark}]" for remark in said.remarks)
