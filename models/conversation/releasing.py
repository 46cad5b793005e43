"""Conversations go back into the queue of their service, where they wait for somebody else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from errors import ConversationClosed, Invalid
from models.actor import AgentActor
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation.adding import add_system_message
from models.conversation.conversation import Conversation, Member
from models.conversation.giving import enter
from models.conversation.holding import hold, hold_with_owner
from models.conversation.rights import check_may_assign
from models.conversation.said import said
from models.conversation.saying import Saying
from models.conversation.standing import announce_change, stand
from models.organization.service import Service
from models.queueing.finding import service_for
from models.queueing.later import route_later
from models.queueing.offering import withdraw_pending
from models.transactions import Transaction, transaction
from models.words import AssignmentCause, ConversationStatus, MemberRole, SystemEvent


async def unassign(conversation: Conversation, *, actor: AgentActor, now: datetime) -> Conversation:
    """Take the conversation from whoever has it: it waits in its service's queue, and is offered anew, also where it
    slept. What waits already goes on waiting.

    Refuses NotAllowed as for assigning, ConversationClosed, and Invalid for one of no service.
    """
    async with transaction() as tx:
        conversation = await hold(tx, conversation.id)
        await check_may_assign(actor, conversation)
        if conversation.status is ConversationStatus.CLOSED:
            raise ConversationClosed("The conversation is closed.")
        if conversation.service_id is None:
            raise Invalid("It is of no service that it could wait in: assign it to somebody else.")
        if conversation.status is not ConversationStatus.WAITING:
            await queue(tx, conversation, service_id=conversation.service_id, actor=actor, now=now)
            await say_released(tx, conversation, now=now)
    return await Conversation.get(id=conversation.id)


async def say_released(tx: Transaction, conversation: Conversation, *, now: datetime) -> None:
    """Write into the conversation that whoever had it has it no more."""
    await add_system_message(tx, conversation, SystemEvent.UNASSIGNED, said(Saying.SOON), now=now)


async def queue(
    tx: Transaction,
    conversation: Conversation,
    *,
    service_id: int | None,
    actor: AgentActor | None = None,
    note: str | None = None,
    now: datetime,
) -> None:
    """Have the conversation, which the caller holds, wait for an owner in this service, whatever it did before; and
    look for one. Who had it stays a member until somebody takes it."""
    former_id = conversation.assignee_id
    await withdraw_pending(tx, conversation, now=now)
    if former_id is not None:
        had = Member.filter(conversation_id=conversation.id, agent_id=former_id)
        await had.update(role=MemberRole.AGENT)
    place: dict[str, Any] = {"assignee_id": None, "service_id": service_id, "waiting_since": now}
    await stand(conversation, ConversationStatus.WAITING, **place)
    if former_id is not None:
        how = AssignmentCause.UNASSIGNED
        await enter(
            tx, conversation, from_id=former_id, to_id=None, actor=actor, how=how, note=note, now=now
        )  # fmt: skip
    await announce_change(conversation)
    await route_later(tx, conversation)


async def queue_of(conversation: Conversation, owner: Agent | None) -> int | None:
    """In whose queue it waits without its owner: that of its service, as long as that is at work, or of one that is
    found anew; None where there is none."""
    named = None if conversation.service_id is None else await Service.get(id=conversation.service_id)
    guest = None if conversation.contact_id is None else await Contact.get(id=conversation.contact_id)
    found = await service_for(named=named, guest=guest, agent=owner)
    return conversation.service_id if found is None else found


async def release_all(agent_id: int, *, now: datetime) -> None:
    """Put what an agent has open, who works here no more, into queues; what there is none for stays theirs. What sleeps
    does so when it wakes (see reopening.py)."""
    own = Conversation.filter(assignee_id=agent_id, status=ConversationStatus.OPEN).order_by("id")
    for conversation in await own.only("id"):
        async with transaction() as tx:
            held = await hold_with_owner(tx, conversation.id)
            if held.owner is None or held.owner.id != agent_id or held.owner.is_active:
                continue
            if held.conversation.status is ConversationStatus.OPEN:
                await release_from(tx, held.conversation, held.owner, actor=None, now=now)


async def release_from(
    tx: Transaction, conversation: Conversation, owner: Agent, *, actor: AgentActor | None, now: datetime
) -> bool:
    """Put the conversation, which the caller holds after its owner, into a queue; whether there is one."""
    service_id = await queue_of(conversation, owner)
    if service_id is not None:
        await queue(tx, conversation, service_id=service_id, actor=actor, now=now)
        await say_released(tx, conversation, now=now)
    return service_id is not None
