"""What a meeting is called that nobody has given a title: in its language, with whom it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.agent.agent import Agent
from models.contact.details import GuestDetails
from models.organization.organization import Organization
from tests.builders import MONDAY
from tests.jobs.conftest import books

NINE = MONDAY + timedelta(hours=1)


def speaking(locale: str | None) -> GuestDetails:
    return GuestDetails(
        name="Grace", email="grace@guests.example", phone=None, locale=locale, time_zone="Europe/Rome"
    )


@pytest.mark.parametrize(
    ("locale", "title"),
    [
        ("en", "Meeting with Anna"),
        ("it", "Appuntamento con Anna"),
        ("de-AT", "Termin mit Anna"),
        ("fr", "Rendez-vous avec Anna"),
        ("es", "Cita con Anna"),
    ],
)
async def test_it_is_named_in_the_language_of_its_guest(anna: Agent, locale: str, title: str) -> None:
    assert (await books(anna, NINE, now=MONDAY, guest=speaking(locale))).title == title


@pytest.mark.parametrize("locale", [None, "nl"])
async def test_of_whom_no_language_is_known_here_in_the_organizations(anna: Agent, locale: str | None) -> None:
    await Organization.filter(id=anna.organization_id).update(locale="fr")
    meeting = await books(anna, NINE, now=MONDAY, guest=speaking(locale))
    assert meeting.title == "Rendez-vous avec Anna"
