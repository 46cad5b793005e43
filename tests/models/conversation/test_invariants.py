"""What finds what must not be, finds it."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.conversation.assignment import AssignmentRecord
from models.conversation.conversation import Conversation, Member
from models.conversation.offer import Offer
from models.conversation.opening import open_for_meeting
from models.transactions import transaction
from models.words import Channel, ConversationStatus, MemberRole, OfferKind, OfferStatus
from tests.builders import MONDAY, a_contact, an_agent
from tests.models.conversation.invariants import check_conversations


@pytest.fixture
async def conversation(anna: Agent) -> Conversation:
    guest = await a_contact(await anna.organization)
    async with transaction() as tx:
        return await open_for_meeting(
            tx, title="Loans", guest=guest, agents=[anna], service=None, language="en", now=MONDAY
        )


async def test_a_conversation_as_it_begins_is_whole(conversation: Conversation) -> None:
    await check_conversations()


async def test_an_owner_who_got_lost_is_found(conversation: Conversation) -> None:
    await Conversation.all().update(assignee_id=None)
    with pytest.raises(AssertionError, match="without an owner"):
        await check_conversations()


async def test_a_second_owner_is_found(conversation: Conversation, anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    shared: dict[str, Any] = {
        "organization_id": anna.organization_id,
        "conversation": conversation,
        "joined_at": MONDAY,
    }
    await Member.create(**shared, agent=ben, role=MemberRole.ASSIGNEE)
    with pytest.raises(AssertionError, match="not the one owner"):
        await check_conversations()


async def test_a_ledger_with_a_gap_is_found(conversation: Conversation) -> None:
    await AssignmentRecord.all().delete()
    with pytest.raises(AssertionError, match="ends with somebody else"):
        await check_conversations()


async def test_a_seq_that_nobody_has_is_found(conversation: Conversation) -> None:
    await Conversation.all().update(last_seq=1)
    with pytest.raises(AssertionError, match="messages with a gap"):
        await check_conversations()


async def test_an_agent_with_too_much_is_found(conversation: Conversation, anna: Agent) -> None:
    await Conversation.all().update(channel=Channel.WEB)
    await check_conversations()
    await Agent.all().update(conversation_capacity=0)
    with pytest.raises(AssertionError, match="more conversations than they can have"):
        await check_conversations()


@pytest.mark.parametrize("kind", [OfferKind.QUEUE, OfferKind.TRANSFER])
async def test_an_offer_of_what_is_over_is_found(
    conversation: Conversation, anna: Agent, kind: OfferKind
) -> None:
    await Offer.create(
        organization_id=anna.organization_id,
        conversation=conversation,
        kind=kind,
        status=OfferStatus.PENDING,
        from_agent=anna,
        created_at=MONDAY,
    )
    await Conversation.all().update(status=ConversationStatus.CLOSED, closed_at=MONDAY)
    with pytest.raises(AssertionError, match="an offer that is open"):
        await check_conversations()
