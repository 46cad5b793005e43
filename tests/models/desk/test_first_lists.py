"""Contacts that were there before there were lists are in their organization's default one, as those who come are."""

from __future__ import annotations

import psycopg

from models.contact.contact import Contact
from models.database import migrate
from models.desk.contact_list import ContactList
from models.organization.organization import Organization
from tests.builders import a_contact, an_organization
from tests.servers import new_database

ORGANIZATIONS = """
INSERT INTO organization (id, slug, name, time_zone, locale, stored_settings, created_at)
SELECT id, 'org' || id, 'Org', 'UTC', 'en', '{}', now() FROM generate_series(1, 3) id
"""
CONTACTS = """
INSERT INTO contact (organization_id, name, custom_fields, version, created_at)
SELECT 1 + id % 2, 'Guest', '{}', 1, now() FROM generate_series(1, 5) id
"""
LISTED = """
SELECT one.organization_id, one.name, one.is_default, count(contact.id)
FROM contact_list one LEFT JOIN contact
    ON contact.contact_list_id = one.id AND contact.organization_id = one.organization_id
GROUP BY one.id ORDER BY one.organization_id
"""


async def test_who_was_there_before_is_in_the_default_list_of_their_own_organization(postgres_url: str) -> None:
    with new_database(postgres_url) as address:
        await migrate(address, upto="0012_reminders")
        with psycopg.connect(address) as connection:
            connection.execute(ORGANIZATIONS)
            connection.execute(CONTACTS)
        await migrate(address)
        with psycopg.connect(address) as connection:
            listed = connection.execute(LISTED).fetchall()
    assert listed == [(1, "Contacts", True, 2), (2, "Contacts", True, 3), (3, "Contacts", True, 0)]


async def test_whoever_makes_a_contact_need_not_know_of_lists(organization: Organization) -> None:
    rival = await an_organization("rival")
    for one in (organization, rival):
        grace = await a_contact(one)
        await grace.refresh_from_db()
        assert grace.contact_list_id == (await ContactList.get(organization_id=one.id)).id


async def test_a_contact_stays_in_its_list_however_it_is_saved(organization: Organization) -> None:
    grace = await a_contact(organization)
    other = await ContactList.create(organization=organization, name="Customers")
    await Contact.filter(id=grace.id).update(contact_list_id=other.id)
    grace.name = "Grace Gone"
    await grace.save()
    kept = await Contact.get(id=grace.id)
    assert (kept.name, kept.contact_list_id) == ("Grace Gone", other.id)
