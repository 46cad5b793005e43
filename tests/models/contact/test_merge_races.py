"""Contacts are merged while others merge them, write, book, and edit: on real parallel connections."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from random import Random

import pytest
from tortoise import connections

from errors import Invalid, Refused
from models.actor import AgentActor, GuestActor, Public
from models.agent.agent import Agent
from models.availability.target import Named, find_target
from models.contact.changing import update_contact
from models.contact.contact import Contact
from models.contact.details import GuestDetails
from models.contact.merge import ContactMerge
from models.contact.merging import merge_contacts, unmerge_contact
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.conversation.opening import open_for_meeting
from models.conversation.posting import Draft, send_message
from models.meeting.booking import book, book_alone
from models.meeting.meeting import Attendee, Meeting
from models.meeting.wish import Wish, checked
from models.organization.organization import Organization
from models.transactions import transaction
from models.words import MemberRole, Role
from tests.builders import MONDAY, a_contact, acting, an_agent
from tests.models.conversation.invariants import check_conversations

NINE = MONDAY + timedelta(hours=1)

# What is a contact's is of nobody who was merged, and who was merged is somebody who was not.
_STRAY = """
WITH gone AS (SELECT id FROM contact WHERE merged_into_id IS NOT NULL)
SELECT 'meeting' AS what, id FROM meeting WHERE guest_id IN (SELECT id FROM gone)
UNION ALL SELECT 'attendee', id FROM attendee WHERE contact_id IN (SELECT id FROM gone)
UNION ALL SELECT 'conversation', id FROM conversation WHERE contact_id IN (SELECT id FROM gone)
UNION ALL SELECT 'member', id FROM member WHERE contact_id IN (SELECT id FROM gone)
UNION ALL SELECT 'contact', id FROM contact WHERE merged_into_id IN (SELECT id FROM gone)
UNION ALL SELECT 'record', c.id FROM contact c
    WHERE (c.merged_into_id IS NULL) = EXISTS (SELECT FROM contact_merge WHERE merged_id = c.id)
"""


async def strays() -> list[tuple[str, int]]:
    rows = await connections.get("default").execute_query_dict(_STRAY)
    return [(row["what"], row["id"]) for row in rows]


@pytest.fixture
async def chief(organization: Organization) -> AgentActor:
    return acting(await an_agent(organization, "Chief", role=Role.ADMINISTRATOR))


async def tried(deed: Awaitable[Contact]) -> Contact | Refused:
    try:
        return await deed
    except Refused as refused:
        return refused


async def a_conversation(anna: Agent, guest: Contact) -> Conversation:
    async with transaction() as tx:
        return await open_for_meeting(
            tx, title="Loans", guest=guest, agents=[anna], service=None, language="en", now=MONDAY
        )


def done(outcomes: Sequence[Contact | Refused]) -> list[Contact]:
    assert {type(one) for one in outcomes} <= {Contact, Invalid}
    return [one for one in outcomes if isinstance(one, Contact)]


async def test_what_a_guest_writes_while_they_are_merged_is_heard(anna: Agent, chief: AgentActor) -> None:
    """Each of fifty writes twice as who they were, while they become somebody else; and their agent answers."""
    organization = await anna.organization
    kept = [await a_contact(organization, f"Kept {number}") for number in range(50)]
    merged = [await a_contact(organization, f"Merged {number}") for number in range(50)]
    talks = [await a_conversation(anna, one) for one in merged]
    answering = acting(anna)

    async def says(talk: Conversation, actor: GuestActor | AgentActor) -> Message:
        return await send_message(talk, Draft(text="Hello"), actor=actor, now=MONDAY)

    deeds: list[Awaitable[object]] = []
    for new, old, talk in zip(kept, merged, talks, strict=True):
        guest = GuestActor(contact=old, meeting_id=None, conversation_id=talk.id)
        deeds += [says(talk, guest), merge_contacts(new.id, old.id, actor=chief, now=MONDAY)]
        deeds += [says(talk, answering), says(talk, guest)]
    await asyncio.gather(*deeds)
    assert await strays() == []
    assert await Message.all().count() == 150
    guests = await Member.filter(contact_id__isnull=False).order_by("conversation_id")
    assert [one.contact_id for one in guests] == [one.id for one in kept]
    await check_conversations()


@pytest.mark.parametrize("seed", range(3))
async def test_fifty_merges_at_once_leave_everything_with_somebody(
    anna: Agent, chief: AgentActor, seed: int
) -> None:
    """Of a dozen, each with a conversation; in whichever direction, along chains and around rings. In the end they are
    unmerged as many at once, and everything is as it was."""
    random, organization = Random(seed), await anna.organization
    people = [await a_contact(organization, f"Guest {number}") for number in range(12)]
    owners = {(await a_conversation(anna, one)).id: one.id for one in people}
    pairs = [random.sample(people, 2) for _ in range(50)]
    outcomes = await asyncio.gather(
        *(tried(merge_contacts(keep.id, merge.id, actor=chief, now=MONDAY)) for keep, merge in pairs)
    )
    apart = await Contact.filter(merged_into_id__isnull=True).count()
    assert len(done(outcomes)) == len(people) - apart == await ContactMerge.all().count() > 0
    assert await strays() == []
    merged = [one for one in people for _ in range(2)]
    random.shuffle(merged)
    back = await asyncio.gather(*(tried(unmerge_contact(one.id, actor=chief, now=MONDAY)) for one in merged))
    assert len(done(back)) == len(people) - apart
    assert {one.id: one.contact_id for one in await Conversation.all()} == owners
    assert {one.conversation_id: one.contact_id for one in await Member.filter(agent_id=None)} == owners
    assert not await Contact.exists(known_otherwise=True)
    assert await strays() == []
    await check_conversations()


async def test_two_who_were_in_one_conversation_are_one_member_of_it(anna: Agent, chief: AgentActor) -> None:
    """Both are merged, either into the other, fifty times at once."""
    organization = await anna.organization
    grace, heidi = await a_contact(organization), await a_contact(organization, "Heidi")
    talk = await a_conversation(anna, grace)
    await Member.create(
        organization=organization, conversation=talk, contact=heidi, role=MemberRole.INVITED, joined_at=MONDAY
    )
    before = await Member.filter(contact_id__isnull=False).order_by("id").values()
    pairs = [(grace, heidi), (heidi, grace)] * 25
    outcomes = await asyncio.gather(
        *(tried(merge_contacts(one.id, other.id, actor=chief, now=MONDAY)) for one, other in pairs)
    )
    [kept] = done(outcomes)
    assert [one.contact_id for one in await Member.filter(contact_id__isnull=False)] == [kept.id]
    merged = heidi if kept.id == grace.id else grace
    back = await asyncio.gather(
        *(tried(unmerge_contact(merged.id, actor=chief, now=MONDAY)) for _ in range(50))
    )
    assert len(done(back)) == 1
    assert await Member.filter(contact_id__isnull=False).order_by("id").values() == before


@pytest.mark.parametrize("alone", [True, False])
async def test_who_books_while_they_are_merged_is_the_kept_one(
    anna: Agent, chief: AgentActor, alone: bool
) -> None:
    organization = await anna.organization
    target = await find_target(Named(agent_id=anna.id), actor=Public(), now=MONDAY)
    kept = [await a_contact(organization, f"Kept {number}") for number in range(25)]

    async def books(number: int, start: int) -> Meeting:
        guest = GuestDetails(
            name=f"Guest {number}",
            email=f"g{number}@guests.example",
            phone=None,
            locale=None,
            time_zone="Europe/Rome",
        )
        days, slot = divmod(start, 16)
        at = NINE + timedelta(days=days, minutes=30 * slot)
        wish = checked(Wish(target=target, start=at, guest=guest), actor=Public())
        if alone:
            return await book_alone(wish, actor=Public(), now=MONDAY, once=None)
        return await book(wish, actor=Public(), now=MONDAY)

    merged = [await Contact.get(id=(await books(number, number)).guest_id) for number in range(25)]
    deeds: list[Awaitable[object]] = []
    for number, (new, old) in enumerate(zip(kept, merged, strict=True)):
        deeds += [merge_contacts(new.id, old.id, actor=chief, now=MONDAY), books(number, 25 + number)]
    await asyncio.gather(*deeds)
    assert await strays() == []
    assert await Contact.all().count() == 50
    guests = [one.contact_id for one in await Attendee.all()]
    assert sorted(one for one in guests if one) == sorted([one.id for one in kept] * 2)


async def test_an_edit_comes_before_a_merge_or_is_refused(anna: Agent, chief: AgentActor) -> None:
    organization = await anna.organization
    pairs = [
        (
            await a_contact(organization, f"Kept {number}", email=None),
            await a_contact(organization, f"Old {number}"),
        )
        for number in range(25)
    ]
    deeds: list[Awaitable[Contact | Refused]] = []
    for new, old in pairs:
        mail = f"new{old.id}@guests.example"
        deeds += [
            tried(update_contact(old.id, actor=chief, now=MONDAY, email=mail)),
            tried(merge_contacts(new.id, old.id, actor=chief, now=MONDAY)),
        ]
    outcomes = await asyncio.gather(*deeds)
    for (new, old), edit in zip(pairs, outcomes[::2], strict=True):
        kept, gone = await Contact.get(id=new.id), await Contact.get(id=old.id)
        expected = "grace@guests.example" if isinstance(edit, Refused) else f"new{old.id}@guests.example"
        assert (kept.email, gone.email, gone.merged_into_id) == (expected, expected, new.id)
    assert await strays() == []
