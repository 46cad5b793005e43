"""A message, as it is told to those who hear of it at about the same time: read for all of them by one statement, with
who wrote it; for each of them only where `Message.visible_to` has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from models.actor import Actor, GuestActor
from models.agent.agent import Agent
from models.base import columns_of, row_if_any, row_of, width_of
from models.connection import ask
from models.contact.contact import Contact
from models.conversation.asking import Asking, asking
from models.conversation.message import Message, condition
from models.conversation.seeing import seen
from models.gathering import Gathering
from models.writing import as_json


@dataclass(frozen=True, slots=True)
class Told:
    """A message, and who wrote it: a contact as who they are by now, of whom `is_own` says whether that is who asks; or
    an agent."""

    message: Message
    author: Contact | None
    agent: Agent | None
    is_own: bool


async def message_told(id: int, *, to: Actor) -> Told | None:
    """The message with its author, where they see it and its conversation."""
    return await _told.ask((id, to))


async def _read(asked: Sequence[tuple[int, Actor]]) -> list[Told | None]:
    """Those who are alike are asked for by one part of the statement."""
    alike: dict[str, list[Asking]] = defaultdict(list)
    for number, (id, actor) in enumerate(asked):
        alike[_part(actor)].append({"number": number, "message": id, **asking(actor)})
    parts = sorted(alike)
    found: list[Told | None] = [None] * len(asked)
    for number, is_own, *values in await ask(_sql(tuple(parts)), [as_json(alike[part]) for part in parts]):
        found[number] = _of_values(values, is_own=is_own)
    return found


_told = Gathering(_read)


def _of_values(values: Sequence[object], *, is_own: bool) -> Told:
    of_contact = width_of(Message)
    of_agent = of_contact + width_of(Contact)
    message = row_of(Message, values[:of_contact])
    author = row_if_any(Contact, values[of_contact:of_agent])
    return Told(message, author, row_if_any(Agent, values[of_agent:]), is_own)


def _part(actor: Actor) -> str:
    """The part of the statement for who is asked for like the actor: whatever is theirs is in a row `asked`."""
    is_own = _OWN if isinstance(actor, GuestActor) else "FALSE"
    return _filled(seen(actor, "c"), condition(actor, "message"), is_own)


@lru_cache(maxsize=64)
def _filled(seen: str, shown: str, is_own: str) -> str:
    return _PART.format(seen=seen, shown=shown, is_own=is_own) % _ASKED


@lru_cache(maxsize=64)
def _sql(parts: tuple[str, ...]) -> bytes:
    columns = (columns_of(Message, "message"), columns_of(Contact, "author"), columns_of(Agent, "agent"))
    numbered = (part.replace("$1", f"${number}") for number, part in enumerate(parts, start=1))
    return " UNION ALL ".join(numbered).replace("$columns", ", ".join(columns)).encode()


_ASKED: Final = {
    name: f"asked.{name}" for name in ("organization", "agent", "contacts", "conversation", "meeting")
}
_OWN = """
author.id IN (SELECT coalesce(o.merged_into_id, o.id) FROM contact o WHERE o.id = ANY(asked.contacts))
"""
# Each table is looked up by its index for each row that is asked for, however small it was when this was planned: that
# is what `OFFSET 0`, and asking for a value in place of EXISTS, are for. A statement that is planned anew each time, as
# it were with arrays of ids, takes ten times as long to be planned as to be answered.
_PART = """
SELECT asked.number, {is_own} AS is_own, $columns
FROM json_to_recordset($1::text::json) AS asked (number integer, message bigint, organization bigint, agent bigint,
    contacts bigint[], conversation bigint, meeting bigint)
CROSS JOIN LATERAL (SELECT * FROM message one WHERE one.id = asked.message OFFSET 0) message
LEFT JOIN LATERAL (SELECT author.* FROM contact wrote
    JOIN contact author ON author.id = coalesce(wrote.merged_into_id, wrote.id)
    WHERE wrote.id = message.author_contact_id OFFSET 0) author ON TRUE
LEFT JOIN LATERAL (SELECT * FROM agent one WHERE one.id = message.author_agent_id OFFSET 0) agent ON TRUE
WHERE (SELECT TRUE FROM conversation c WHERE c.id = message.conversation_id AND {seen}) AND {shown}
"""
