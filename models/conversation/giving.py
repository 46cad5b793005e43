"""The one way in which an agent gets a conversation, however that was decided."""

from __future__ import annotations

from datetime import datetime

from models.actor import AgentActor, GuestActor, KnownActor
from models.agent.agent import Agent
from models.conversation.adding import add_system_message, tell_inbox
from models.conversation.assignment import AssignmentRecord
from models.conversation.conversation import Conversation, Member
from models.conversation.load import take_room
from models.conversation.offer import Offer
from models.conversation.said import said
from models.conversation.saying import Saying
from models.queueing.counting import queue_changed
from models.queueing.later import flow_later
from models.queueing.offering import withdraw_pending
from models.transactions import Transaction
from models.words import AssignmentCause, ConversationStatus, MemberRole, SystemEvent
from realtime.events import Announcement, Audience, EventKind, announce, conversation_topic, inbox_topic

_ACTIVE = (ConversationStatus.WAITING, ConversationStatus.OPEN)


async def give(
    tx: Transaction,
    conversation: Conversation,
    agent: Agent,
    *,
    service_id: int | None,
    actor: AgentActor | None,
    how: AssignmentCause,
    offer: Offer | None = None,
    note: str | None = None,
    now: datetime,
) -> AssignmentRecord:
    """Make the agent the assignee, keep in the ledger who did it (None: the system) and how, and tell those whom it
    concerns. Whoever had it stays a member; when it is taken from a queue, agents leave who were there for nothing
    else. What was offered of it, but by this `offer`, is withdrawn.

    The caller holds the agent, and then the conversation, whose row here is the one that was locked. Refuses
    AtCapacity.
    """
    former_id = conversation.assignee_id
    opens = conversation.status in _ACTIVE
    if opens and former_id != agent.id:
        await take_room(tx, agent, conversation)
    queue_changed(conversation.service_id, service_id)
    await withdraw_pending(tx, conversation, but=offer, now=now)
    await _hand_over(conversation, agent, service_id=service_id, opens=opens, now=now)
    return await enter(
        tx, conversation, from_id=former_id, to_id=agent.id, actor=actor, how=how, offer=offer, note=note, now=now
    )  # fmt: skip


async def enter(
    tx: Transaction,
    conversation: Conversation,
    *,
    from_id: int | None,
    to_id: int | None,
    actor: KnownActor | None,
    how: AssignmentCause,
    offer: Offer | None = None,
    note: str | None = None,
    now: datetime,
) -> AssignmentRecord:
    """Enter into the ledger who had the conversation, and who has it, and tell those two and its agents. Who had it may
    have room for another one now."""
    record = await tx.add(
        AssignmentRecord(
            organization_id=conversation.organization_id,
            conversation_id=conversation.id,
            at=now,
            from_agent_id=from_id,
            to_agent_id=to_id,
            actor_agent_id=actor.agent.id if isinstance(actor, AgentActor) else None,
            actor_contact_id=actor.contact.id if isinstance(actor, GuestActor) else None,
            how=how,
            offer_id=None if offer is None else offer.id,
            reason=note,
        )
    )
    announce_assignment(conversation, record)
    if from_id not in (None, to_id):
        await flow_later(tx, agent_id=from_id)
    await tx.later("webhooks.tell_of_assignment", lock=f"conversation:{conversation.id}", record_id=record.id)
    return record


async def say_assigned(tx: Transaction, conversation: Conversation, agent: Agent, *, now: datetime) -> None:
    """Write into the conversation that the agent has it now."""
    text = said(Saying.IS_HERE, agent=agent.name)
    await add_system_message(tx, conversation, SystemEvent.ASSIGNED, text, meeting_id=None, now=now)


async def put(
    conversation: Conversation, agent: Agent, *, role: MemberRole, stays: bool = False, now: datetime
) -> None:
    """Have the agent be a member, in this role; one who `stays` does so whoever takes it from the queue."""
    member = Member(
        organization_id=conversation.organization_id,
        conversation_id=conversation.id,
        agent_id=agent.id,
        role=role,
        stays=stays,
        joined_at=now,
    )
    changed = ["role", "stays"] if stays else ["role"]
    await Member.bulk_create([member], on_conflict=["conversation_id", "agent_id"], update_fields=changed)


def announce_assignment(conversation: Conversation, record: AssignmentRecord) -> None:
    """Tell the conversation's agents, and the inboxes of the agent who had it and of the one who has it."""
    ids = {"conversation": conversation.id, "record": record.id}
    inboxes = {inbox_topic(agent_id) for agent_id in (record.from_agent_id, record.to_agent_id) if agent_id}
    organization_id, topic = conversation.organization_id, conversation_topic(conversation.id)
    announce(
        Announcement(organization_id, topic, EventKind.ASSIGNMENT_CHANGED, ids, Audience.AGENTS),
        Announcement(organization_id, topic, EventKind.MEMBERS_CHANGED, {"conversation": conversation.id}),
        *(
            Announcement(organization_id, inbox, EventKind.ASSIGNMENT_CHANGED, ids, Audience.AGENTS)
            for inbox in sorted(inboxes)
        ),
    )


async def _hand_over(
    conversation: Conversation, agent: Agent, *, service_id: int | None, opens: bool, now: datetime
) -> None:
    if conversation.assignee_id not in (None, agent.id):
        former = Member.filter(conversation_id=conversation.id, agent_id=conversation.assignee_id)
        await former.update(role=MemberRole.AGENT)
    await put(conversation, agent, role=MemberRole.ASSIGNEE, now=now)
    if conversation.assignee_id is None and service_id is not None:
        await _leave_queue(conversation)
    await Conversation.filter(id=conversation.id).update(
        assignee_id=agent.id,
        service_id=service_id,
        waiting_since=None,
        status=ConversationStatus.OPEN if opens else conversation.status,
    )


async def _leave_queue(conversation: Conversation) -> None:
    """Agents who are members for nothing but that it was theirs once, or their service's, are so no more."""
    queued = Member.filter(conversation_id=conversation.id, role=MemberRole.AGENT, stays=False)
    for member in await queued:
        if member.agent_id is not None:
            await member.delete()
            tell_inbox(conversation, member.agent_id)
