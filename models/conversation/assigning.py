"""Who has a conversation: assignment, and the ledger of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from errors import ConversationClosed, NotAMember, NotFound
from models import input
from models.actor import AgentActor
from models.agent.agent import Agent
from models.agent.locking import lock_agents
from models.conversation.adding import announce_to_inboxes
from models.conversation.conversation import Conversation, Member
from models.conversation.giving import give, put, say_assigned
from models.conversation.holding import hold
from models.conversation.load import has_room
from models.conversation.rights import check_may_assign
from models.naming import naming_what_is_there
from models.organization.permission import Concern
from models.organization.service import Service, ServiceMember
from models.transactions import Transaction, transaction
from models.words import AssignmentCause, ConversationStatus, MemberRole
from realtime.events import Announcement, EventKind, announce, conversation_topic


async def assign(
    conversation: Conversation,
    agent: Agent,
    *,
    service: Service | None,
    note: str | None,
    actor: AgentActor,
    now: datetime,
) -> Conversation:
    """Make the agent the conversation's assignee, in this service, and write it into the ledger. Without a service it
    stays in its own; who takes it themselves and is not of that takes it to one of theirs, the nearest. What was
    offered of it is withdrawn.

    Of two at the same time the later one has it, and the ledger shows both. Refuses NotAllowed to roles that may not
    assign and to managers of other offices, NotAMember for an agent outside the service, AtCapacity,
    ConversationClosed, and NotFound for an agent or a service that are gone since.
    """
    note = input.text(note, field=("note",), most=1_000) if note else None
    async with naming_what_is_there(), transaction() as tx:
        await lock_agents(tx, [agent.id])
        agent = await _still_there(agent, actor)
        conversation = await hold(tx, conversation.id)
        await check_may_assign(actor, conversation, Concern(agents=[agent.id]))
        if conversation.status is ConversationStatus.CLOSED:
            raise ConversationClosed("The conversation is closed: reopen it first.")
        service_id = await _service_for(conversation, agent, service, actor=actor)
        if (conversation.assignee_id, conversation.service_id) == (agent.id, service_id):
            return conversation
        how = AssignmentCause.SELF_ASSIGNED if agent.id == actor.agent.id else AssignmentCause.ASSIGNED
        await give(tx, conversation, agent, service_id=service_id, actor=actor, how=how, note=note, now=now)
        await say_assigned(tx, conversation, agent, now=now)
    return await Conversation.get(id=conversation.id)


async def _still_there(agent: Agent, actor: AgentActor) -> Agent:
    found = await Agent.of(actor.organization_id).get_or_none(id=agent.id, is_active=True)
    if found is None:
        raise NotFound("There is no such agent.", field=("agentId",))
    return found


async def _service_for(
    conversation: Conversation, agent: Agent, service: Service | None, *, actor: AgentActor
) -> int | None:
    """The service that the agent has the conversation in; None for what is of no service, and is somebody's already.
    Refuses NotAMember."""
    wanted = conversation.service_id if service is None else service.id
    if wanted is None:
        return None if conversation.assignee_id is not None else await _nearest_service(agent, conversation)
    if await ServiceMember.filter(service_id=wanted, agent_id=agent.id).exists():
        return wanted
    if await Member.filter(conversation_id=conversation.id, agent_id=agent.id, stays=True).exists():
        raise NotAMember(f"{agent.name} was added to it, and is not of its service.", field=("agentId",))
    if service is None and agent.id == actor.agent.id and (own := await _nearest_service(agent, conversation)):
        return own
    raise NotAMember(f"{agent.name} is not of the conversation's service.", field=("agentId",))


async def _nearest_service(agent: Agent, conversation: Conversation) -> int | None:
    """Of the agent's services that are at work, the one that the guest has talked with last; else the first one."""
    at_work: dict[str, Any] = {"service__is_active": True, "service__deleted_at__isnull": True}
    own = ServiceMember.filter(agent_id=agent.id, **at_work).order_by("id")
    ids: list[int] = [member.service_id for member in await own]
    if conversation.contact_id is not None:
        had = Conversation.filter(contact_id=conversation.contact_id, service_id__in=ids)
        last = await had.exclude(id=conversation.id).order_by("-id").first()
        if last is not None:
            return last.service_id
    return ids[0] if ids else None


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
    has the conversation, or they have no room for it, a member. Of one that waited all agents of its service are told
    that it no longer does. The caller holds the agent.
    """
    conversation = await Conversation.filter(id=conversation_id).select_for_update().get()
    is_theirs = conversation.assignee_id in {None, *(one.id for one in leaving)}
    if not is_theirs or not await has_room(tx, agent, conversation):
        await put(conversation, agent, role=MemberRole.AGENT, stays=True, now=now)
        topic = conversation_topic(conversation.id)
        ids = {"conversation": conversation.id}
        announce(Announcement(conversation.organization_id, topic, EventKind.MEMBERS_CHANGED, ids))
        return
    await announce_to_inboxes(conversation, EventKind.CONVERSATION_CHANGED, {"conversation": conversation.id})
    how = AssignmentCause.SELF_ASSIGNED if agent.id == actor.agent.id else AssignmentCause.ASSIGNED
    service_id = conversation.service_id
    await give(tx, conversation, agent, service_id=service_id, actor=actor, how=how, now=now)
    await put(conversation, agent, role=MemberRole.ASSIGNEE, stays=True, now=now)
