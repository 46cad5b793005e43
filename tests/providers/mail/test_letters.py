"""What holds of every letter: each occasion, to each reader, in each language."""

import re

import pytest
from icalendar import Calendar

from providers.mail.defaults import FOLDER, default_wording
from providers.mail.languages import LANGUAGES
from providers.mail.occasions import Audience, Occasion, readers_of
from providers.mail.pages import Letterhead
from providers.mail.variables import goes_on, is_ending, is_of_meeting, variables_of
from providers.mail.wordings import unknown_variables
from tests.providers.mail.samples import event_of
from tests.providers.mail.scenes import READERS, facts_of, letter, scenes
from tests.providers.mail.test_wording import Page

SCENES = list(scenes())
OF_MEETINGS = [scene for scene in SCENES if is_of_meeting(scene[0])]


@pytest.mark.parametrize(("occasion", "audience", "language"), SCENES)
def test_it_is_whole_and_html_says_what_the_text_says(
    occasion: Occasion, audience: Audience, language: str
) -> None:
    composed = letter(occasion, audience, language)
    page = "".join(" ".join(Page(composed.html).words).split())
    assert not re.search(r"[{}\ufdd0-\ufdef]|None|\(\)| ,", composed.subject + composed.text)
    assert not re.search("[\ufdd0-\ufdef]", composed.html)
    assert f'lang="{language}"' in composed.html
    lines = [line.partition(":  ")[2] or line for line in composed.text.splitlines()]
    missing = [line for line in lines if _told_otherwise(line) not in page and not line.startswith("http")]
    assert [line for line in missing if line != "-- "] == []


def _told_otherwise(line: str) -> str:
    """HTML has no labels before links, and the zone below the time."""
    line = re.sub(r"^[^:]*: *https?://.*| ?\([^()]*UTC.*|^\s+| \([^()]*\)$", "", line)
    return "".join(line.split())


@pytest.mark.parametrize(("occasion", "audience", "language"), OF_MEETINGS)
def test_its_calendar_file_carries_the_meeting(occasion: Occasion, audience: Audience, language: str) -> None:
    composed, facts = letter(occasion, audience, language), facts_of(occasion, audience)
    assert composed.calendar is not None
    calendar, event = Calendar.from_ical(composed.calendar.content), event_of(composed.calendar.content)
    over = is_ending(occasion, audience)
    settled = "TENTATIVE" if facts.is_tentative else "CONFIRMED"
    assert calendar["METHOD"] == composed.calendar.method == ("CANCEL" if over else "REQUEST")
    assert event.get("STATUS") == ((None if goes_on(occasion) else "CANCELLED") if over else settled)
    assert (event["UID"], event["SEQUENCE"]) == (facts.uid, facts.sequence)
    assert (event.start, event.end) == (facts.start, facts.end)
    assert event["DTSTART"].params["TZID"] == READERS[audience].person.zone


@pytest.mark.parametrize(("occasion", "audience", "language"), SCENES)
def test_only_guests_are_given_their_keys(occasion: Occasion, audience: Audience, language: str) -> None:
    composed = letter(occasion, audience, language)
    calendar = composed.calendar.content.replace(b"\r\n ", b"").decode() if composed.calendar else ""
    has_key = "secret-token" in composed.text + composed.html + calendar
    assert not has_key or audience is Audience.GUEST
    assert "secret-token" not in "".join(
        link for link in Page(composed.html).links if "google" in link or "outlook" in link
    )


@pytest.mark.parametrize(
    ("color", "ink"), [("#0b57d0", "#ffffff"), ("#ffffff", "#000000"), ("#2563eb", "#ffffff")]
)
def test_what_stands_on_a_button_can_be_read(color: str, ink: str) -> None:
    assert Letterhead("Acme", color=color).ink == ink


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_and_no_other(language: str) -> None:
    assert {file.stem for file in (FOLDER / language).iterdir()} == set(Occasion)
    for occasion in Occasion:
        for audience in readers_of(occasion):
            wording, known = (
                default_wording(occasion, audience, language=language),
                variables_of(occasion, audience),
            )
            assert unknown_variables(wording.subject, known=known) == []
            assert unknown_variables(wording.body, known=known) == []
