"""A message of a conversation; its seq is dense within the conversation."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tortoise import connections, fields
from tortoise.expressions import RawSQL, Subquery
from tortoise.queryset import QuerySet

from models.actor import Actor, AgentActor, GuestActor
from models.agent.agent import Agent
from models.base import Owned
from models.contact.contact import Contact
from models.conversation.asking import SAME_CONTACTS, asking
from models.conversation.conversation import Conversation
from models.words import Direction, MessageKind, SystemEvent
from realtime.events import Audience


class Message(Owned):
    """OUTBOUND is from the organization to the guest. No author: the system."""

    conversation: fields.ForeignKeyRelation[Conversation] = fields.ForeignKeyField(
        "frontdesk.Conversation", related_name="messages", on_delete=fields.CASCADE
    )
    conversation_id: int
    seq = fields.BigIntField()
    kind = fields.CharEnumField(MessageKind, max_length=12)
    direction = fields.CharEnumField(Direction, max_length=10)
    author_agent: fields.ForeignKeyNullableRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    author_agent_id: int | None
    author_contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    author_contact_id: int | None
    text = fields.TextField(null=True)
    at = fields.DatetimeField()
    reply_to: fields.ForeignKeyNullableRelation[Message] = fields.ForeignKeyField(
        "frontdesk.Message", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    reply_to_id: int | None
    meeting_id = fields.BigIntField(null=True)
    system_event = fields.CharEnumField(SystemEvent, max_length=24, null=True)
    edited_at = fields.DatetimeField(null=True)
    redacted = fields.BooleanField(default=False)

    class Meta:
        table = "message"
        unique_together = (("conversation_id", "seq"),)

    @classmethod
    def visible_to(cls, actor: Actor, *conversation_ids: int) -> QuerySet[Message]:
        """The messages that the actor may see, of these conversations or of all: none where they may not see the
        conversation, even if they came to it through a meeting."""
        conversations = Conversation.visible_to(actor)
        if conversation_ids:
            conversations = conversations.filter(id__in=list(conversation_ids))
        messages = cls.filter(conversation_id__in=Subquery(conversations.values("id")))
        return messages.annotate(is_shown=RawSQL(shown_to(actor))).filter(is_shown=True)


INTERNAL = (MessageKind.NOTE, MessageKind.WHISPER)


def audience_of(kind: MessageKind) -> Audience:
    """Who hears of such a message, of those who may hear of its conversation."""
    match kind:
        case MessageKind.WHISPER:
            return Audience.SUPERVISION
        case MessageKind.NOTE:
            return Audience.AGENTS
        case _:
            return Audience.EVERYONE


def shown_to(actor: Actor, message: str = '"message"', *, of: str | None = None) -> str:
    """The condition, in SQL, that the actor may see a message of a conversation that they see; `message` is what its
    table is called there, and `of` the conversation's where that is at hand. Every way to a message asks this.

    Who supervises sees everything; other agents no whisper, unless the conversation is theirs as of now. A guest never
    sees what is INTERNAL, nor what was said before they were invited; nor, by the link of a meeting, what was said
    before that was booked, as whoever gives a guest's name and address is given such a link.
    """
    return condition(actor, message, of=of) % {name: _literal(value) for name, value in asking(actor).items()}


def condition(actor: Actor, message: str, *, of: str | None = None) -> str:
    """The same, with placeholders for the values of `asking`: one statement for all who are asked for alike."""
    match actor:
        case AgentActor() if actor.sees_all:
            return "(TRUE)"
        case AgentActor():
            theirs = _THEIRS.format(m=message) if of is None else f"{of}.assignee_id = %(agent)s"
            return f"({message}.kind <> 'WHISPER' OR {theirs})"
        case GuestActor():
            # Who holds a link has one conversation: what is asked of it by its id is asked once for all its messages.
            one = actor.conversation_id
            conversation = f"{message}.conversation_id" if one is None else "%(conversation)s"
            shown = _NOT_INTERNAL.format(m=message, conversation=conversation, contacts=SAME_CONTACTS)
            if not actor.is_verified and actor.meeting_id is not None:
                shown += _SINCE_BOOKED.format(m=message, conversation=conversation)
            return f"({shown})"
        case _:
            return "(FALSE)"


def _literal(value: int | list[int] | None) -> str:
    if value is None:
        return "NULL"
    return f"'{{{', '.join(map(str, value))}}}'" if isinstance(value, list) else str(int(value))


_THEIRS = """
EXISTS (SELECT FROM conversation had WHERE had.id = {m}.conversation_id AND had.assignee_id = %(agent)s)
"""
_NOT_INTERNAL = """
{m}.kind NOT IN ('NOTE', 'WHISPER') AND {m}.seq > (SELECT min(coalesce(own.since_seq, 0)) FROM member own
    WHERE own.conversation_id = {conversation} AND own.contact_id IN {contacts})
"""
_SINCE_BOOKED = """
AND {m}.seq >= coalesce((SELECT min(began.seq) FROM message began
    WHERE began.conversation_id = {conversation} AND began.meeting_id = %(meeting)s), 0)
"""


async def hears_whispers(conversation_id: int, actor: AgentActor) -> bool:
    """Whether the agent is, as of now, one of those to whom the whispers of the conversation are told."""
    own = Conversation.filter(id=conversation_id, assignee_id=actor.agent.id)
    return actor.sees_all or await own.exists()


async def misses_beginning(conversation_id: int, *, guest: GuestActor) -> bool:
    """Whether something was said to everyone before the guest's time, which they are not shown."""
    said = Message.filter(conversation_id=conversation_id).exclude(kind__in=INTERNAL)
    return await said.annotate(is_shown=RawSQL(shown_to(guest))).filter(is_shown=False).exists()


async def newest_messages(conversation_ids: Sequence[int], *, actor: Actor) -> list[Message]:
    """The last message of each conversation that the actor may see."""
    rows = await connections.get("default").execute_query_dict(
        "SELECT newest.id FROM unnest(%s::bigint[]) wanted (id) CROSS JOIN LATERAL (SELECT m.id FROM message m"
        f" WHERE m.conversation_id = wanted.id AND {shown_to(actor, 'm')} ORDER BY m.seq DESC LIMIT 1) newest",
        [list(conversation_ids)],
    )
    return await Message.filter(id__in=[row["id"] for row in rows])


Place = tuple[int, int]
"""A conversation, and a seq in it."""


async def shown_seqs(places: Collection[Place], *, actor: Actor) -> dict[Place, int]:
    """For each place the seq of the last message up to there that the actor may see, 0 where there is none: so that
    neither a marker nor a last seq tells that there is something which they do not see."""
    rows = await connections.get("default").execute_query_dict(
        "SELECT place.id, place.seq, coalesce((SELECT m.seq FROM message m WHERE m.conversation_id = place.id"
        f" AND m.seq <= place.seq AND {shown_to(actor, 'm')} ORDER BY m.seq DESC LIMIT 1), 0) AS shown"
        " FROM unnest(%s::bigint[], %s::bigint[]) place (id, seq)",
        [[id for id, _ in places], [seq for _, seq in places]],
    )
    return {(row["id"], row["seq"]): row["shown"] for row in rows}
