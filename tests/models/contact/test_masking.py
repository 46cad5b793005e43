"""How what is masked looks, and from whom it is."""

from __future__ import annotations

import pytest

from models.actor import GuestActor, Public
from models.agent.agent import Agent
from models.contact.masking import NO_MASK, Mask, mask_for, mask_of, masked_text
from models.organization.settings import Settings
from models.words import Role
from tests.builders import a_contact, acting, an_agent

MASK = Mask(hides=True)
MASKING_AGENTS = Settings.of({"mask_contacts_from": ["AGENT"]})


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+393331234556", "+39 ••• ••56"),
        ("+12025550123", "+1 ••• ••23"),
        ("+35312345678", "+353 ••• ••78"),
        ("+80012345678", "+800 ••• ••78"),
        ("+2906023", "+290 ••• ••"),
        ("+290602345", "+290 ••• ••"),
        ("+99912345678", "••• ••78"),
        ("+", "••• ••"),
        ("+39", "+39 ••• ••"),
        ("0612345678", "••• ••78"),
        ("not a number", "••• ••"),
    ],
)
def test_of_a_number_there_are_the_country_and_the_last_two_digits(number: str, shown: str) -> None:
    assert MASK.phone(number) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("grace@guests.example", "g•••@•••"),
        ("g@guests.example", "g•••@•••"),
        ("@", "@•••@•••"),
        ("grace", "g•••@•••"),
        ("émile@guests.example", "é•••@•••"),
    ],
)
def test_of_an_address_there_is_the_first_letter(address: str, shown: str) -> None:
    assert MASK.email(address) == shown


@pytest.mark.parametrize(
    ("identity", "shown"),
    [
        ("393331234556", "+39 ••• ••56"),
        ("+393331234556", "+39 ••• ••56"),
        ("grace@guests.example", "g•••@•••"),
        ("IT.13491208655302741918", "•••"),
        ("", "•••"),
    ],
)
def test_of_what_somebody_is_called_in_a_channel_there_is_as_much(identity: str, shown: str) -> None:
    assert MASK.identity(identity) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Grace Guest", "Grace Guest"),
        ("Grace 2nd", "Grace 2nd"),
        ("393331234556", "••• ••56"),
        ("2906023", "••• ••23"),
        ("333 12.34", "••• ••34"),
        ("101", "101"),
        ("+39 333 123.45-56", "+39 ••• ••56"),
        ("Grace (+39 333 1234556)", "Grace (+39 ••• ••56)"),
        ("Grace <grace@guests.example>", "Grace <g•••@•••>"),
    ],
)
def test_in_names_addresses_and_numbers_are_masked_and_the_rest_stays(name: str, shown: str) -> None:
    assert MASK.name(name) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("grace@guests.example", "g•••@•••"),
        ("Grace (grace@guests.example) has joined.", "Grace (g•••@•••) has joined."),
        ("mail of grace.hopper+x@guests.example.pdf", "mail of g•••@•••"),
        ("+390612345678", "+39 ••• ••78"),
        ("+39 06 1234-5678", "+39 ••• ••78"),
        ("+39 (06) 12.34.56.78 called", "+39 ••• ••78 called"),
        ("00390612345678", "+39 ••• ••78"),
        ("390612345678.vcf", "••• ••78.vcf"),
        ("+1 234 567", "+1 ••• ••"),
        ("WhatsApp 391234567890 and b@c.example", "WhatsApp ••• ••90 and b•••@•••"),
        ("Scan_391234567890", "Scan_••• ••90"),
        ("Scan_+39 333 1234567_2", "Scan_+39 ••• ••67_2"),
        ("tel391234567890", "tel••• ••90"),
        ("tel+1 234 567", "tel+1 ••• ••"),
        ("+39\u202f333\u2009123\u00b74567", "+39 ••• ••67"),
    ],
)
def test_an_address_within_a_text_is_masked(text: str, shown: str) -> None:
    assert masked_text(text) == MASK.text(text) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("mail of grace@guests.example.pdf", "mail of g•••@•••.pdf"),
        ("390612345678.vcf", "••• ••78.vcf"),
        ("grace@guests.example", "g•••@•••"),
        ("390612345678", "••• ••78"),
        (".png", ".png"),
        ("photo.png", "photo.png"),
    ],
)
def test_a_file_stays_one_of_its_kind(name: str, shown: str) -> None:
    assert MASK.file(name) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Grace Hopper",
        "Invoice 2026-11-21",
        "21.11.2026",
        "Room 12345678",
        "10:30–11:00",
        "IMG_20261121_123456",
        "@home",
        "3 + 4 = 7",
        "",
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert MASK.text(text) == text


def test_a_long_text_takes_no_long_time() -> None:
    assert masked_text("1 " * 50_000)
    assert masked_text("@" * 50_000)
    assert masked_text("a" * 50_000)


def test_what_there_is_not_is_nothing_masked_either() -> None:
    assert (MASK.email(None), MASK.phone(None), MASK.text(None)) == (None, None, None)
    assert (MASK.email(""), MASK.phone(""), MASK.text("")) == ("", "", "")


def test_who_may_know_is_shown_all_as_it_is() -> None:
    number, address, name = "+393331234556", "grace@guests.example", "Grace +393331234556"
    assert (NO_MASK.phone(number), NO_MASK.email(address), NO_MASK.name(name)) == (number, address, name)
    assert NO_MASK.identity("393331234556") == "393331234556"


async def test_it_goes_by_the_role(anna: Agent) -> None:
    sue = await an_agent(await anna.organization, "Sue", role=Role.SUPERVISOR)
    assert mask_for(acting(anna), MASKING_AGENTS).hides
    assert not mask_for(acting(sue), MASKING_AGENTS).hides
    assert not mask_for(acting(anna), Settings()).hides
    assert mask_of(anna, MASKING_AGENTS).hides


async def test_guests_see_themselves_as_they_are(anna: Agent) -> None:
    contact = await a_contact(await anna.organization)
    grace = GuestActor(contact=contact, meeting_id=None, conversation_id=None)
    assert not mask_for(grace, MASKING_AGENTS).hides
    assert not mask_for(Public(), MASKING_AGENTS).hides
