"""A message is written, and told, by few statements."""

from __future__ import annotations

import asyncio

import pytest

from models.actor import AgentActor, GuestActor
from models.agent.agent import Agent
from models.conversation.conversation import Conversation, Member
from models.conversation.link import conversation_token, recognise_member
from models.conversation.posting import Draft, send_message
from models.keyring import Keyring
from models.organization.organization import Organization
from models.organization.service import Service
from models.words import MessageKind
from realtime.events import conversation_topic
from realtime.store import DatabaseStore
from tests.builders import MONDAY, a_service, acting, an_agent
from tests.models.conversation.talks import fresh, guest_of, had
from tests.resolvers.statements import statements


@pytest.fixture
async def anna(organization: Organization) -> Agent:
    return await an_agent(organization, "Anna")


@pytest.fixture
async def talk(organization: Organization, anna: Agent) -> Conversation:
    return await fresh(await had(await a_service(organization, anna), anna))


async def sent_for(talk: Conversation, actor: AgentActor | GuestActor, kind: MessageKind) -> list[str]:
    with statements() as sent:
        await send_message(talk, Draft(text="Hello", kind=kind), actor=actor, now=MONDAY)
    return sent


async def test_a_message_is_written_by_three_statements_and_a_note_by_four(
    talk: Conversation, anna: Agent
) -> None:
    """The conversation is held, the members are looked at, and the message is written, with the job that tells
    webhooks, and announced: a note by a statement of its own."""
    assert len(await sent_for(talk, await guest_of(talk), MessageKind.TEXT)) == 3
    assert len(await sent_for(talk, acting(anna), MessageKind.TEXT)) == 3
    assert len(await sent_for(talk, acting(anna), MessageKind.NOTE)) == 4


async def test_who_writes_has_read_what_they_wrote_and_nobody_else_has(talk: Conversation, anna: Agent) -> None:
    guest = await guest_of(talk)
    before = (await Member.of(talk.id, acting(anna)).get()).last_read_seq
    sent = await send_message(talk, Draft(text="Hello"), actor=guest, now=MONDAY)
    assert (await Member.of(talk.id, guest).get()).last_read_seq == sent.seq
    assert (await Member.of(talk.id, acting(anna)).get()).last_read_seq == before


async def test_a_guest_is_recognised_by_one_statement(talk: Conversation) -> None:
    keys = Keyring(b"only for tests, and long enough!")
    guest = await guest_of(talk)
    token = conversation_token((await Member.of(talk.id, guest).get()).id, keys=keys)
    with statements() as sent:
        assert (await recognise_member(token, keys=keys)).contact == guest.contact
    assert len(sent) == 1


async def test_guests_who_come_at_once_are_recognised_by_one_statement(talk: Conversation, anna: Agent) -> None:
    keys = Keyring(b"only for tests, and long enough!")
    guests = [
        await guest_of(one)
        for one in (talk, await fresh(await had(await Service.get(id=talk.service_id), anna)))
    ]
    places = [(await Member.of(one.conversation_id, one).get()).id for one in guests if one.conversation_id]
    tokens = [conversation_token(place, keys=keys) for place in places]
    with statements() as sent:
        known = await asyncio.gather(*(recognise_member(token, keys=keys) for token in tokens * 2))
    assert len(sent) == 1
    assert [(one.contact, one.conversation_id, one.member_id) for one in known] == [
        (one.contact, one.conversation_id, place) for one, place in zip(guests * 2, places * 2, strict=True)
    ]


async def test_a_feeds_events_are_read_by_one_statement(talk: Conversation) -> None:
    with statements() as sent:
        assert await DatabaseStore().read(conversation_topic(talk.id), after=0, limit=5)
    assert len(sent) == 1
