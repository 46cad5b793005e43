"""The process that draws one transcript: facts come in, a PDF goes out, and the process ends.

It is one of its own, as drawing is all work and no waiting, and as what people type decides how much.
"""

from __future__ import annotations

import os
import pickle
import resource
import sys
from pathlib import Path
from typing import Any

import orjson
import typst

from providers.transcripts.facts import TranscriptFacts
from providers.transcripts.fonts import Fonts
from providers.transcripts.runs import Setter
from providers.transcripts.sheet import Said, Sheet, is_right_to_left, sheet_of
from providers.transcripts.speech import speech_in, speech_of

_TEMPLATE = Path(__file__).parent / "transcript.typ"
_MOST_MEMORY = 4 << 30
_MOST_SECONDS = 120


def draw(facts: TranscriptFacts, *, fonts: typst.Fonts | None = None) -> bytes:
    """The transcript as a PDF, in these fonts or the machine's, with tags for who has it read out."""
    fonts = fonts or typst.Fonts()
    drawn = _Sheet(sheet_of(facts), Fonts.found(fonts.fonts()))
    compiler = typst.Compiler(_TEMPLATE, root=_TEMPLATE.parent, font_paths=fonts)
    inputs = {"sheet": orjson.dumps(drawn.told()).decode()}
    made_at = facts.made_at.replace(microsecond=0)  # Typst takes no parts of a second
    pdf = compiler.compile(format="pdf", sys_inputs=inputs, timestamp=made_at)
    if not isinstance(pdf, bytes):
        raise TypeError("Typst has drawn something else.")
    return pdf


class _Sheet:
    """A sheet in the words of transcript.typ: lines as runs, each with its font's number."""

    def __init__(self, sheet: Sheet, fonts: Fonts) -> None:
        self._sheet = sheet
        self._setter = Setter(fonts)
        self._families: dict[str, int] = {}
        self._speech = speech_of(sheet.spoken or "") or _spoken_in(sheet) or speech_of(sheet.language) or "zh"

    def told(self) -> dict[str, Any]:
        sheet = self._sheet
        drawn = {
            "language": sheet.language,
            "title": self._line(sheet.title),
            "organization": self._line(sheet.organization),
            "facts": [[self._line(label), self._line(value)] for label, value in sheet.facts],
            "zone": self._line(sheet.zone),
            "days": [
                {"name": self._line(day.name), "said": [self._said(one) for one in day.said]}
                for day in sheet.days
            ],
        }
        closing = [*sheet.closing, *([sheet.code_points] if self._setter.has_numbers else [])]
        drawn["closing"] = [self._line(one) for one in closing]
        drawn["page"] = [self._line(part) for part in sheet.page.replace("{pages}", "{page}").split("{page}")]
        return {**drawn, "name": sheet.title, "fonts": list(self._families)}

    def _said(self, said: Said) -> dict[str, Any]:
        """Without what there is nothing of."""
        told: dict[str, Any] = {"time": self._line(said.time)}
        if said.author is not None:
            told["author"] = self._line(said.author)
        if said.mark is not None:
            told["mark"] = self._line(said.mark)
        if said.answers is not None:
            told["answers"] = self._line(said.answers)
        if said.is_internal:
            told["internal"] = True
        lines, remarks = ([self._line(line) for line in some] for some in (said.lines, said.remarks))
        return {**told, "lines": lines, "remarks": remarks}

    def _line(self, text: str) -> dict[str, Any]:
        runs = self._setter.runs(text, speech=speech_in(text) or self._speech)
        numbered = [
            [self._families.setdefault(run.font.family, len(self._families)), *run.parts] for run in runs
        ]
        return {"runs": numbered, "rtl": True} if is_right_to_left(text) else {"runs": numbered}


def _spoken_in(sheet: Sheet) -> str | None:
    lines = (line for day in sheet.days for said in day.said for line in said.lines)
    return next((speech for speech in map(speech_in, lines) if speech), None)


def _main() -> None:
    os.nice(10)  # who waits for an answer comes before who waits for a file
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
    facts: TranscriptFacts = pickle.load(sys.stdin.buffer)
    sys.stdout.buffer.write(draw(facts))


if __name__ == "__main__":
    _main()
