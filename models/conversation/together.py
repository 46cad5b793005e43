"""Messages that come at once are written together (see models/rounds.py), each as if it had come alone.

Plain texts of members, into conversations that are open and somebody's: nothing else has to be asked for them, locked,
or told, also not whether they see the conversation, as members do. Whatever turns out to need more, and whoever would
have to wait for a conversation, goes alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from psycopg.rows import TupleRow

from models.actor import AgentActor, GuestActor, KnownActor, SignedInGuest
from models.attachment.sending import text_with
from models.conversation.adding import direction_of, new_message, tell_of_message
from models.conversation.message import Message
from models.conversation.turns import is_preceded
from models.idempotency import Once, give_back, reserving
from models.rounds import MOST_IN_A_ROUND, Rounds
from models.transactions import Transaction, current, ids_of
from models.trip import Statement
from models.webhook.telling import tell_of_message_later, wanted
from models.words import MessageKind, WebhookEvent
from models.writing import any_of, as_array

if TYPE_CHECKING:
    from models.conversation.posting import Draft


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A draft and a key that have been checked, for which conversation, of whom and when."""

    conversation_id: int
    draft: Draft
    actor: KnownActor
    now: datetime
    once: Once | None = None

    @property
    def drawing(self) -> Sequence[str]:
        return (ids_of(Message),)

    @property
    def locks(self) -> Sequence[int]:
        return ()


@dataclass(slots=True)
class _Held:
    """A conversation that is held, as the messages that are written change it."""

    last_seq: int
    agents: list[int] = field(default_factory=list)
    places: dict[tuple[bool, int], int] = field(default_factory=dict)
    """The memberships of agents (True) and of contacts."""
    is_told: bool = False
    """Whether a webhook wants to be told of what guests write."""


def may_share(asked: Asked) -> bool:
    """Whether it may be written together with others, as far as can be told without asking."""
    draft, actor = asked.draft, asked.actor
    refers = (
        draft.reply_to_id is not None or draft.attachment_id is not None or draft.canned_reply_id is not None
    )
    is_plain = draft.kind is MessageKind.TEXT and not refers
    # Who holds a link takes part in the one conversation that it is of, even if they are a member of others.
    is_theirs = isinstance(actor, AgentActor) or actor.conversation_id == asked.conversation_id
    return is_plain and is_theirs and not isinstance(actor, SignedInGuest) and current() is None


async def send_together(asked: Asked) -> Message | None:
    """Write it in the next round of the organization; None for what is to be written alone."""
    return await _rounds.share(asked, key=asked.actor.organization_id)


async def send_each(tx: Transaction, all: Sequence[Asked]) -> list[Message | None]:
    """Of each the message; None for who has come before under the same key, writes into what is not open (any more) or
    held by somebody else, is no member under this name, had not seen the newest message, or would overtake theirs."""
    coming = {await tx.draw(ids_of(Message)): asked for asked in all}
    keys = {id: asked.once for id, asked in coming.items() if asked.once is not None}
    # Keys are reserved before conversations are held.
    [reservations, *found] = (
        await tx.connection.run_each([reserving(keys), *_holding(all)]) if keys else [[], *tx.answers]
    )
    reserved: dict[int, int] = dict(reservations)
    held = _held(*found)
    new = {id: asked for id, asked in coming.items() if id not in keys or id in reserved}
    sent = {id: await _write(tx, held, id, asked) for id, asked in new.items()}
    _change(tx, [(asked, message) for id, asked in new.items() if (message := sent[id])], held)
    await give_back(tx, [reservation for id, reservation in reserved.items() if sent[id] is None])
    return [sent.get(id) for id in coming]


def _asking(each: Sequence[Asked]) -> Sequence[Statement]:
    """What a round asks as it begins, unless there are keys: these are reserved first, for what has been drawn."""
    return () if any(asked.once for asked in each) else _holding(each)


def _holding(each: Sequence[Asked]) -> Sequence[Statement]:
    """The statements that hold their conversations, but for those that somebody else holds, and then look who is in
    them."""
    values = [as_array({asked.conversation_id for asked in each}), str(each[0].actor.organization_id)]
    return [Statement(_HOLD, values), Statement(_MEMBERS, values)]


def _held(conversations: Sequence[TupleRow], members: Sequence[TupleRow]) -> dict[int, _Held]:
    held = {id: _Held(last_seq) for id, last_seq in conversations}
    for conversation_id, id, agent_id, contact_id, is_told in members:
        if one := held.get(conversation_id):
            one.places[agent_id is not None, agent_id or contact_id] = id
            one.is_told = is_told
            if agent_id is not None:
                one.agents.append(agent_id)
    return held


async def _write(tx: Transaction, held: Mapping[int, _Held], id: int, asked: Asked) -> Message | None:
    draft, actor = asked.draft, asked.actor
    into = held.get(asked.conversation_id)
    if into is None or _place(into, actor) is None or _has_missed(into, asked):
        return None
    if is_preceded(actor, asked.conversation_id):
        return None
    into.last_seq += 1
    message = new_message(
        actor.organization_id, asked.conversation_id, kind=draft.kind, direction=direction_of(actor), author=actor,
        text=text_with(draft.text, None), seq=into.last_seq, now=asked.now,
    )  # fmt: skip
    await tx.add(message, id=id)
    tell_of_message(message, into.agents)
    if isinstance(actor, GuestActor):
        await tell_of_message_later(tx, message, is_wanted=into.is_told)
    return message


def _place(held: _Held, actor: KnownActor) -> int | None:
    """The actor's own place, under the name that they go by."""
    is_agent = isinstance(actor, AgentActor)
    return held.places.get((is_agent, actor.agent.id if isinstance(actor, AgentActor) else actor.contact.id))


def _has_missed(held: _Held, asked: Asked) -> bool:
    """Whether something has been written that the agent had not seen: who wrote it decides what becomes of theirs."""
    expected = asked.draft.expected_last_seq
    return expected is not None and isinstance(asked.actor, AgentActor) and held.last_seq > expected


def _change(tx: Transaction, written: Sequence[tuple[Asked, Message]], held: Mapping[int, _Held]) -> None:
    """Have the conversations' last messages noted, and those who wrote have read them; of several the last."""
    conversations: dict[int, dict[str, object]] = {}
    members: dict[int | None, dict[str, object]] = {}
    for asked, message in written:
        conversation_id, seq = message.conversation_id, message.seq
        last = {"id": conversation_id, "last_seq": seq, "last_message_at": message.at}
        conversations[conversation_id] = {**last, "last_message_direction": message.direction}
        member_id = _place(held[conversation_id], asked.actor)
        members[member_id] = {"id": member_id, "last_read_seq": seq}
    if written:
        tx.change(_TOLD, list(conversations.values()))
        tx.change(_READ, list(members.values()))


# Who would have to wait for a conversation goes alone, so that nobody else waits for it.
_HOLD = f"""
SELECT id, last_seq FROM conversation
WHERE id = {any_of("$1")} AND organization_id = $2 AND status = 'OPEN'
    AND (assignee_id IS NOT NULL OR service_id IS NULL)
ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
""".encode()
_IS_TOLD = wanted("$2::bigint", WebhookEvent.MESSAGE_ADDED)
# As of after the conversations were held.
_MEMBERS = f"""
SELECT conversation_id, id, agent_id, contact_id, {_IS_TOLD} FROM member WHERE conversation_id = {any_of("$1")}
""".encode()
# By their ids, however few rows there are: a round is small, which the planner is told by LIMIT.
_TOLD = f"""
UPDATE conversation SET last_seq = one.last_seq, last_message_at = one.last_message_at,
    last_message_direction = one.last_message_direction
FROM (SELECT * FROM json_to_recordset({{0}})
    AS one (id bigint, last_seq bigint, last_message_at timestamptz, last_message_direction text)
    LIMIT {MOST_IN_A_ROUND}) one
WHERE conversation.id = one.id
"""
_READ = f"""
UPDATE member SET last_read_seq = one.last_read_seq
FROM (SELECT * FROM json_to_recordset({{0}}) AS one (id bigint, last_read_seq bigint) LIMIT {MOST_IN_A_ROUND}) one
WHERE member.id = one.id
"""

_rounds: Rounds[Asked, Message] = Rounds(send_each, asking=_asking, most=1)
