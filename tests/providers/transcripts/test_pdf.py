"""A transcript as a PDF."""

from __future__ import annotations

from io import BytesIO
from unicodedata import normalize

import pytest
import typst
from pypdf import PdfReader

from providers.transcripts.drawing import draw
from providers.transcripts.facts import Answered, File, Voice
from providers.transcripts.fonts import EMOJI, Font
from tests.providers.transcripts.reading import glyphs_of, pages, places_of, words_of
from tests.providers.transcripts.scenes import NINE, of_texts, said, transcript

FAMILIES = set(typst.Fonts().families())


def needs(*families: str) -> None:
    missing = [one for one in families if one not in FAMILIES]
    if missing:
        pytest.skip(
            f"needs {', '.join(missing)}: Debian's fonts-noto-core, fonts-noto-cjk, fonts-noto-color-emoji"
        )


def test_it_says_who_said_what_and_when() -> None:
    pdf = draw(
        transcript(
            said("Good morning.\n\nHow can I help?"),
            said("Here.", minute=1, author="Maria Rossi", by_guest=True, file=File("offer.pdf", 1_234_567)),
            said("She has paid.", minute=2, voice=Voice.NOTE, answers=Answered("Maria Rossi", NINE)),
            said("The meeting is booked.", minute=3, author=None, voice=Voice.SYSTEM),
            said("Secret", minute=4, redacted=True),
            title="Invoice",
        )
    )
    words = words_of(pdf)
    for part in (
        *("Conversation 123 – Invoice", "Example Ltd", "Maria Rossi, m•••@•••, +39 ••• ••56"),
        *("Began Tuesday 1 December 2026, 09:00 (Europe/Rome, UTC+01:00)", "Times are those of Europe/Rome."),
        *("09:00 Anna Berg", "Good morning.", "How can I help?", "Maria Rossi · Guest"),
        *("Attachment: offer.pdf (1.2 MB)", "Anna Berg · internal note", "In answer to Maria Rossi, 09:00"),
        *("The meeting is booked.", "This message was removed.", "Page 1 of 1"),
    ):
        assert part in words
    assert "ecret" not in words


def test_it_says_in_its_properties_what_it_is_and_no_name_of_a_guest() -> None:
    pdf = draw(transcript(said("Hi."), languages=("de",)))
    reader = PdfReader(BytesIO(pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == "Unterhaltung 123"
    assert str(reader.root_object["/Lang"]) == "de"
    assert "Maria" not in str(reader.metadata)


def test_the_same_facts_are_the_same_file() -> None:
    assert draw(of_texts(["Hi."])) == draw(of_texts(["Hi."]))


def test_what_is_typed_is_never_read_as_typst() -> None:
    typed = [
        '#read("/etc/passwd")',
        "$x$ *bold* _it_ `raw` <a> @b",
        '") #panic("',
        "\\u{41} \\",
        "// no\n/* no */",
    ]
    words = words_of(draw(of_texts(typed)))
    for line in "\n".join(typed).split("\n"):
        assert line in words


def test_every_line_of_a_long_conversation_is_there_page_by_page() -> None:
    pdf = draw(of_texts([f"This is message {number}." for number in range(400)]))
    words = words_of(pdf)
    assert all(f"message {number}." in words for number in range(400))
    count = len(pages(pdf))
    assert count > 5
    assert [f"Page {n} of {count}" in page.extract_text() for n, page in enumerate(pages(pdf), 1)] == [
        True
    ] * count


def test_no_word_is_too_long_for_its_line() -> None:
    pdf = draw(
        of_texts(["https://example.com/" + "path" * 300, "x\u00a0" * 300, "a\u0301" * 300, "ტყვია" * 60])
    )
    assert max(len(normalize("NFC", line)) for line in words_of(pdf).split("\n")) < 120
    assert words_of(pdf).replace("\n", "").count("path") == 300


def test_a_time_stands_on_the_page_of_what_was_said_then() -> None:
    ends = set()
    for lines in range(40, 50):
        above, here = said("\n".join("x" * lines)), said("Here.", minute=61, author="Zoe")
        drawn = pages(draw(transcript(above, here)))
        [[number, words]] = [
            (n, page.extract_text()) for n, page in enumerate(drawn) if "Zoe" in page.extract_text()
        ]
        assert "10:01" in words
        ends.add(number)
    assert ends == {0, 1}


HARD = [
    "Plain café naïve, e\u0301 q\u0323\u0307 ñ – “quoted” … 100 €",
    "שלום עולם, הפגישה ב-14:30 ביום 21/11/2026 (Zoom) בסדר?",
    "مرحبا، لدينا اجتماع في الساعة 14:30 مع Anna Berg، الغرفة رقم ٣. شكرا! می‌خواهم",
    "これは日本語の文章です。「引用」や句読点。",
    "这是一个中文句子,用来检查换行。",
    "안녕하세요, 회의는 내일 오후 2시에 있습니다.",
    "👨‍👩‍👧‍👦 👩🏽‍💻 👍🏿 🇩🇪 🇮🇹 🏳️‍🌈 ❤️ ☎️ 1️⃣ 🤷🏼‍♀️ 🏴󠁧󠁢󠁳󠁣󠁴󠁿 ☺ ✓ → ★ © ™ 🫠",
    "नमस्ते क्षत्रिय श्री विद्यार्थी",
    "สวัสดีครับ ขอเลื่อนนัดหมายไปเป็นวันพรุ่งนี้",
    "Ελληνικά Русский Tiếng Việt ქართული հայերեն አማርኛ தமிழ் తెలుగు বাংলা ગુજરાતી ਪੰਜਾਬੀ ಕನ್ನಡ മലയാളം ខ្មែរ ລາວ မြန်မာ བོད་",
    "\ue000 \U0010fffd \U0001faff \U0002a6d6 𓀀 \U000e0001 \ufeff\u200b\u00ad\u2060",
    "\U0001f1e9 👨\u200d \u200d👩 \u0301alone \U0001f3fd a\ufe0f",
]


def test_nothing_is_drawn_as_an_empty_box_whatever_is_typed() -> None:
    pdf = draw(transcript(*(said(text, author=text) for text in HARD), title=HARD[2]))
    drawn = glyphs_of(pdf)
    assert drawn
    assert not [one for one in drawn if 0 in one.numbers]  # .notdef


def test_on_a_machine_without_fonts_the_letters_of_europe_are_drawn_and_others_stand_as_their_numbers() -> None:
    always = "".join(sorted(Font("Libertinus Serif").characters))
    pdf = draw(of_texts([always, *HARD]), fonts=typst.Fonts(include_system_fonts=False))
    assert not [one for one in glyphs_of(pdf) if 0 in one.numbers]
    assert "[U+65E5][U+672C]" in words_of(pdf).replace("\n", "")


def test_what_no_font_has_stands_as_its_number_and_that_is_explained() -> None:
    words = words_of(draw(of_texts(["a \ue000 b \U0010fffd"])))
    assert "a [U+E000] b [U+10FFFD]" in words
    assert "stand as their numbers in Unicode" in words
    assert "stand as their numbers" not in words_of(draw(of_texts(["plain"])))


def test_emoji_are_drawn_as_one_however_they_are_put_together() -> None:
    needs("Noto Sans", EMOJI)
    sequences = ["👨‍👩‍👧‍👦", "👩🏽‍💻", "👍🏿", "🇩🇪", "🏳️‍🌈", "❤️", "1️⃣", "🤷🏼‍♀️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"]
    page = pages(draw(of_texts(["Well " + " ".join(sequences)])))[0]
    assert " ".join(sequences) in page.extract_text()
    fonts = page["/Resources"]["/Font"].values()  # type: ignore[index]
    [pictures] = [font.get_object() for font in fonts if font.get_object()["/Subtype"] == "/Type3"]
    assert len(pictures["/CharProcs"]) == len(sequences)


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("שלום עולם", "NotoSansHebrew"),
        ("مرحبا بكم", "NotoSansArabic"),
        ("नमस्ते", "NotoSansDevanagari"),
        ("สวัสดี", "NotoSansThai"),
        ("日本語です", "NotoSansCJKjp"),
        ("안녕하세요", "NotoSansCJKkr"),
        ("请告诉我", "NotoSansCJKsc"),
    ],
)
def test_each_writing_has_a_font_of_its_own(text: str, family: str) -> None:
    needs("Noto Sans", "Noto Sans Hebrew", "Noto Sans Arabic", "Noto Sans Devanagari", "Noto Sans Thai")
    needs("Noto Sans CJK JP")
    drawn = [one.font for one in glyphs_of(draw(of_texts([text])))]
    assert any(font.startswith(family) for font in drawn)


@pytest.mark.parametrize(
    ("language", "family"), [("zh-TW", "tc"), ("zh-CN", "sc"), ("ja", "jp"), ("ko-KR", "kr"), (None, "sc")]
)
def test_characters_that_three_languages_share_are_drawn_as_the_conversations(
    language: str | None, family: str
) -> None:
    needs("Noto Sans", "Noto Sans CJK JP")
    drawn = {one.font for one in glyphs_of(draw(of_texts(["今天"], language=language)))}
    assert any(font.startswith(f"NotoSansCJK{family}") for font in drawn)


def test_a_conversation_that_is_japanese_somewhere_is_japanese() -> None:
    needs("Noto Sans", "Noto Sans CJK JP")
    drawn = {one.font for one in glyphs_of(draw(of_texts(["今天", "です"])))}
    assert not any(font.startswith("NotoSansCJKsc") for font in drawn)


def _in(family: str, text: str) -> list[tuple[int, ...]]:
    return [one.numbers for one in glyphs_of(draw(of_texts([text]))) if one.font.startswith(family)]


def test_hebrew_runs_from_right_to_left_and_numbers_in_it_do_not() -> None:
    needs("Noto Sans", "Noto Sans Hebrew")
    [[first, *others]] = _in("NotoSansHebrew", "אאאב")
    assert len(others) == 3
    assert {first} & set(others) == set()
    words = words_of(draw(of_texts(["שלום 14:30"])))
    assert "14:30" in words


def test_arabic_letters_join() -> None:
    needs("Noto Sans", "Noto Sans Arabic")
    [joined] = _in("NotoSansArabic", "ممم")
    assert len(set(joined)) == 3


def test_devanagari_letters_are_put_together() -> None:
    needs("Noto Sans", "Noto Sans Devanagari")
    [together] = _in("NotoSansDevanagari", "क्ष")
    assert len(together) == 1


@pytest.mark.parametrize(
    ("text", "is_at_the_right"),
    [("שלום", True), ("(14:30) مرحبا", True), ("Hello שלום", False), ("14:30", False)],
)
def test_a_line_begins_where_its_writing_begins(text: str, is_at_the_right: bool) -> None:
    needs("Noto Sans", "Noto Sans Hebrew", "Noto Sans Arabic")
    page = pages(draw(of_texts([text], guest=None)))[0]
    places = [x for drawn, x in places_of(page) if drawn.strip() and drawn.strip() in text]
    assert places
    assert (max(places) > float(page.mediabox.width) / 2) is is_at_the_right


def test_lines_of_chinese_break_between_characters_and_not_before_a_full_stop() -> None:
    needs("Noto Sans", "Noto Sans CJK SC")
    lines = words_of(draw(of_texts(["测试。" * 100]))).split("\n")
    broken = [line for line in lines if "测" in line]
    assert len(broken) > 3
    assert not [line for line in broken if line.startswith("。")]
