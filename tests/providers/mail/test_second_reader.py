"""Calendar files as a program reads them that shares nothing with the one that writes them (vobject)."""

from datetime import UTC

import pytest
import vobject

from providers.mail.meetings import publish
from providers.mail.occasions import Audience, Occasion
from providers.mail.variables import is_ending, is_of_meeting
from tests.providers.mail.samples import DESK, FACTS, saying
from tests.providers.mail.scenes import READERS, facts_of, letter, scenes

OF_MEETINGS = [scene for scene in scenes() if is_of_meeting(scene[0])]


@pytest.mark.parametrize(("occasion", "audience", "language"), OF_MEETINGS)
def test_another_program_reads_the_same_meeting(occasion: Occasion, audience: Audience, language: str) -> None:
    composed, facts, reader = (
        letter(occasion, audience, language),
        facts_of(occasion, audience),
        READERS[audience],
    )
    assert composed.calendar is not None
    calendar = vobject.readOne(composed.calendar.content.decode())
    event, over = calendar.vevent, is_ending(occasion, audience)
    assert calendar.method.value == ("CANCEL" if over else "REQUEST")
    assert (event.uid.value, int(event.sequence.value)) == (facts.uid, facts.sequence)
    assert event.dtstart.value.astimezone(UTC) == facts.start
    assert event.dtend.value.astimezone(UTC) == facts.end
    assert event.summary.value.startswith(facts.title)
    assert f"mailto:{reader.person.address}" in {one.value for one in event.attendee_list}
    assert event.organizer.value == "mailto:desk@acme.example"


def test_another_program_reads_the_file_that_asks_nobody() -> None:
    told = publish(
        FACTS,
        reader=READERS[Audience.GUEST],
        saying=saying(Occasion.CALENDAR_EVENT, Audience.GUEST),
        organizer=DESK,
        is_over=False,
    )
    calendar = vobject.readOne(told.to_ics().decode())
    assert calendar.method.value == "PUBLISH"
    assert calendar.vevent.dtstart.value.astimezone(UTC) == FACTS.start
    assert "attendee" not in calendar.vevent.contents
