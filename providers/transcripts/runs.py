"""A line cut into runs of one font each, in which what no font has stands as its number in Unicode."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from providers.transcripts.fonts import EMOJI, Font, Fonts

# What is drawn as one: a flag's two halves; a letter with its marks; emoji, however they are joined and coloured.
_JOINED = re.compile(
    r"[\U0001f1e6-\U0001f1ff]{2}|.(?:[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    r"\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\U000e0100-\U000e01ef]|\u200d[^\s]?)*",
    re.DOTALL,
)
_IN_COLOUR = re.compile("[\ufe0f\U0001f000-\U0001faff]")
# Nothing is drawn for these, whether a font has them or not.
_UNSEEN = dict.fromkeys(
    [
        *(0xAD, 0x34F, 0x61C, 0xFEFF),
        *(*range(0x200B, 0x2010), *range(0x2060, 0x2065), *range(0xFE00, 0xFE10)),
        *(*range(0xE0020, 0xE0080), *range(0xE0100, 0xE01F0)),
    ]
)
# Words that may be longer than a line, of writings that break between words alone.
_ENDLESS = re.compile(
    r"(?:[^\s\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U0001f000-\U0010ffff]"
    r"|[\xa0\u202f]){40,}"
)
_PART = re.compile(r".{1,8}", re.DOTALL)
_NEUTRAL = ("Z", "P", "N")


@dataclass(frozen=True, slots=True)
class Run:
    """A line may break between the parts as it may between words."""

    font: Font
    parts: tuple[str, ...]


class Setter:
    """Cuts lines in one language after the other, for the fonts there are."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._known: dict[tuple[str, str], Font | None] = {}
        self.has_numbers = False
        """Whether any character had no font."""

    def runs(self, text: str, *, speech: str) -> tuple[Run, ...]:
        first = self._fonts.for_speech(speech)[0]
        if not text:
            return ()
        pieces = [(first, text)] if first.has(text) else self._pieces(text, speech=speech)
        return tuple(
            Run(font, _parts("".join(piece for _, piece in group)))
            for font, group in groupby(pieces, key=lambda one: one[0])
        )

    def _pieces(self, text: str, *, speech: str) -> Iterator[tuple[Font, str]]:
        font = None
        for found in _JOINED.finditer(text):
            piece = found[0]
            if font is None or not _stays(font, piece):
                font = self._font(piece, speech)
            if font is not None:
                yield font, piece
            else:
                yield from self._apart(piece, speech)

    def _apart(self, piece: str, speech: str) -> Iterator[tuple[Font, str]]:
        """What no font has as a whole, character by character."""
        for character in unicodedata.normalize("NFC", piece.translate(_UNSEEN)):
            font = self._font(character, speech)
            if font is None:
                self.has_numbers = True
                yield self._fonts.for_speech(speech)[0], f"[U+{ord(character):04X}]"
            else:
                yield font, character

    def _font(self, piece: str, speech: str) -> Font | None:
        if (piece, speech) not in self._known:
            self._known[piece, speech] = self._choose(piece, speech)
        return self._known[piece, speech]

    def _choose(self, piece: str, speech: str) -> Font | None:
        seen = piece.translate(_UNSEEN)
        fonts = self._fonts.for_speech(speech)
        if _IN_COLOUR.search(piece):
            fonts = tuple(sorted(fonts, key=lambda font: font.family != EMOJI))
        return next((font for font in fonts if font.has(seen)), None)


def _stays(font: Font, piece: str) -> bool:
    """A space between two Arabic words is no reason to change the font twice."""
    is_neutral = len(piece) == 1 and unicodedata.category(piece)[0] in _NEUTRAL
    return is_neutral and font.family != EMOJI and font.has(piece)


def _parts(text: str) -> tuple[str, ...]:
    """The text, its endless words in parts of eight characters."""
    parts: list[str] = []
    end = 0
    for found in _ENDLESS.finditer(text):
        parts += [text[end : found.start()], *_PART.findall(found[0])]
        end = found.end()
    return tuple(part for part in (*parts, text[end:]) if part)
