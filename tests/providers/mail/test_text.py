from hypothesis import given
from hypothesis import strategies as st

from providers.mail.text import inert, one_line, paragraphs, web_address


@given(st.text(st.characters(), max_size=300))
def test_one_line_is_one_line_that_utf8_can_write(text: str) -> None:
    line = one_line(text)
    assert len(line.encode("utf-8").decode("utf-8").splitlines()) <= 1
    assert not any(ord(character) < 32 for character in line)
    assert one_line(line) == line


def test_emoji_sequences_and_right_to_left_names_stay_whole() -> None:
    for name in ("👩‍👧 Zoë", "محمد بن سلمان", "می‌خواهم", "山田 太郎", "שלום"):
        assert one_line(name) == name


def test_a_name_cannot_reorder_what_follows_it() -> None:
    assert one_line("Mia\u202e\u2066 kraP") == "Mia kraP"


def test_a_long_line_is_cut_with_an_ellipsis() -> None:
    assert one_line("x" * 100_000) == "x" * 199 + "…"


def test_paragraphs_keep_their_breaks_and_no_other_control() -> None:
    assert paragraphs("one\r\n\x00two\u2028three\n\n\n\n\nfour\n") == "one\ntwo\nthree\n\nfour"


def test_what_mail_programs_would_make_a_link_of_is_broken_invisibly() -> None:
    for link in ("https://evil.example", "www.evil.example", "evil.example/x", "me@evil.example"):
        broken = inert(link)
        assert broken.replace("\u200b", "") == link
        assert not any(piece in broken for piece in ("://", "evil.example", "me@"))


def test_ordinary_sentences_are_left_alone() -> None:
    for text in ("Dr. Anna Rossi, at 10.30", "Version 2.0 (beta)", "3 // 2", "Smith & Sons"):
        assert inert(text) == text


def test_only_web_addresses_are_linked_to() -> None:
    assert web_address("https://meet.example/a?b=1&c=2") == "https://meet.example/a?b=1&c=2"
    for url in (
        None,
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "https://",
        "https://[bad",
        "https://a.example/\r\nBcc: x@y.example",
        'https://a.example/"onclick=',
        "https://a.example/ b",
    ):
        assert web_address(url) == ""


def test_nobody_types_the_characters_by_which_we_mark_what_is_typed() -> None:
    assert one_line("A\ufdd0B\ufdd5C\ufdef") == "ABC"
    assert paragraphs("A\ufdd2B\nC\ufdd4") == "AB\nC"
    assert web_address("https://acme.example/\ufdd3") == ""
