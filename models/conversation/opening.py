"""How a conversation begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from errors import ConversationClosed, Invalid
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation.assignment import AssignmentRecord
from models.conversation.conversation import Conversation, Member
from models.conversation.giving import announce_assignment
from models.conversation.standing import ASLEEP, stand
from models.organization.service import Service
from models.queueing.counting import queue_changed
from models.transactions import Transaction
from models.words import AssignmentCause, Channel, ConversationStatus, MemberRole
from realtime.events import Announcement, EventKind, announce, conversation_topic


def numbers_of(organization_id: int) -> str:
    """The sequence that the organization's conversations are numbered by."""
    return f"conversation_number_{organization_id}"


async def open_for_meeting(
    tx: Transaction,
    *,
    title: str,
    guest: Contact,
    agents: Sequence[Agent],
    service: Service | None,
    language: str,
    now: datetime,
    of_several: bool = False,
) -> Conversation:
    """Open the conversation of a meeting that is being booked: the guest and the agents are its members, the first
    agent its assignee. Without agents it waits for one of the service's. One of several guests is nobody's own."""
    conversation = await tx.add(
        Conversation(
            organization_id=guest.organization_id,
            number=await tx.draw(numbers_of(guest.organization_id)),
            channel=Channel.MEETING,
            status=ConversationStatus.OPEN if agents else ConversationStatus.WAITING,
            title=title,
            service=service,
            assignee=agents[0] if agents else None,
            contact=None if of_several else guest,
            language=language,
            created_at=now,
            last_message_at=now,
            waiting_since=None if agents else now,
        )
    )
    await _add_members(tx, conversation, guest=guest, agents=agents, now=now)
    queue_changed(None if service is None else service.id)
    if not agents:
        return conversation
    record = await tx.add(
        AssignmentRecord(
            organization_id=guest.organization_id,
            conversation_id=conversation.id,
            at=now,
            to_agent_id=agents[0].id,
            how=AssignmentCause.BOOKED,
        )
    )
    announce_assignment(conversation, record)
    return conversation


# The one that the agent has; or else one that they had, and follow still.
_OF_BOTH = """
contact_id = %s AND channel = 'MEETING'
    AND EXISTS (SELECT FROM member WHERE conversation_id = conversation.id AND agent_id = %s)
ORDER BY assignee_id IS NOT DISTINCT FROM %s DESC, id LIMIT 1 FOR UPDATE
"""


async def resume_for_meeting(guest: Contact, agent: Agent, *, now: datetime) -> Conversation | None:
    """The conversation that the guest has with the agent, for a meeting that is being booked; open again if it was not.
    None where they have not met. Whoever books has locked the guest: of two at once the second finds the first's."""
    found = await Conversation.where(_OF_BOTH, guest.id, agent.id, agent.id)
    for conversation in found:
        if conversation.status in ASLEEP and conversation.assignee_id is not None:
            await stand(conversation, ConversationStatus.OPEN)
        elif conversation.status in ASLEEP:
            await stand(conversation, ConversationStatus.WAITING, waiting_since=now)
        return conversation
    return None


async def join_for_meeting(
    conversation_id: int, *, guest: Contact, agents: Sequence[Agent], now: datetime
) -> Conversation:
    """Take the guest's own conversation for a meeting that is being booked; the agents become its members.

    Refuses Invalid for the conversation of another guest, and ConversationClosed.
    """
    conversation = await Conversation.filter(id=conversation_id).select_for_update().get()
    if conversation.contact_id != guest.id:
        raise Invalid("This is not a conversation of that guest.", field=("conversationId",))
    if conversation.status is ConversationStatus.CLOSED:
        raise ConversationClosed("The conversation is closed.", field=("conversationId",))
    present = {member.agent_id for member in await Member.filter(conversation_id=conversation.id)}
    new = [agent for agent in agents if agent.id not in present]
    if new:
        shared = {"organization_id": conversation.organization_id, "conversation_id": conversation.id}
        await Member.bulk_create(
            [Member(**shared, agent_id=one.id, role=MemberRole.AGENT, stays=True, joined_at=now) for one in new]
        )
        announce(
            Announcement(
                conversation.organization_id,
                conversation_topic(conversation.id),
                EventKind.MEMBERS_CHANGED,
                {"conversation": conversation.id},
            )
        )
    return conversation


async def _add_members(
    tx: Transaction, conversation: Conversation, *, guest: Contact, agents: Sequence[Agent], now: datetime
) -> None:
    """The conversation knows its members from here on, without asking for them."""
    shared = {
        "organization_id": conversation.organization_id,
        "conversation_id": conversation.id,
        "joined_at": now,
    }
    roles = [MemberRole.ASSIGNEE, *[MemberRole.AGENT] * len(agents)]
    members = [
        Member(**shared, contact_id=guest.id, role=MemberRole.GUEST),
        *(
            Member(**shared, agent_id=one.id, role=role, stays=True)
            for one, role in zip(agents, roles, strict=False)
        ),
    ]
    conversation.members._set_result_for_query([await tx.add(member) for member in members])
