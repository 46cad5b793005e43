"""What the system says in conversations, in the languages that guests are written to."""

from __future__ import annotations

from string import Formatter

import pytest

from models.conversation.languages import LANGUAGES
from models.conversation.said import said
from models.conversation.saying import Saying
from providers.mail.languages import LANGUAGES as OF_LETTERS


def facts_of(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_they_are_the_languages_of_letters() -> None:
    assert {"en", *LANGUAGES} == set(OF_LETTERS)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_everything_is_said_in_every_language_with_the_same_facts(tag: str) -> None:
    texts = LANGUAGES[tag]
    assert set(texts) == set(Saying)
    for saying, text in texts.items():
        assert facts_of(text) == facts_of(saying)
        assert text.endswith(".") == saying.endswith("."), text
        assert text[0].islower() == saying.value[0].islower(), text


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("de", "Anna {0} ist für Sie da."),
        ("de-AT", "Anna {0} ist für Sie da."),
        ("DE", "Anna {0} ist für Sie da."),
        ("en-GB", "Anna {0} is here for you."),
        ("pt", "Anna {0} is here for you."),
        (None, "Anna {0} is here for you."),
    ],
)
def test_it_is_said_in_the_language_that_there_is_or_in_english(tag: str | None, text: str) -> None:
    assert said(Saying.IS_HERE, agent="Anna {0}").in_language(tag) == text


def test_what_is_part_of_another_is_said_in_the_same_language() -> None:
    both = said(Saying.STILL_OPEN, done=said(Saying.MEETING_BOOKED), open=said(Saying.TO_CONFIRM))
    assert both.in_language("en") == "The meeting is booked; its guest has still to confirm it."
    assert both.in_language("it") == "L’appuntamento è prenotato; resta da confermare da chi lo ha prenotato."
