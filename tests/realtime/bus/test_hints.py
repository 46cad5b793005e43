"""Hints of one topic become one; and what is no hint of ours, or of another release, is borne."""

from datetime import UTC, datetime

import pytest

from realtime.bus import wire
from realtime.events import MOST_FACTS, Audience, Fact, Hint

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def hint(*seqs: int) -> Hint:
    return Hint("t", seqs[-1], [Fact("MESSAGE_ADDED", Audience.EVERYONE, {"message": seq}, AT) for seq in seqs])


def told(hint: Hint) -> tuple[int, list[int]]:
    return hint.seq, [fact.ids["message"] for fact in hint.facts]


def test_hints_that_follow_each_other_bring_what_both_bring() -> None:
    assert told(hint(4, 5).after(hint(3))) == (5, [3, 4, 5])


@pytest.mark.parametrize("earlier", [hint(1), hint(3, 4), Hint("t", 3), Hint("t", 2)])
def test_where_something_lies_between_or_comes_twice_the_newest_is_what_counts(earlier: Hint) -> None:
    later = hint(4) if earlier.seq < 4 else hint(5, 6)
    assert told(later.after(earlier))[0] == later.seq
    assert told(later.after(earlier))[1][-len(later.facts) :] == told(later)[1]


def test_one_that_is_overtaken_changes_nothing() -> None:
    assert told(hint(3).after(hint(4))) == (4, [4])
    assert told(Hint("t", 3).after(hint(4))) == (4, [4])


def test_so_many_come_along_and_no_more() -> None:
    many = hint(*range(1, MOST_FACTS + 1))
    assert told(hint(MOST_FACTS + 1).after(many)) == (MOST_FACTS + 1, [MOST_FACTS + 1])


ODD = (
    b"7",
    b"{}",
    b"[",
    b"null",
    b"[1]",
    b"[[1,2,3]]",
    b"\xff",
    b'[["A","OTHERS",{"message":1},"2026-03-02"]]',
)


@pytest.mark.parametrize("facts", ODD)
def test_facts_that_cannot_be_read_are_left_to_the_database(facts: bytes) -> None:
    heard = wire.decode("t", b"7 " + facts)
    assert heard == Hint("t", 7) and isinstance(heard, Hint) and not heard.facts


@pytest.mark.parametrize("data", [b"", b" 7", b"-7 []", b"7" * 20, b"x []"])
def test_what_is_no_hint_is_none(data: bytes) -> None:
    assert wire.decode("t", data) is None
