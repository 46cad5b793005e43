"""Who has a conversation: assignment, and the ledger of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from errors import NotAMember
from models import input
from models.actor import AgentActor
from models.agent.agent import Agent
from models.conversation.assignment import AssignmentRecord
from models.conversation.conversation import Conversation, Member
from models.conversation.posting import add_system_message, announce_to_inboxes
from models.naming import naming_what_is_there
from models.organization.organization import Organization
from models.organization.permission import Concern, demand
from models.organization.service import Service, ServiceMember
from models.transactions import Transaction, transaction
from models.words import AssignmentCause, ConversationStatus, MemberRole, Permission, SystemEvent
from realtime.events import Announcement, Audience, EventKind, announce, conversation_topic, inbox_topic


async def assign(
    conversation: Conversation,
    agent: Agent,
    *,
    service: Service | None,
    note: str | None,
    actor: AgentActor,
    now: datetime,
) -> Conversation:
    """Make the agent the conversation's assignee, and write it into the ledger.

    Of two at the same time the later one has it, and the ledger shows both. Refuses NotAllowed to roles that may not
    assign and to managers of other offices, NotAMember for an agent outside the conversation's service, and NotFound
    for a service that is just deleted.
    """
    note = input.text(note, field=("note",), most=1_000) if note else None
    async with naming_what_is_there(), transaction() as tx:
        organization = await Organization.get(id=conversation.organization_id)
        conversation = await Conversation.filter(id=conversation.id).select_for_update().get()
        service_id = service.id if service else conversation.service_id
        former = () if conversation.assignee_id is None else (conversation.assignee_id,)
        had = Concern(agents=former, service_id=conversation.service_id)
        await demand(actor, Permission.ASSIGN, organization.settings, had, Concern(agents=[agent.id]))
        if (conversation.assignee_id, conversation.service_id) == (agent.id, service_id):
            return conversation
        await _check_service(agent, service_id)
        await _give(tx, conversation, agent, service_id=service_id, actor=actor, note=note, now=now)
        await add_system_message(
            tx, conversation, SystemEvent.ASSIGNED, f"{agent.name} is here for you.", meeting_id=None, now=now
        )
    return await Conversation.get(id=conversation.id)


async def follow_meeting(
    tx: Transaction,
    conversation_id: int,
    agent: Agent,
    *,
    leaving: Collection[Agent],
    actor: AgentActor,
    now: datetime,
) -> None:
    """Have the conversation follow its meeting to the agent; part of giving the meeting to them.

    They become the assignee where there was none, or one who leaves the meeting and stays a member; where somebody else
    has the conversation, a member. Of one that waited all agents of its service are told that it no longer does.
    """
    conversation = await Conversation.filter(id=conversation_id).select_for_update().get()
    if conversation.assignee_id not in {None, *(one.id for one in leaving)}:
        await _put(conversation, agent, role=MemberRole.AGENT, now=now)
        topic = conversation_topic(conversation.id)
        ids = {"conversation": conversation.id}
        announce(Announcement(conversation.organization_id, topic, EventKind.MEMBERS_CHANGED, ids))
        return
    await announce_to_inboxes(conversation, EventKind.CONVERSATION_CHANGED, {"conversation": conversation.id})
    await _give(tx, conversation, agent, service_id=conversation.service_id, actor=actor, now=now)


async def _give(
    tx: Transaction,
    conversation: Conversation,
    agent: Agent,
    *,
    service_id: int | None,
    actor: AgentActor,
    note: str | None = None,
    now: datetime,
) -> None:
    """Make the agent the assignee, keep in the ledger who did it, and tell those whom it concerns."""
    former_id = conversation.assignee_id
    await _hand_over(conversation, agent, service_id=service_id, now=now)
    record = await tx.add(
        AssignmentRecord(
            organization_id=conversation.organization_id,
            conversation_id=conversation.id,
            at=now,
            from_agent_id=former_id,
            to_agent_id=agent.id,
            actor_agent_id=actor.agent.id,
            how=AssignmentCause.SELF_ASSIGNED if agent.id == actor.agent.id else AssignmentCause.ASSIGNED,
            reason=note,
        )
    )
    announce_assignment(conversation, record)
    await tx.later("webhooks.tell_of_assignment", lock=f"conversation:{conversation.id}", record_id=record.id)


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


async def _check_service(agent: Agent, service_id: int | None) -> None:
    if service_id is None:
        return
    if not await ServiceMember.filter(service_id=service_id, agent_id=agent.id).exists():
        raise NotAMember(f"{agent.name} is not of the conversation's service.", field=("agentId",))


async def _hand_over(
    conversation: Conversation, agent: Agent, *, service_id: int | None, now: datetime
) -> None:
    if conversation.assignee_id not in (None, agent.id):
        await Member.filter(conversation_id=conversation.id, agent_id=conversation.assignee_id).update(
            role=MemberRole.AGENT
        )
    await _put(conversation, agent, role=MemberRole.ASSIGNEE, now=now)
    reopened = conversation.status in (ConversationStatus.WAITING, ConversationStatus.OPEN)
    await Conversation.filter(id=conversation.id).update(
        assignee_id=agent.id,
        service_id=service_id,
        waiting_since=None,
        status=ConversationStatus.OPEN if reopened else conversation.status,
    )


async def _put(conversation: Conversation, agent: Agent, *, role: MemberRole, now: datetime) -> None:
    """Have the agent be a member, in this role."""
    member = Member(
        organization_id=conversation.organization_id,
        conversation_id=conversation.id,
        agent_id=agent.id,
        role=role,
        joined_at=now,
    )
    await Member.bulk_create([member], on_conflict=["conversation_id", "agent_id"], update_fields=["role"])
