"""The fonts of the machine: which of them draws what.

Typst would choose fonts by itself, and where none has a character, or a sequence of emoji meets two fonts, it draws an
empty box or nothing. So it is told which font to take, for each piece of text, by what the fonts say that they have.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import typst
from fontTools.ttLib import TTFont, TTLibError

EMOJI = "Noto Color Emoji"
# Those that people write most come first: the less is read of the others.
_FIRST = (
    *("Noto Sans", "Noto Sans Hebrew", "Noto Sans Arabic", "Noto Sans Devanagari", "Noto Sans Thai"),
    *(EMOJI, "DejaVu Sans"),
)
_LAST = ("Noto Serif Tibetan", "Noto Serif Tangut", "Noto Serif Ahom", "Noto Serif Dogra", "Symbola", "Unifont")
_BY_SPEECH: Mapping[str, str] = MappingProxyType(
    {
        "ja": "Noto Sans CJK JP",
        "ko": "Noto Sans CJK KR",
        "zh": "Noto Sans CJK SC",
        "zh-Hant": "Noto Sans CJK TC",
    }
)
# Comes with Typst itself, so that there is always a font. It has more, but this it has.
_ALWAYS = "Libertinus Serif"
_ALWAYS_HAS = frozenset(
    {
        *map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x1EA0, 0x1EFA))),  # Latin
        *map(chr, (*range(0x391, 0x3A2), *range(0x3A3, 0x3AA), *range(0x3AC, 0x3CF))),  # Greek
        *map(chr, (*range(0x400, 0x460), *range(0x490, 0x494))),  # Cyrillic
        *map(chr, range(0x5D0, 0x5EB)),  # Hebrew
        *"ơƯưȘșȚț–—‘’‚“”„†‡•…‹›€№™−",
    }
)


@dataclass(frozen=True)
class Font:
    """A font by its family; `file` and `index` say where its letters are listed, for all but the one of Typst's own."""

    family: str
    file: str | None = None
    index: int = 0

    @cached_property
    def characters(self) -> Collection[str]:
        if self.file is None:
            return _ALWAYS_HAS
        try:
            with TTFont(self.file, fontNumber=self.index, lazy=True) as font:
                return frozenset(map(chr, font.getBestCmap() or ()))
        except (TTLibError, OSError):  # there are other fonts
            return frozenset()

    def has(self, text: str) -> bool:
        return all(character in self.characters for character in text)


@dataclass(frozen=True, slots=True)
class Fonts:
    """In the order in which they are asked. Of those for Chinese, Japanese and Korean, which draw the same characters
    in different ways, `eastern` has one for each speech, and `others` none."""

    others: tuple[Font, ...]
    eastern: Mapping[str, Font]

    @classmethod
    def found(cls, families: Iterable[typst.FontInfo]) -> Fonts:
        """The fonts of the machine that are known to be good for a page of text."""
        found = {
            one.family: Font(one.family, one.path, one.index)
            for one in sorted(families, key=_is_plain)
            if one.path is not None
        }
        rest = sorted(name for name in found if name.startswith("Noto Sans ") and not _is_variant(name))
        order = dict.fromkeys([*_FIRST, *rest, *_LAST])
        others = [found[name] for name in order if name in found]
        eastern = {speech: found[name] for speech, name in _BY_SPEECH.items() if name in found}
        return cls((*others, Font(_ALWAYS)), eastern)

    def for_speech(self, speech: str) -> tuple[Font, ...]:
        """All of them, for a line in this language."""
        mine = self.eastern.get(speech) or next(iter(self.eastern.values()), None)
        return self.others if mine is None else (*self.others[:-1], mine, self.others[-1])


def _is_plain(font: typst.FontInfo) -> bool:
    return font.style == "normal" and font.weight == 400 and font.stretch == 1


def _is_variant(family: str) -> bool:
    return "CJK" in family or family.endswith((" Display", " Mono")) or " Tifinagh " in family
