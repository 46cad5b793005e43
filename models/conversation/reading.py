"""Read markers: how far each member has read, and what is unread by it."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise import connections
from tortoise.expressions import RawSQL
from tortoise.queryset import QuerySet

from errors import Invalid, NotAMember
from models.actor import AgentActor, KnownActor
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.transactions import transaction
from realtime.events import Announcement, EventKind, announce, conversation_topic, inbox_topic


async def mark_read(conversation: Conversation, *, seq: int, actor: KnownActor) -> Conversation:
    """Move the actor's read marker up to `seq`; it never goes back. Refuses Invalid (a seq beyond what
    the actor can see) and NotAMember."""
    async with transaction() as tx:
        member = await Member.of(conversation.id, actor).first()
        if member is None:
            raise NotAMember("Only members of a conversation have a read marker.")
        visible = Message.visible_to(actor, conversation.id).filter(seq__gte=seq)
        if seq < 0 or (seq > 0 and not await visible.exists()):
            raise Invalid("There is no such message.", field=("seq",))
        moved = await tx.rows(
            "UPDATE member SET last_read_seq = %s WHERE id = %s AND last_read_seq < %s RETURNING id",
            seq, member.id, seq,
        )  # fmt: skip
        if moved:
            _announce(conversation, member, actor)
    return await Conversation.get(id=conversation.id)


def _announce(conversation: Conversation, member: Member, actor: KnownActor) -> None:
    organization_id = conversation.organization_id
    announce(
        Announcement(
            organization_id,
            conversation_topic(conversation.id),
            EventKind.READ_MARKER_MOVED,
            {"member": member.id},
        )
    )
    if isinstance(actor, AgentActor):  # the agent's other windows count anew
        announce(
            Announcement(
                organization_id,
                inbox_topic(actor.agent.id),
                EventKind.CONVERSATION_CHANGED,
                {"conversation": conversation.id},
            )
        )


async def unread_counts(conversation_ids: Sequence[int], *, actor: KnownActor) -> dict[int, int]:
    """How many messages of others lie behind the actor's read marker, counted from the messages themselves."""
    agent_id = actor.agent.id if isinstance(actor, AgentActor) else None
    contacts = [] if isinstance(actor, AgentActor) else list(actor.contact_ids)
    rows = await connections.get("default").execute_query_dict(
        "SELECT m.conversation_id, count(*) AS unread FROM message m"
        " LEFT JOIN LATERAL (SELECT max(last_read_seq) AS seq FROM member WHERE conversation_id = m.conversation_id"
        "  AND (agent_id = %(agent)s OR contact_id = ANY(%(contacts)s))) r ON true"
        " WHERE m.conversation_id = ANY(%(ids)s) AND m.seq > coalesce(r.seq, 0)"
        "  AND m.author_agent_id IS DISTINCT FROM coalesce(%(agent)s, -1)"
        "  AND (m.author_contact_id = ANY(%(contacts)s)) IS NOT TRUE"
        "  AND (%(agent)s IS NOT NULL OR m.kind NOT IN ('NOTE', 'WHISPER'))"
        " GROUP BY m.conversation_id",
        {"agent": agent_id, "contacts": contacts, "ids": list(conversation_ids)},
    )
    return {row["conversation_id"]: row["unread"] for row in rows}


def with_unread(rows: QuerySet[Conversation], unread: bool, *, actor: KnownActor) -> QuerySet[Conversation]:
    """Of these conversations, those in which something is unread by the actor; or, for False, the others.

    The condition is part of the query, so that a page of it costs a page's rows, however many there are in all.
    """
    found = UNREAD_BY_AGENT if isinstance(actor, AgentActor) else UNREAD_BY_GUEST
    keys = {actor.agent.id} if isinstance(actor, AgentActor) else actor.contact_ids
    me = ", ".join(str(int(key)) for key in sorted(keys))
    return rows.annotate(is_unread=RawSQL(found.format(me=me))).filter(is_unread=unread)


UNREAD_BY_AGENT = (
    'EXISTS (SELECT FROM message m WHERE m.conversation_id = "conversation"."id"'
    " AND m.author_agent_id IS DISTINCT FROM {me} AND m.seq > coalesce((SELECT r.last_read_seq FROM member r"
    ' WHERE r.conversation_id = "conversation"."id" AND r.agent_id = {me}), 0))'
)
UNREAD_BY_GUEST = (
    'EXISTS (SELECT FROM message m WHERE m.conversation_id = "conversation"."id"'
    " AND (m.author_contact_id IN ({me})) IS NOT TRUE AND m.kind NOT IN ('NOTE', 'WHISPER')"
    " AND m.seq > coalesce((SELECT max(r.last_read_seq) FROM member r"
    ' WHERE r.conversation_id = "conversation"."id" AND r.contact_id IN ({me})), 0))'
)
