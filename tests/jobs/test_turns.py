"""A receiver that is slow holds up nobody else."""

from __future__ import annotations

from jobs.turns import MOST_AT_SLOW, Turns

SLOW, QUICK = 1, 2


class Watch:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def a_turn(turns: Turns, watch: Watch, *, seconds: float, receiver: int = SLOW) -> None:
    with turns.taken(receiver):
        watch.now += seconds


def test_who_answers_quickly_has_as_many_turns_as_there_are() -> None:
    watch = Watch()
    turns = Turns(clock=watch)
    a_turn(turns, watch, seconds=1.9)
    with turns.taken(SLOW), turns.taken(SLOW), turns.taken(SLOW):
        assert turns.is_free(SLOW)


def test_who_was_slow_has_two_and_others_have_theirs() -> None:
    watch = Watch()
    turns = Turns(clock=watch)
    a_turn(turns, watch, seconds=2)
    with turns.taken(SLOW):
        assert turns.is_free(SLOW)
        with turns.taken(SLOW):
            assert MOST_AT_SLOW == 2
            assert not turns.is_free(SLOW)
            assert turns.is_free(QUICK)
    assert turns.is_free(SLOW)


def test_who_was_slow_once_is_not_slow_for_good() -> None:
    watch = Watch()
    turns = Turns(clock=watch)
    a_turn(turns, watch, seconds=10)
    a_turn(turns, watch, seconds=0.1)
    with turns.taken(SLOW), turns.taken(SLOW):
        assert turns.is_free(SLOW)
