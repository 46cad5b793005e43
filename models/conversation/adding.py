"""Messages are written here, in their order, by whoever's doing; and told to those who may read them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from models.actor import OVERSEERS, AgentActor, GuestActor, KnownActor
from models.conversation.conversation import Conversation, Member
from models.conversation.message import INTERNAL, Message, audience_of
from models.conversation.said import Said
from models.organization.service import ServiceMember
from models.transactions import Transaction
from models.words import ConversationStatus, Direction, MessageKind, SystemEvent
from realtime.events import Announcement, Audience, EventKind, announce, conversation_topic, inbox_topic

_TOLD = frozenset({SystemEvent.CONVERSATION_STARTED, SystemEvent.CLOSED, SystemEvent.REOPENED})


async def add_message(
    tx: Transaction,
    conversation: Conversation,
    *,
    kind: MessageKind,
    direction: Direction,
    author: KnownActor | None,
    text: str | None,
    now: datetime,
    reply_to_id: int | None = None,
    system_event: SystemEvent | None = None,
    meeting_id: int | None = None,
    seq: int | None = None,
) -> Message:
    """Write a message, which nobody has to be asked about any more, with the next seq, or with the one that was taken
    for it; everybody who may read it hears of it."""
    if seq is None:
        seq = await _next_seq(tx, conversation, kind, direction, now=now)
    message = new_message(
        conversation.organization_id, conversation.id,
        kind=kind, direction=direction, author=author, text=text, seq=seq, now=now,
        reply_to_id=reply_to_id, system_event=system_event, meeting_id=meeting_id,
    )  # fmt: skip
    await tx.add(message)
    await announce_message(conversation, message, EventKind.MESSAGE_ADDED)
    return message


def new_message(
    organization_id: int,
    conversation_id: int,
    *,
    kind: MessageKind,
    direction: Direction,
    author: KnownActor | None,
    text: str | None,
    seq: int,
    now: datetime,
    reply_to_id: int | None = None,
    system_event: SystemEvent | None = None,
    meeting_id: int | None = None,
) -> Message:
    """A message that is still to be written."""
    return Message(
        organization_id=organization_id,
        conversation_id=conversation_id,
        seq=seq,
        kind=kind,
        direction=direction,
        author_agent_id=author.agent.id if isinstance(author, AgentActor) else None,
        author_contact_id=author.contact.id if isinstance(author, GuestActor) else None,
        text=text,
        at=now,
        reply_to_id=reply_to_id,
        system_event=system_event,
        meeting_id=meeting_id,
    )


async def add_system_message(
    tx: Transaction,
    conversation: Conversation,
    event: SystemEvent,
    said: Said,
    *,
    meeting_id: int | None = None,
    now: datetime,
) -> Message:
    """Write into the conversation what has happened; part of the verb that made it happen. That it has begun, is over,
    or goes on, is told to webhooks."""
    message = await add_message(
        tx, conversation, kind=MessageKind.SYSTEM, direction=Direction.OUTBOUND, author=None,
        text=said.in_language(conversation.language), system_event=event, meeting_id=meeting_id, now=now,
    )  # fmt: skip
    if event in _TOLD:
        lock = f"conversation:{conversation.id}"
        await tx.later("webhooks.tell_of_conversation", lock=lock, message_id=message.id)
    return message


async def announce_message(conversation: Conversation, message: Message, kind: EventKind) -> None:
    """Tell everybody who may see the message of it, and the inboxes of the agents among them."""
    topic, audience = conversation_topic(conversation.id), audience_of(message.kind)
    announce(Announcement(conversation.organization_id, topic, kind, {"message": message.id}, audience))
    if audience is Audience.SUPERVISION:
        await _announce_to_supervision(conversation)
        return
    await announce_to_inboxes(conversation, EventKind.CONVERSATION_CHANGED, {"conversation": conversation.id})


def tell_of_message(message: Message, agents: Collection[int]) -> None:
    """Tell everybody who may see the conversation, which is somebody's, of a new message that they all may see; and the
    inboxes of the agents, who are its members."""
    topic, kind = conversation_topic(message.conversation_id), EventKind.MESSAGE_ADDED
    announce(Announcement(message.organization_id, topic, kind, {"message": message.id}))
    ids = {"conversation": message.conversation_id}
    _tell(message.organization_id, EventKind.CONVERSATION_CHANGED, ids, agents)


async def _announce_to_supervision(conversation: Conversation) -> None:
    """Tell the inbox of whoever has the conversation, and of those who supervise of its members and, while it waits, of
    its service's, that there is a whisper: of others not even that, as they would know when it was written."""
    supervising = {"agent__role__in": list(OVERSEERS)}
    told: set[int | None] = {conversation.assignee_id}
    told |= {member.agent_id for member in await Member.filter(conversation_id=conversation.id, **supervising)}
    if conversation.assignee_id is None and conversation.service_id is not None:
        members_of_service = await ServiceMember.filter(service_id=conversation.service_id, **supervising)
        told |= {member.agent_id for member in members_of_service}
    _tell(
        conversation.organization_id,
        EventKind.CONVERSATION_CHANGED,
        {"conversation": conversation.id},
        {agent_id for agent_id in told if agent_id is not None},
    )


async def announce_to_inboxes(
    conversation: Conversation, kind: EventKind, ids: Mapping[str, int], *, unless: Collection[int] = ()
) -> None:
    """Tell every agent of the conversation, in their inbox; of one that waits for an agent, those of its service,
    `unless` they are not to know."""
    members: list[Member] | None = conversation.at_hand("members")
    if members is None:
        members = await Member.where("conversation_id = %s ORDER BY id", conversation.id)
    told = {member.agent_id for member in members if member.agent_id is not None}
    if conversation.assignee_id is None and conversation.service_id is not None:
        members_of_service = await ServiceMember.filter(service_id=conversation.service_id)
        told |= {member.agent_id for member in members_of_service if member.agent_id not in unless}
    _tell(conversation.organization_id, kind, ids, told)


def tell_inbox(conversation: Conversation, agent_id: int) -> None:
    """Tell one agent that the conversation is not what it was, whether or not they are still to do with it."""
    ids = {"conversation": conversation.id}
    _tell(conversation.organization_id, EventKind.CONVERSATION_CHANGED, ids, [agent_id])


def _tell(organization_id: int, kind: EventKind, ids: Mapping[str, int], agents: Collection[int]) -> None:
    announce(
        *(
            Announcement(organization_id, inbox_topic(agent_id), kind, ids, Audience.AGENTS)
            for agent_id in sorted(agents)
        )
    )


def direction_of(author: KnownActor) -> Direction:
    return Direction.OUTBOUND if isinstance(author, AgentActor) else Direction.INBOUND


async def take_seq(
    tx: Transaction,
    conversation_id: int,
    kind: MessageKind,
    direction: Direction,
    *,
    unless: Collection[ConversationStatus] = (),
    now: datetime,
) -> Conversation | None:
    """Take the seq of the conversation's next message, which is noted as its last: the conversation as it is from then
    on, held. None, and nothing is held, where it stands as it is not to."""
    at = None if kind in INTERNAL else now  # a guest would see by it that there is a note
    by = None if kind in (*INTERNAL, MessageKind.SYSTEM) else direction
    # The update locks the conversation until the end: messages get their seqs in the order of their commits.
    rows = await tx.rows(
        "UPDATE conversation SET last_seq = last_seq + 1, last_message_at = coalesce(%s, last_message_at),"
        " last_message_direction = coalesce(%s, last_message_direction)"
        " WHERE id = %s AND status <> ALL(%s::text[]) RETURNING *",
        at,
        by and by.value,
        conversation_id,
        [status.value for status in unless],
    )
    return Conversation._init_from_db(**rows[0]) if rows else None


async def _next_seq(
    tx: Transaction, conversation: Conversation, kind: MessageKind, direction: Direction, *, now: datetime
) -> int:
    """The seq of the conversation's next message."""
    if not tx.is_unwritten(conversation):
        held = await take_seq(tx, conversation.id, kind, direction, now=now)
        assert held is not None, "it is held"
        return int(held.last_seq)
    conversation.last_seq += 1
    if kind not in INTERNAL:
        conversation.last_message_at = now
    if kind not in (*INTERNAL, MessageKind.SYSTEM):
        conversation.last_message_direction = direction
    return int(conversation.last_seq)
