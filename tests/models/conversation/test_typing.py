"""How often it is told that somebody types, and what is remembered of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.conversation.typing import PAUSE, Typists
from tests.builders import MONDAY

GRACE, ANNA = "guest:1", "agent:1"


def told(typists: Typists, said: str, *, typist: str = GRACE, conversation: int = 1) -> str:
    """What is told of what is said a second apart: `T` that they type, `f` that they do so no more."""
    heard = ""
    for second, one in enumerate(said):
        now = MONDAY + timedelta(seconds=second)
        if one != " ":
            is_news = typists.is_news(conversation, typist, typing=one == "T", now=now)
            heard += one if is_news else "."
    return heard


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("TTTTTTTT", "T..T..T."),
        ("T   T   T", "TTT"),
        ("Tf", "Tf"),
        ("TTf", "T.f"),
        ("Tfff", "Tf.."),
        ("Tf   f", "Tff"),
        ("f", "f"),
        ("fT", "fT"),
        ("TfT", "Tf."),
        ("TfTT", "Tf.T"),
        ("TfTfTf", "Tf..Tf"),
    ],
)
def test_that_they_type_is_told_every_three_seconds_and_that_they_stop_always(said: str, heard: str) -> None:
    assert told(Typists(), said) == heard


def test_everybody_and_every_conversation_has_a_time_of_their_own() -> None:
    typists = Typists()
    assert told(typists, "T") == "T"
    assert told(typists, "T", typist=ANNA) == "T"
    assert told(typists, "T", conversation=2) == "T"
    assert told(typists, "T") == "."


def test_no_more_are_remembered_than_are_to_be() -> None:
    typists = Typists(most_remembered=100)
    for conversation in range(10_000):
        assert typists.is_news(conversation, GRACE, typing=True, now=MONDAY)
    assert len(typists) == 100
    assert not typists.is_news(9_999, GRACE, typing=True, now=MONDAY)
    assert typists.is_news(0, GRACE, typing=True, now=MONDAY)


def test_who_types_no_more_is_forgotten() -> None:
    typists = Typists()
    for conversation in range(1_000):
        typists.is_news(conversation, GRACE, typing=True, now=MONDAY)
    typists.is_news(1, ANNA, typing=True, now=MONDAY + PAUSE)
    assert len(typists) == 1
