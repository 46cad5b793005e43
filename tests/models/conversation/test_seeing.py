"""What is asked on hot paths by one statement is what the scopes say, whoever asks."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Collection
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from models.actor import Actor, AgentActor, GuestActor, Public, SignedInGuest
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.conversation.offer import Offer, OfferRecipient
from models.conversation.seeing import conversation_seen, messages_seen
from models.conversation.telling import message_told
from models.gathering import MOST_TOGETHER
from models.organization.organization import Organization
from models.words import Direction, MemberRole, MessageKind, OfferKind, Role
from tests.builders import MONDAY, a_contact, a_service, acting, an_agent, an_organization
from tests.models.conversation.talks import begun, details, fresh, guest_of, had, say
from tests.resolvers.statements import statements

KINDS = (MessageKind.TEXT, MessageKind.NOTE, MessageKind.WHISPER)


async def _talk(conversation: Conversation, chief: Agent) -> None:
    """The guest writes and, beside a note and a whisper, somebody whom nobody oversees has something to say."""
    await say(conversation, "From the guest.")
    await Member.get_or_create(
        conversation_id=conversation.id, agent_id=chief.id,
        defaults={"organization_id": conversation.organization_id, "role": MemberRole.AGENT, "joined_at": MONDAY},
    )  # fmt: skip
    for kind in KINDS[1:]:
        await say(conversation, f"A {kind}.", chief, kind=kind)


async def _offered(conversation: Conversation, *agents: Agent) -> None:
    """To the agents, of whom the last one has said no."""
    ids: dict[str, Any] = {"organization_id": conversation.organization_id}
    offer = await Offer.create(
        conversation_id=conversation.id, kind=OfferKind.TRANSFER, created_at=MONDAY, **ids
    )
    for agent in agents:
        of_agent = {"offer_id": offer.id, "agent_id": agent.id, "is_open": agent is not agents[-1]}
        await OfferRecipient.create(offered_at=MONDAY, **of_agent, **ids)


async def _guests(conversations: Collection[Conversation]) -> list[Actor]:
    """By links of all kinds, also one who has been merged, came later, or is no member; and signed in."""
    first, *_ = conversations
    guest = await guest_of(first)
    organization = await guest.contact.organization
    other = await a_contact(organization, "Other", email="other@guests.example")
    merged = await a_contact(organization, "Merged", merged_into_id=guest.contact.id)
    invited = await a_contact(organization, "Invited", email="invited@guests.example")
    await Member.create(
        organization=organization, conversation=first, contact=invited, role=MemberRole.GUEST, since_seq=2,
        joined_at=MONDAY,
    )  # fmt: skip
    told = await Message.filter(conversation_id=first.id).order_by("-seq").first()
    assert told is not None
    await Message.filter(id=told.id).update(kind=MessageKind.SYSTEM, meeting_id=7)
    contacts = [guest.contact, other, merged, invited]
    return [
        *(GuestActor(*place) for place in product(contacts, (None, 7, 8), [one.id for one in conversations])),
        *(GuestActor(contact, 7, None) for contact in contacts),
        *(GuestActor(contact, 7, first.id, is_verified=True) for contact in contacts),
        *(
            SignedInGuest(
                contact, None, None, is_verified=True, session_id=1, email="", all_ids=frozenset({contact.id}),
                expires_at=MONDAY + timedelta(days=1),
            )
            for contact in contacts
        ),
    ]  # fmt: skip


@pytest.fixture
async def talks(organization: Organization) -> list[Conversation]:
    owner = await an_agent(organization)
    chief = await an_agent(organization, role=Role.SUPERVISOR)
    service, elsewhere = await a_service(organization, owner), await an_organization()
    foreign = await an_agent(elsewhere, role=Role.ADMINISTRATOR)
    found = [
        await had(service, owner),
        await begun(service),
        await begun(chief),
        await begun(foreign, by=details()),
    ]
    for one in found[:3]:
        await _talk(one, chief)
    return [await fresh(one) for one in found]


async def _agents(organization: Organization, conversations: Collection[Conversation]) -> list[Actor]:
    first, *_ = conversations
    offered, declined, member = [await an_agent(organization) for _ in range(3)]
    await _offered(first, offered, declined)
    await Member.create(
        organization=organization, conversation=first, agent=member, role=MemberRole.AGENT, joined_at=MONDAY
    )
    return [acting(agent) for agent in await Agent.all()]


async def test_every_actor_is_shown_by_one_statement_what_the_scopes_show_them(
    organization: Organization, talks: list[Conversation]
) -> None:
    actors = [Public(), *await _agents(organization, talks), *await _guests(talks)]
    ids = [one.id for one in await Message.all()]
    shown: set[tuple[int, int]] = set()
    for actor in actors:
        for one in talks:
            in_scope = await Conversation.visible_to(actor).filter(id=one.id).exists()
            found = await conversation_seen(one.id, by=actor)
            assert (found is not None) == in_scope, actor
        scope = {one.id for one in await Message.visible_to(actor).filter(id__in=ids)}
        assert {one.id for one in await messages_seen(ids, by=actor)} == scope, actor
        assert {id for id in ids if await message_told(id, to=actor) is not None} == scope, actor
        shown |= {(len(scope), isinstance(actor, AgentActor))}
    assert len(shown) > 8, "they are hardly to be told apart"


async def test_whoever_hears_of_messages_together_is_told_what_the_scopes_show_them(
    organization: Organization, talks: list[Conversation]
) -> None:
    actors = [Public(), *await _agents(organization, talks), *await _guests(talks)]
    asked = list(product([one.id for one in await Message.all()], actors))
    with statements() as sent:
        told = await gather(*(message_told(id, to=actor) for id, actor in asked))
    assert len(sent) == -(-len(asked) // MOST_TOGETHER)
    for actor in actors:
        scope = {one.id for one in await Message.visible_to(actor)}
        found = {one.message.id for one, (_, who) in zip(told, asked, strict=True) if one and who is actor}
        assert found == scope, actor


async def test_it_is_the_same_statement_for_all_guests_and_the_same_for_all_agents(
    organization: Organization, talks: list[Conversation]
) -> None:
    guests = [await guest_of(one) for one in talks[:2]]
    agents = [acting(await an_agent(organization)) for _ in range(2)]
    for alike in (guests, agents):
        with statements() as sent:
            for actor in alike:
                await messages_seen([1], by=actor)
                await conversation_seen(1, by=actor)
        said = [one[: one.rindex("{")] for one in sent]
        assert said[:2] == said[2:]


async def test_a_message_is_told_with_who_its_author_is_by_now_and_whether_that_is_who_hears_it(
    organization: Organization, talks: list[Conversation]
) -> None:
    guest, said = await guest_of(talks[0]), await say(talks[0], "It is me.")
    now = await a_contact(organization, "Now", email="now@guests.example")
    other = await a_contact(organization, "Other", email="other@guests.example")
    await Contact.filter(id=guest.contact.id).update(merged_into_id=now.id)
    await Member.filter(contact_id=guest.contact.id).update(contact_id=now.id)
    await Member.create(
        organization=organization, conversation=talks[0], contact=other, role=MemberRole.GUEST, joined_at=MONDAY
    )
    for contact, is_own in ((guest.contact, True), (now, True), (other, False)):
        told = await message_told(said.id, to=GuestActor(contact, None, talks[0].id))
        assert told is not None and told.message == said
        assert (told.author, told.is_own) == (now, is_own)


async def test_who_a_contact_was_merged_into_is_not_forgotten(talks: list[Conversation]) -> None:
    guest = await guest_of(talks[0])
    then = await a_contact(await guest.contact.organization, "Then", merged_into_id=guest.contact.id)
    assert await conversation_seen(talks[0].id, by=GuestActor(then, None, talks[0].id)) is not None
    assert await Contact.filter(id=then.id).exists()


async def test_a_message_is_told_with_the_agent_who_wrote_it_whole_also_one_who_has_left(
    organization: Organization, talks: list[Conversation]
) -> None:
    talk, anna = talks[0], await an_agent(organization, languages=["it"])
    await Member.create(
        organization=organization, conversation=talk, agent=anna, role=MemberRole.AGENT, joined_at=MONDAY
    )
    said = await Message.create(
        organization=organization, conversation=talk, seq=1000, kind=MessageKind.TEXT, direction=Direction.OUTBOUND,
        author_agent=anna, text="Hello", at=MONDAY,
    )  # fmt: skip
    await Agent.filter(id=anna.id).update(is_active=False, deleted_at=MONDAY)
    told = await message_told(said.id, to=await guest_of(talk))
    assert told is not None and told.agent is not None and told.author is None
    [loaded] = await Agent.of_ids([anna.id])
    assert vars(told.agent) == vars(loaded)


async def test_what_a_guest_or_the_system_has_written_is_told_with_no_agent(talks: list[Conversation]) -> None:
    said = await say(talks[0], "It is me.")
    told = await message_told(said.id, to=await guest_of(talks[0]))
    assert told is not None and told.agent is None
