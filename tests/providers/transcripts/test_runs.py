"""Lines cut into runs of one font each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pytest

from providers.transcripts.fonts import EMOJI, Font, Fonts
from providers.transcripts.runs import Setter


@dataclass(frozen=True)
class Drawn(Font):
    """A font of these characters."""

    listed: str = ""

    @property
    def characters(self) -> Collection[str]:
        return frozenset(self.listed)


LATIN = Drawn("Latin", listed="abcdefghijklmnopqrstuvwxyzU+0123456789ABCDEF[] .,()é\u0301©☎")
ARABIC = Drawn("Arabic", listed="مرحبا .()")
PICTURES = Drawn(EMOJI, listed="👨👩👧🏽🇩🇪☎©❤ 1")
JAPANESE = Drawn("Japanese", listed="今日abc")
CHINESE = Drawn("Chinese", listed="今日abc")
ALL = Fonts((LATIN, ARABIC, PICTURES, Font("Always")), {"ja": JAPANESE, "zh": CHINESE})


def cut(text: str, *, fonts: Fonts = ALL, speech: str = "zh") -> list[tuple[str, str]]:
    return [(run.font.family, "".join(run.parts)) for run in Setter(fonts).runs(text, speech=speech)]


def test_a_line_that_one_font_has_is_one_run() -> None:
    assert cut("abc (def), 14.30") == [("Latin", "abc (def), 14.30")]
    assert cut("") == []


def test_spaces_and_brackets_stay_with_the_writing_that_they_stand_in() -> None:
    assert cut("abc مرحبا (مرحبا). abc") == [("Latin", "abc "), ("Arabic", "مرحبا (مرحبا). "), ("Latin", "abc")]
    assert cut("👨 👨") == [(EMOJI, "👨"), ("Latin", " "), (EMOJI, "👨")]


@pytest.mark.parametrize("whole", ["👨\u200d👩\u200d👧", "👩🏽", "🇩🇪", "☎\ufe0f", "©\ufe0f", "❤"])
def test_emoji_stay_together(whole: str) -> None:
    assert cut(f"a {whole} b") == [("Latin", "a "), (EMOJI, whole), ("Latin", " b")]


def test_what_can_be_text_and_is_not_asked_to_be_a_picture_is_text() -> None:
    assert cut("☎ ©") == [("Latin", "☎ ©")]


def test_a_letter_stays_with_its_marks() -> None:
    assert cut("e\u0301 abc") == [("Latin", "e\u0301 abc")]
    assert cut("م\u0301") == [("Arabic", "م"), ("Latin", "\u0301")]


def test_what_no_font_has_stands_as_its_number() -> None:
    setter = Setter(ALL)
    [run] = setter.runs("a \ue000 \U0010fffd", speech="zh")
    assert run.parts == ("a [U+E000] [U+10FFFD]",)
    assert setter.has_numbers
    assert cut("👨\u200d🦰") == [(EMOJI, "👨"), ("Latin", "[U+1F9B0]")]


def test_where_there_are_numbers_is_known_of_what_was_cut_alone() -> None:
    setter = Setter(ALL)
    assert not (setter.runs("abc", speech="zh") and setter.has_numbers)


def test_what_is_never_seen_needs_no_font() -> None:
    assert cut("a\u200bb\u2060\u00ad\ufeff\u200f") == [("Latin", "a\u200bb\u2060\u00ad\ufeff\u200f")]


def test_shared_characters_are_of_the_speech_they_are_in() -> None:
    assert cut("a 今日", speech="ja") == [("Latin", "a "), ("Japanese", "今日")]
    assert cut("a 今日", speech="zh") == [("Latin", "a "), ("Chinese", "今日")]
    assert cut("a 今日", speech="ko") == [("Latin", "a "), ("Japanese", "今日")]


def test_a_machine_without_fonts_has_letters_and_numbers() -> None:
    bare = Fonts((Font("Always"),), {})
    assert cut("Grüße, Привет – 100 €", fonts=bare) == [("Always", "Grüße, Привет – 100 €")]
    assert cut("日 👍🏿", fonts=bare) == [("Always", "[U+65E5] [U+1F44D][U+1F3FF]")]


def test_endless_words_may_break_and_others_may_not() -> None:
    def parts(text: str) -> tuple[str, ...]:
        return tuple(part for run in Setter(ALL).runs(text, speech="ja") for part in run.parts)

    assert parts("abc " + "ab" * 50 + " abc")[:3] == ("abc ", "abababab", "abababab")
    assert "".join(parts("abc " + "ab" * 50 + " abc")) == "abc " + "ab" * 50 + " abc"
    assert parts("abc " * 50) == ("abc " * 50,)
    assert parts("今日" * 50) == ("今日" * 50,)
