"""A conversation of the web is written down: its row, its members, who has it, and what is said first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.actor import AgentActor, GuestActor, KnownActor
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation.adding import add_message, add_system_message
from models.conversation.conversation import Conversation, Member
from models.conversation.giving import enter
from models.conversation.load import take_room
from models.conversation.opening import numbers_of
from models.conversation.said import said
from models.conversation.saying import Saying
from models.organization.organization import Organization
from models.queueing.counting import queue_changed
from models.queueing.later import route_later
from models.transactions import Transaction
from models.webhook.telling import tell_of_message_later
from models.words import (
    AssignmentCause,
    Channel,
    ConversationStatus,
    Direction,
    MemberRole,
    MessageKind,
    SystemEvent,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation begins: with the agent who has it, or in the queue of its service."""

    organization: Organization
    service_id: int | None
    owner: Agent | None


@dataclass(frozen=True, slots=True)
class Begun:
    """The conversation, its guest, and their membership, which their link is of."""

    conversation: Conversation
    guest: Contact
    member_id: int


async def found(
    tx: Transaction, place: Place, guest: Contact, text: str, *, by: AgentActor | None, now: datetime
) -> Begun:
    """Begin it by the agent, or else by the guest, and have it find its owner. The caller holds who is to have it;
    refuses AtCapacity where they have no room."""
    conversation = await _open(tx, place, guest, now=now)
    member = await _add_members(tx, conversation, place, by=by, now=now)
    author = by or GuestActor(guest, None, conversation.id)
    began = said(Saying.BEGAN, name=guest.name if by is None else by.agent.name)
    await add_system_message(tx, conversation, SystemEvent.CONVERSATION_STARTED, began, now=now)
    if place.owner is None:
        await route_later(tx, conversation)
    else:
        own = by is not None and by.agent.id == place.owner.id
        how = AssignmentCause.SELF_ASSIGNED if own else AssignmentCause.ASSIGNED
        await enter(
            tx, conversation, from_id=None, to_id=place.owner.id, actor=author, how=how, now=now
        )  # fmt: skip
    await _say(tx, conversation, text, author=author, now=now)
    return Begun(conversation, guest, member.id)


async def _open(tx: Transaction, place: Place, guest: Contact, *, now: datetime) -> Conversation:
    owner = place.owner
    conversation = Conversation(
        organization_id=place.organization.id,
        number=await tx.draw(numbers_of(place.organization.id)),
        channel=Channel.WEB,
        status=ConversationStatus.WAITING if owner is None else ConversationStatus.OPEN,
        service_id=place.service_id,
        assignee_id=None if owner is None else owner.id,
        contact=guest,
        language=guest.locale or place.organization.locale,
        created_at=now,
        last_message_at=now,
        waiting_since=now if owner is None else None,
    )
    if owner is not None:
        await take_room(tx, owner, conversation)
    queue_changed(conversation.service_id)
    return await tx.add(conversation)


async def _add_members(
    tx: Transaction, conversation: Conversation, place: Place, *, by: AgentActor | None, now: datetime
) -> Member:
    """The guest's membership; whoever has it, and the agent who has begun it, are members, too."""
    own, owner = (
        {"organization_id": conversation.organization_id, "conversation_id": conversation.id},
        place.owner,
    )
    guest = Member(**own, contact_id=conversation.contact_id, role=MemberRole.GUEST, joined_at=now)
    await tx.add(guest)
    if owner is not None:
        had = Member(**own, agent_id=owner.id, role=MemberRole.ASSIGNEE, stays=True, joined_at=now)
        await tx.add(had)
    if owner is not None and by is not None and owner.id != by.agent.id:
        await tx.add(Member(**own, agent_id=by.agent.id, role=MemberRole.AGENT, stays=True, joined_at=now))
    return guest


async def _say(
    tx: Transaction, conversation: Conversation, text: str, *, author: KnownActor, now: datetime
) -> None:
    inbound = isinstance(author, GuestActor)
    message = await add_message(
        tx, conversation, kind=MessageKind.TEXT, author=author, text=text, now=now,
        direction=Direction.INBOUND if inbound else Direction.OUTBOUND,
    )  # fmt: skip
    await Member.of(conversation.id, author).update(last_read_seq=message.seq)
    if inbound:
        await tell_of_message_later(tx, message)
