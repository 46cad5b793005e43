"""How a conversation begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from models.agent.agent import Agent
from models.contact import Contact
from models.conversation.assigning import announce_assignment
from models.conversation.assignment import AssignmentRecord
from models.conversation.conversation import Conversation, Member
from models.organization.service import Service
from models.transactions import Transaction
from models.words import AssignmentCause, Channel, ConversationStatus, MemberRole


async def open_for_meeting(
    tx: Transaction,
    *,
    title: str,
    guest: Contact,
    agents: Sequence[Agent],
    service: Service | None,
    language: str,
    now: datetime,
) -> Conversation:
    """Open the conversation of a meeting that is being booked: the guest and the agents are its members, the first
    agent its assignee."""
    [numbered] = await tx.rows(
        "UPDATE organization SET conversation_count = conversation_count + 1 WHERE id = %s"
        " RETURNING conversation_count",
        guest.organization_id,
    )
    conversation = await Conversation.create(
        organization_id=guest.organization_id,
        number=numbered["conversation_count"],
        channel=Channel.MEETING,
        status=ConversationStatus.OPEN,
        title=title,
        service=service,
        assignee=agents[0],
        contact=guest,
        language=language,
        created_at=now,
        last_message_at=now,
    )
    await _add_members(conversation, guest=guest, agents=agents, now=now)
    record = await AssignmentRecord.create(
        organization_id=guest.organization_id,
        conversation_id=conversation.id,
        at=now,
        to_agent_id=agents[0].id,
        how=AssignmentCause.BOOKED,
    )
    announce_assignment(conversation, record)
    return conversation


async def _add_members(
    conversation: Conversation, *, guest: Contact, agents: Sequence[Agent], now: datetime
) -> None:
    shared = {
        "organization_id": conversation.organization_id,
        "conversation_id": conversation.id,
        "joined_at": now,
    }
    assignee, *others = agents
    await Member.bulk_create(
        [
            Member(**shared, contact_id=guest.id, role=MemberRole.GUEST),
            Member(**shared, agent_id=assignee.id, role=MemberRole.ASSIGNEE),
            *(Member(**shared, agent_id=agent.id, role=MemberRole.AGENT) for agent in others),
        ]
    )
