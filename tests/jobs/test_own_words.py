"""Letters in the organization's own words: which text is chosen, for whom, and what becomes of an unfit one."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.letter.template import ContentTemplate
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from providers.mail.fake import FakeMailer
from tests.builders import Clock
from tests.jobs.conftest import Jobs, books
from tests.jobs.test_mail import ANNA, GUEST, TEN, event_of


async def a_text(organization: Organization, **changes: Any) -> None:
    usual = {"occasion": "BOOKED", "audience": "GUEST", "language": "en", "subject": "Hello", "body": "Hello."}
    await ContentTemplate.create(organization=organization, **{**usual, **changes})


async def test_letters_and_calendar_entries_are_written_in_the_organizations_own_words(
    anna: Agent, organization: Organization, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    await a_text(
        organization, subject="See you, {{ guest_name }}", body="Dear {{ reader_name }},\n\n{{ when }}"
    )
    await a_text(organization, occasion="CALENDAR_EVENT", subject="Grace meets {{ agent_names }}")
    await books(anna, TEN, now=clock())
    await jobs.run()
    [to_guest], [to_anna] = mailer.sent_to(GUEST), mailer.sent_to(ANNA)
    assert to_guest.subject == "See you, Grace Guest"
    assert to_guest.text.startswith("Dear Grace Guest,\n\nMonday 1 March 2027, 09:00–09:30")
    assert event_of(to_guest)[1]["SUMMARY"] == "Grace meets Anna"
    assert to_anna.text.startswith("Hello Anna,")


@pytest.mark.parametrize(
    ("language", "locale", "texts", "said"),
    [
        ("de-AT", "en", [("de-at", "VIDEO"), ("de-at", None), ("de", "VIDEO")], "de-at VIDEO"),
        ("de-AT", "en", [("de-at", "PHONE"), ("de-at", None), ("de", "VIDEO")], "de-at None"),
        ("de-AT", "en", [("de", "VIDEO"), ("de", None), ("en", "VIDEO")], "de VIDEO"),
        ("de-AT", "en", [("de-ch", None), ("en", None)], "Gebucht"),
        ("pl", "it-CH", [("it-ch", None), ("it", None), ("en", None)], "it-ch None"),
        ("pl", "it-CH", [("de", None), ("en", None)], "Prenotato"),
        ("pl", "cs", [("en", None)], "en None"),
        ("pl", "cs", [("pl", None), ("en", None)], "pl None"),
        ("pl", "cs", [], "Booked"),
    ],
)
async def test_the_nearest_language_goes_before_the_nearest_type(
    anna: Agent, organization: Organization, jobs: Jobs, mailer: FakeMailer, clock: Clock,
    language: str, locale: str, texts: list[tuple[str, str | None]], said: str,
) -> None:  # fmt: skip
    organization.locale = locale
    await organization.save()
    for tag, kind in texts:
        await a_text(organization, language=tag, meeting_type=kind, subject=f"{tag} {kind}:")
    meeting = await books(anna, TEN, now=clock())
    await Meeting.filter(id=meeting.id).update(language=language)
    await jobs.run()
    assert mailer.sent_to(GUEST)[0].subject.partition(":")[0] == said


async def test_the_texts_of_another_organization_are_not_used(
    anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    await a_text(await Organization.create(slug="rival", name="Rival", time_zone="UTC"))
    await books(anna, TEN, now=clock())
    await jobs.run()
    assert mailer.sent_to(GUEST)[0].subject.startswith("Booked:")


@pytest.mark.parametrize(
    "body",
    ["{{ no_such_thing }}", "{% if not location and title < 3 %}x{% endif %}y", "{{ 0x" + "f" * 5000 + " }}"],
)
async def test_where_a_text_has_become_unfit_people_are_told_in_the_usual_words(
    anna: Agent, organization: Organization, jobs: Jobs, mailer: FakeMailer, clock: Clock, body: str
) -> None:
    await a_text(organization, body=body)
    await books(anna, TEN, now=clock())
    await jobs.run()
    assert mailer.sent_to(GUEST)[0].text.startswith("Hello Grace Guest,\n\nYour meeting with Anna is booked.")


async def test_an_organizations_name_sender_and_reply_address_stand_on_its_letters(
    anna: Agent, organization: Organization, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    organization.stored_settings = {
        "mail_from": "desk@acme.example",
        "mail_sender_name": "Acme Front Desk",
        "mail_reply_to": "help@acme.example",
    }
    await organization.save()
    await books(anna, TEN, now=clock())
    await jobs.run()
    letter = mailer.sent_to(GUEST)[0]
    assert (letter.sender.name, letter.sender.address) == ("Acme Front Desk", "desk@acme.example")
    assert letter.reply_to is not None
    assert letter.reply_to.address == "help@acme.example"
    assert "Acme" in letter.html


async def test_letters_wear_the_organizations_logo_and_colour(
    anna: Agent, organization: Organization, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    organization.stored_branding = {
        "logo_url": "https://acme.example/logo.png",
        "selected_slot_color": "#ffee00",
    }
    await organization.save()
    await books(anna, TEN, now=clock())
    await jobs.run()
    page = mailer.sent_to(GUEST)[0].html
    assert '<img src="https://acme.example/logo.png" alt="Acme"' in page
    assert "background:#ffee00;color:#000000;" in page
