"""Read markers: how far each member has read, and what is unread by it."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise import connections
from tortoise.expressions import RawSQL
from tortoise.queryset import QuerySet

from errors import Invalid, NotAMember
from models.actor import AgentActor, KnownActor
from models.contact.contact import Contact
from models.conversation.conversation import Conversation, Member
from models.conversation.message import INTERNAL, Message, audience_of, shown_to
from models.transactions import Transaction, transaction
from realtime.events import Announcement, Audience, EventKind, announce, conversation_topic, inbox_topic


async def mark_read(conversation: Conversation, *, seq: int, actor: KnownActor) -> Conversation:
    """Move the actor's read marker up to `seq`; it never goes back. Refuses Invalid (a seq beyond what
    the actor can see) and NotAMember."""
    async with transaction() as tx:
        member = await _own(conversation, actor)
        visible = Message.visible_to(actor, conversation.id).filter(seq__gte=seq)
        if seq < 0 or (seq > 0 and not await visible.exists()):
            raise Invalid("There is no such message.", field=("seq",))
        moved = await tx.rows(
            "UPDATE member SET last_read_seq = %s WHERE id = %s AND last_read_seq < %s RETURNING id",
            seq, member.id, seq,
        )  # fmt: skip
        if moved:
            await _announce(conversation, member, actor, seq=seq)
    return await Conversation.get(id=conversation.id)


async def mark_unread(conversation: Conversation, *, seq: int, actor: KnownActor) -> Conversation:
    """Move the actor's read marker back, so that the message `seq` and all behind it are unread; it never goes forward.
    Refuses Invalid for a message that the actor does not see, and NotAMember."""
    async with transaction() as tx:
        member = await _own(conversation, actor)
        if not await Message.visible_to(actor, conversation.id).filter(seq=seq).exists():
            raise Invalid("There is no such message.", field=("seq",))
        moved = await tx.rows(
            "UPDATE member SET last_read_seq = %s WHERE id = %s AND last_read_seq >= %s RETURNING id",
            seq - 1, member.id, seq,
        )  # fmt: skip
        if moved:
            await _announce(conversation, member, actor, seq=seq - 1)
    return await Conversation.get(id=conversation.id)


async def enter(tx: Transaction, conversation: Conversation, *, actor: KnownActor, seq: int) -> None:
    """Have the members of the conversation, which is held, at hand, as they are until the actor writes the message
    `seq`; where the actor is one of them under their own name, they have read up to it from then on."""
    is_agent = isinstance(actor, AgentActor)
    own = actor.agent.id if isinstance(actor, AgentActor) else actor.contact.id
    rows = await tx.rows(_ENTER_AGENT if is_agent else _ENTER_GUEST, seq, conversation.id, own, conversation.id)
    conversation.members._set_result_for_query([Member._init_from_db(**row) for row in rows])


_ENTER = """
WITH own AS (UPDATE member SET last_read_seq = %s WHERE conversation_id = %s AND {party}_id = %s)
SELECT * FROM member WHERE conversation_id = %s ORDER BY id
"""
_ENTER_AGENT, _ENTER_GUEST = _ENTER.format(party="agent"), _ENTER.format(party="contact")


async def own_place(conversation: Conversation, actor: KnownActor) -> Member | None:
    """The actor's own place in the conversation; None where they are no member."""
    return _place_at_hand(conversation, actor) or await Member.of(conversation.id, actor).first()


def _place_at_hand(conversation: Conversation, actor: KnownActor) -> Member | None:
    members: list[Member] = conversation.at_hand("members") or []
    if isinstance(actor, AgentActor):
        return next((one for one in members if one.agent_id == actor.agent.id), None)
    return next((one for one in members if one.contact_id == actor.contact.id), None)


async def has_written(
    tx: Transaction, conversation: Conversation, message: Message, *, actor: KnownActor
) -> None:
    """Whoever writes has read everything up to it: for those who hear of the message that goes without saying. Those
    who hear of no internal one are told what of theirs has been read."""
    member = _place_at_hand(conversation, actor)  # which has been marked as the actor entered
    if member is None:
        member = await Member.of(conversation.id, actor).first()
        if member is None:
            return
        await tx.rows("UPDATE member SET last_read_seq = %s WHERE id = %s", message.seq, member.id)
    if message.kind in INTERNAL and member.last_read_seq < message.seq - 1:
        await _announce_marker(conversation, member, seq=message.seq - 1)


async def was_sent_later(message: Message, *, actor: KnownActor) -> None:
    """Who has written it long before it is sent has read of the conversation what they had read: that does not go
    without saying, and is told to those who hear of the message."""
    member = await Member.of(message.conversation_id, actor).first()
    if member is not None:
        topic, kind = conversation_topic(message.conversation_id), EventKind.READ_MARKER_MOVED
        audience = audience_of(message.kind)
        announce(Announcement(message.organization_id, topic, kind, {"member": member.id}, audience))


async def _own(conversation: Conversation, actor: KnownActor) -> Member:
    member = await Member.of(conversation.id, actor).first()
    if member is None:
        raise NotAMember("Only members of a conversation have a read marker.")
    return member


async def _announce(conversation: Conversation, member: Member, actor: KnownActor, *, seq: int) -> None:
    await _announce_marker(conversation, member, seq=seq)
    if isinstance(actor, AgentActor):  # the agent's other windows count anew
        announce(
            Announcement(
                conversation.organization_id,
                inbox_topic(actor.agent.id),
                EventKind.CONVERSATION_CHANGED,
                {"conversation": conversation.id},
            )
        )


async def _announce_marker(conversation: Conversation, member: Member, *, seq: int) -> None:
    """Tell that the marker has moved to `seq`, or past it: those who can see it, who see what it passed over."""
    between = Message.filter(
        conversation_id=conversation.id,
        seq__gt=min(member.last_read_seq, seq),
        seq__lte=max(member.last_read_seq, seq),
    )
    passed = [audience_of(one["kind"]) for one in await between.distinct().values("kind")]
    audience = min(passed, key=_NARROWER.index, default=Audience.EVERYONE)
    announce(
        Announcement(
            conversation.organization_id,
            conversation_topic(conversation.id),
            EventKind.READ_MARKER_MOVED,
            {"member": member.id},
            audience,
        )
    )


_NARROWER = (Audience.EVERYONE, Audience.AGENTS, Audience.SUPERVISION)


async def unread_counts(conversation_ids: Sequence[int], *, actor: KnownActor) -> dict[int, int]:
    """How many messages of others lie behind the actor's read marker, counted from the messages themselves."""
    unread = _unread(actor, "wanted.id")
    rows = await connections.get("default").execute_query_dict(
        f"SELECT wanted.id, (SELECT count(*) FROM message m WHERE {unread}) AS unread"
        " FROM unnest(%s::bigint[]) wanted (id)",
        [list(conversation_ids)],
    )
    return {row["id"]: row["unread"] for row in rows}


def with_unread(rows: QuerySet[Conversation], unread: bool, *, actor: KnownActor) -> QuerySet[Conversation]:
    """Of these conversations, those in which something is unread by the actor; or, for False, the others.

    The condition is part of the query, so that a page of it costs a page's rows, however many there are in all.
    """
    found = _unread(actor, '"conversation"."id"')
    return rows.annotate(is_unread=RawSQL(f"EXISTS (SELECT FROM message m WHERE {found})")).filter(
        is_unread=unread
    )


def _unread(actor: KnownActor, conversation: str) -> str:
    """The condition, in SQL, that the message `m` of the conversation is of others, that the actor sees it, and that it
    lies behind their read marker."""
    party = "agent" if isinstance(actor, AgentActor) else "contact"
    me = f"({int(actor.agent.id)})" if isinstance(actor, AgentActor) else Contact.same_as(actor.contact_ids).sql
    return _UNREAD.format(conversation=conversation, party=party, me=me, shown=shown_to(actor, "m"))


_UNREAD = """
m.conversation_id = {conversation} AND (m.author_{party}_id IN {me}) IS NOT TRUE AND {shown}
    AND m.seq > coalesce((SELECT max(own.last_read_seq) FROM member own
        WHERE own.conversation_id = {conversation} AND own.{party}_id IN {me}), 0)
"""
