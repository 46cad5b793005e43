"""Posting is whole or not at all: the row, its event and its hint belong together."""

from __future__ import annotations

from copy import copy
from datetime import datetime

import pytest
from tortoise.exceptions import IntegrityError

from errors import NotFound
from models.actor import GuestActor
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation.conversation import Conversation, Member
from models.conversation.joining import add_agent
from models.conversation.leaving import leave
from models.conversation.message import Message
from models.conversation.opening import open_for_meeting
from models.conversation.posting import Draft, send_message
from models.conversation.tagging import tag_conversation
from models.event import EventRow
from models.transactions import transaction
from models.words import ConversationStatus, MemberRole
from realtime.events import Hint, conversation_topic, inbox_topic
from tests.builders import MONDAY, a_contact, acting

KEPT = ("organization_id", "conversation_id", "seq", "kind", "direction", "at")


@pytest.fixture
async def conversation(anna: Agent) -> Conversation:
    guest = await a_contact(await anna.organization)
    async with transaction() as tx:
        return await open_for_meeting(
            tx, title="Loans", guest=guest, agents=[anna], service=None, language="en", now=MONDAY
        )


async def guest_of(conversation: Conversation) -> GuestActor:
    contact = await Contact.get(id=conversation.contact_id)
    return GuestActor(contact=contact, meeting_id=None, conversation_id=conversation.id)


async def send(
    conversation: Conversation, *, reply_to_id: int | None = None, now: datetime = MONDAY
) -> Message:
    draft = Draft(text="Hello", reply_to_id=reply_to_id)
    return await send_message(conversation, draft, actor=await guest_of(conversation), now=now)


async def test_a_message_is_told_to_its_conversation_and_the_agents_inbox(
    conversation: Conversation, anna: Agent, published: list[Hint]
) -> None:
    sent = await send(conversation)
    topics = {conversation_topic(conversation.id), inbox_topic(anna.id)}
    assert {hint.topic for hint in published} == topics
    for hint in published:
        newest = await EventRow.filter(topic=hint.topic).order_by("-seq").first()
        assert newest is not None
        assert newest.seq == hint.seq
    assert (await Conversation.get(id=conversation.id)).last_seq == sent.seq == 1


async def test_a_refused_message_leaves_neither_row_nor_event_nor_hint(
    conversation: Conversation, published: list[Hint]
) -> None:
    events = await EventRow.all().count()
    with pytest.raises(NotFound):
        await send(conversation, reply_to_id=1)
    assert published == []
    assert await EventRow.all().count() == events
    assert (await Conversation.get(id=conversation.id)).last_seq == 0


async def test_what_is_undone_around_it_undoes_the_message(
    conversation: Conversation, published: list[Hint]
) -> None:
    events = await EventRow.all().count()
    with pytest.raises(RuntimeError, match="second thoughts"):
        async with transaction():
            await send(conversation)
            raise RuntimeError("second thoughts")
    assert published == []
    assert (await Message.all().count(), await EventRow.all().count()) == (0, events)


async def test_several_verbs_in_one_transaction_are_told_together(
    conversation: Conversation, published: list[Hint]
) -> None:
    async with transaction():
        await send(conversation)
        await send(conversation)
        assert published == []
    assert len(published) == 2  # one hint a topic
    assert (await Conversation.get(id=conversation.id)).last_seq == 2


async def test_the_database_takes_no_seq_and_no_member_twice(conversation: Conversation, anna: Agent) -> None:
    """Also of whoever goes around the verbs."""
    sent = await send(conversation)
    copy = {name: getattr(sent, name) for name in KEPT}
    with pytest.raises(IntegrityError):
        await Message.create(**copy)
    shared = {"organization_id": anna.organization_id, "conversation_id": conversation.id, "joined_at": MONDAY}
    with pytest.raises(IntegrityError):
        await Member.create(**shared, agent_id=anna.id, role=MemberRole.AGENT)
    with pytest.raises(IntegrityError):
        await Member.create(**shared, role=MemberRole.AGENT)  # neither agent nor contact
    with pytest.raises(IntegrityError):
        await Member.create(
            **shared, agent_id=anna.id, contact_id=conversation.contact_id, role=MemberRole.AGENT
        )


async def test_nothing_is_done_in_a_conversation_that_was_deleted_a_moment_ago(
    conversation: Conversation, anna: Agent
) -> None:
    guest, agent = await guest_of(conversation), acting(anna)
    await Conversation.all().delete()
    closed = copy(conversation)
    closed.status, closed.assignee_id = ConversationStatus.CLOSED, anna.id
    tries = [
        send_message(conversation, Draft(text="Hello"), actor=guest, now=MONDAY),
        send_message(conversation, Draft(text="Hello"), actor=agent, now=MONDAY),
        send_message(closed, Draft(text="Hello"), actor=agent, now=MONDAY),
        leave(conversation, actor=guest, now=MONDAY),
        tag_conversation(conversation, add=[], remove=[], actor=agent),
        add_agent(conversation, anna, actor=agent, now=MONDAY),
    ]
    for refused in tries:
        with pytest.raises(NotFound):
            await refused
