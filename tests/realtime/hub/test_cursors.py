"""Cursors: what a client keeps, and cannot make up."""

from base64 import urlsafe_b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.cursors import Cursors
from realtime.feed import UNKNOWN

KEY = b"sixteen bytes or more"
SEQS = st.integers(0, 2**63 - 1)

cursors = Cursors(KEY)


@given(topic=st.text(max_size=64), seq=SEQS)
def test_a_cursor_is_read_as_it_was_minted(topic: str, seq: int) -> None:
    assert cursors.read(cursors.mint(topic, seq), topic=topic) == seq


@given(topic=st.text(max_size=64), other=st.text(max_size=64), seq=SEQS)
def test_a_cursor_of_another_topic_is_none(topic: str, other: str, seq: int) -> None:
    assert (cursors.read(cursors.mint(topic, seq), topic=other) == seq) == (topic == other)


@given(seq=SEQS, place=st.integers(0, 27), letter=st.characters(codec="utf-8"))
def test_a_cursor_with_any_letter_changed_is_none(seq: int, place: int, letter: str) -> None:
    cursor = cursors.mint("t", seq)
    changed = cursor[:place] + letter + cursor[place + 1 :]
    assert cursors.read(changed, topic="t") == (seq if changed == cursor else None)


@given(st.text(max_size=60))
def test_whatever_a_client_sends_is_read_as_none(text: str) -> None:
    assert cursors.read(text, topic="t") is None


def test_a_cursor_has_one_spelling_only() -> None:
    cursor = cursors.mint("t", 5)
    for variant in (
        cursor + "=",
        cursor + "\n",
        " " + cursor,
        cursor[:-1],
        cursor + "A",
        cursor.swapcase(),
        "",
    ):
        assert cursors.read(variant, topic="t") is None


def test_a_cursor_of_another_installation_is_none() -> None:
    assert cursors.read(Cursors(b"quite another key!").mint("t", 5), topic="t") is None


def test_a_cursor_is_short_and_goes_into_an_address_as_it_is() -> None:
    assert len(cursors.mint("conversation:42", 1000)) == 19
    assert len(cursors.mint("conversation:42", 2**63 - 1)) == 27
    assert urlsafe_b64decode(cursors.mint("t", 255) + "===")[:1] == b"\xff"


def test_no_cursor_starts_anew_and_a_bad_one_does_not() -> None:
    assert cursors.after(None, topic="t") is None
    assert cursors.after(cursors.mint("t", 4), topic="t") == 4
    assert cursors.after(cursors.mint("u", 4), topic="t") == UNKNOWN
    assert cursors.after("", topic="t") == UNKNOWN


def test_a_guessable_key_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Cursors(b"short")
