"""Whoever writes in a channel is found, or becomes a contact once, however many messages come at the same time."""

from __future__ import annotations

import asyncio

import pytest

from models.channel.account import ChannelAccount
from models.contact.contact import Contact
from models.contact.finding_or_making import find_or_make
from models.contact.identity import ChannelIdentity
from models.contact.merging import merge_contacts
from models.desk.contact_list import ContactList
from models.organization.organization import Organization
from models.transactions import transaction
from models.words import Channel, MessagingProvider, Role
from tests.builders import MONDAY, a_contact, a_service, acting, an_agent, an_organization

OLD, NEW = "551187654321", "5511987654321"


@pytest.fixture
async def account(organization: Organization) -> ChannelAccount:
    return await ChannelAccount.create(
        organization=organization,
        name="Door",
        provider=MessagingProvider.META,
        address="+390655599",
        service=await a_service(organization),
        contact_list=await ContactList.create(organization=organization, name="Walk-ins"),
    )


async def writes(
    account: ChannelAccount,
    identity: str = NEW,
    *,
    name: str | None = "Zé",
    channel: Channel = Channel.WHATSAPP,
) -> Contact:
    """Somebody writes to the account's number."""
    organization = await account.organization
    into = await ContactList.get_or_none(id=account.contact_list_id)
    async with transaction() as tx:
        return await find_or_make(
            tx, channel, account, identity, name=name, into=into, organization=organization
        )


async def test_a_stranger_becomes_a_contact_in_the_accounts_list(account: ChannelAccount) -> None:
    made = await Contact.get(id=(await writes(account)).id)
    assert (made.name, made.phone, made.email) == ("Zé", f"+{NEW}", None)
    assert made.contact_list_id == account.contact_list_id
    again = await writes(account, name="Another name")
    assert (again.id, again.name) == (made.id, "Zé")
    identity = await ChannelIdentity.get()
    assert (identity.contact_id, identity.identity) == (made.id, NEW)


@pytest.mark.parametrize(
    ("known", "writing"), [(f"+{NEW}", OLD), (f"+{NEW}", NEW), ("+525512345678", "5215512345678")]
)
async def test_who_is_known_by_the_number_is_found_by_either_form_of_it(
    account: ChannelAccount, known: str, writing: str
) -> None:
    grace = await a_contact(await account.organization, phone=known)
    await a_contact(await an_organization(), phone=known)
    assert (await writes(account, writing)).id == grace.id
    assert await Contact.all().count() == 2


async def test_an_identity_is_of_one_account_and_a_number_of_all(account: ChannelAccount) -> None:
    other = await ChannelAccount.create(
        organization_id=account.organization_id,
        name="Other door",
        provider=MessagingProvider.TWILIO,
        address="+390655600",
        service_id=account.service_id,
    )
    here, there = await writes(account), await writes(other)
    assert here.id == there.id
    assert await ChannelIdentity.all().count() == 2
    assert (await writes(account, "nobody", channel=Channel.WEB)).id != here.id


@pytest.mark.parametrize(
    ("said", "called"),
    [
        (None, NEW),
        ("", NEW),
        (" \n\t ", NEW),
        ("\0\x07", NEW),
        ("Zé\nda\u202eSilva", "Zé da Silva"),
        ("x" * 300, "x" * 200),
    ],
)
async def test_whatever_somebody_calls_themselves_they_are_heard(
    account: ChannelAccount, said: str | None, called: str
) -> None:
    made = await writes(account, name=said)
    assert (await Contact.get(id=made.id)).name == called


async def test_fifty_at_once_are_one_contact_under_both_forms_of_their_number(account: ChannelAccount) -> None:
    found = await asyncio.gather(*(writes(account, OLD if turn % 2 else NEW) for turn in range(50)))
    assert len({one.id for one in found}) == await Contact.all().count() == 1
    assert {one.identity for one in await ChannelIdentity.all()} == {OLD, NEW}


async def test_who_was_merged_is_found_as_who_they_are_by_now(account: ChannelAccount) -> None:
    organization = await account.organization
    chief = acting(await an_agent(organization, role=Role.ADMINISTRATOR))
    written, kept = await writes(account), await a_contact(organization)
    await merge_contacts(kept.id, written.id, actor=chief, now=MONDAY)
    assert (await writes(account)).id == (await writes(account, OLD)).id == kept.id


async def test_whoever_writes_while_they_are_merged_is_in_the_end_one(account: ChannelAccount) -> None:
    organization = await account.organization
    chief = acting(await an_agent(organization, role=Role.ADMINISTRATOR))
    numbers = [f"3933312345{number:02}" for number in range(25)]
    known = [await writes(account, one) for one in numbers]
    kept = [await a_contact(organization) for _ in numbers]

    async def begins(number: str) -> None:
        """Writes, and a contact keeps it; as a conversation would."""
        async with transaction() as tx:
            contact = await find_or_make(
                tx, Channel.WHATSAPP, account, number, name=None, into=None, organization=organization
            )
            await tx.add(ChannelIdentity(
                organization=organization, contact=contact, channel=Channel.WEB, identity=f"web-{number}"
            ))  # fmt: skip

    await asyncio.gather(
        *(
            merge_contacts(new.id, old.id, actor=chief, now=MONDAY)
            for new, old in zip(kept, known, strict=True)
        ),
        *(begins(number) for number in numbers),
    )
    theirs = {one.identity: one.contact_id for one in await ChannelIdentity.all()}
    for number, one in zip(numbers, kept, strict=True):
        assert theirs[number] == theirs[f"web-{number}"] == one.id
