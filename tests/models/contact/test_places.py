"""Contacts who have places in one conversation are merged, and are themselves again in whichever order."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from models.actor import AgentActor
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.contact.details import Known
from models.contact.merge import ContactMerge
from models.contact.merging import merge_contacts, unmerge_contact
from models.contact.recognising import known_by
from models.conversation.conversation import Conversation, Member
from models.conversation.opening import open_for_meeting
from models.organization.organization import Organization
from models.transactions import transaction
from models.words import MemberRole, Role
from tests.builders import MONDAY, a_contact, acting, an_agent

Place = tuple[int | None, MemberRole, int | None]
"""Whose it is, as what, and since when they read along."""


@pytest.fixture
async def chief(organization: Organization) -> AgentActor:
    return acting(await an_agent(organization, "Chief", role=Role.ADMINISTRATOR))


async def a_conversation(anna: Agent, guest: Contact) -> Conversation:
    async with transaction() as tx:
        return await open_for_meeting(
            tx, title="Loans", guest=guest, agents=[anna], service=None, language="en", now=MONDAY
        )


async def invited(talk: Conversation, guest: Contact, since: int) -> Member:
    return await Member.create(
        organization_id=talk.organization_id,
        conversation=talk,
        contact=guest,
        role=MemberRole.INVITED,
        since_seq=since,
        joined_at=MONDAY,
    )


async def places() -> Sequence[Place]:
    """Of guests, by their age."""
    rows = await Member.filter(contact_id__isnull=False).order_by("id")
    return [(one.contact_id, one.role, one.since_seq) for one in rows]


@pytest.mark.parametrize("is_kept", [True, False])
async def test_whoever_was_there_from_the_beginning_goes_on_reading_all(
    anna: Agent, chief: AgentActor, is_kept: bool
) -> None:
    grace, heidi = await a_contact(await anna.organization), await a_contact(await anna.organization, "Heidi")
    await invited(await a_conversation(anna, grace), heidi, 5)
    kept, other = (grace, heidi) if is_kept else (heidi, grace)
    await merge_contacts(kept.id, other.id, actor=chief, now=MONDAY)
    assert await places() == [(kept.id, MemberRole.GUEST, None)]


@pytest.mark.parametrize("keep", range(3))
@pytest.mark.parametrize("chained", [True, False])
@pytest.mark.parametrize("back", [(0, 1), (1, 0)])
async def test_of_three_in_one_conversation_each_has_their_own_place_again(
    anna: Agent, chief: AgentActor, keep: int, chained: bool, back: tuple[int, int]
) -> None:
    """The last one is merged into the other two, who are one already; or into one of them, who then becomes the
    third."""
    organization = await anna.organization
    people = [await a_contact(organization, name) for name in ("Grace", "Heidi", "Ivan")]
    talk = await a_conversation(anna, people[0])
    await invited(talk, people[1], 9)
    await invited(talk, people[2], 4)
    before = await places()
    kept, *others = people[keep:] + people[:keep]
    merges = [(others[0], others[1]), (kept, others[0])] if chained else [(kept, one) for one in others]
    for one, other in merges:
        await merge_contacts(one.id, other.id, actor=chief, now=MONDAY)
    assert [place[1:] for place in await places()] == [(MemberRole.GUEST, None)]
    first, last = (merges[number][1] for number in back)
    await unmerge_contact(first.id, actor=chief, now=MONDAY)
    together = {kept.id, last.id} if not (chained and first is others[0]) else {others[0].id, last.id}
    alone = {one.id for one in people} - together
    assert {place for place in await places() if place[0] in alone} == {
        place for place in before if place[0] in alone
    }
    [shared] = [place for place in await places() if place[0] not in alone]
    of_both = [place for place in before if place[0] in together]
    since = min(place[2] or 0 for place in of_both) or None
    assert shared[1:] == (MemberRole.GUEST if since is None else MemberRole.INVITED, since)
    await unmerge_contact(last.id, actor=chief, now=MONDAY)
    assert await places() == before
    assert not await ContactMerge.exists()


@pytest.mark.parametrize("back", [("Heidi", "Ivan"), ("Ivan", "Heidi")])
async def test_an_address_is_of_nobody_who_has_it_from_somebody_who_left(
    anna: Agent, chief: AgentActor, back: tuple[str, str]
) -> None:
    """Ivan became Heidi, who had no address, and she Grace, who had none either."""
    organization = await anna.organization
    grace, heidi = [await a_contact(organization, name, email=None) for name in ("Grace", "Heidi")]
    ivan = await a_contact(organization, "Ivan", email="ivan@guests.example")
    await merge_contacts(heidi.id, ivan.id, actor=chief, now=MONDAY)
    await merge_contacts(grace.id, heidi.id, actor=chief, now=MONDAY)
    assert await Contact.filter(email="ivan@guests.example").count() == 3
    for name in back:
        await unmerge_contact((await Contact.get(name=name)).id, actor=chief, now=MONDAY)
    assert [one.name for one in await Contact.filter(email="ivan@guests.example")] == ["Ivan"]
    assert not await Contact.exists(known_otherwise=True, name="Ivan")


async def test_by_what_a_contact_has_no_more_nobody_is_recognised(anna: Agent, chief: AgentActor) -> None:
    """Grace had her address of Heidi, and her number of Ivan."""
    organization = await anna.organization
    grace = await a_contact(organization, email=None)
    heidi = await a_contact(organization, "Heidi", email="heidi@guests.example")
    ivan = await a_contact(organization, "Ivan", email=None, phone="+390655501")
    for one in (heidi, ivan):
        await merge_contacts(grace.id, one.id, actor=chief, now=MONDAY)
    said = Known("Grace Guest", "heidi@guests.example", None)
    assert await known_by(said, organization_id=organization.id) == grace
    await unmerge_contact(heidi.id, actor=chief, now=MONDAY)
    assert await known_by(said, organization_id=organization.id) is None
