"""Who may go on following a conversation: `Conversation.visible_to`, asked at once for all who follow any."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from tortoise import connections

from models.writing import as_array

Following = tuple[int, int]
"""Who follows, an agent or a contact, and which conversation."""


@dataclass(frozen=True, slots=True)
class Followed:
    """All that is followed, as the database is asked: worth keeping where it is thousands who are asked for again."""

    who: str = "{}"
    conversations: str = "{}"

    @classmethod
    def of(cls, followed: Collection[Following]) -> Self:
        return cls(as_array(who for who, _ in followed), as_array(conversation for _, conversation in followed))


async def unseen_by_agents(followed: Followed) -> set[Following]:
    """Those of agents who do not oversee their organization, whom `visible_to` lets see the conversation no more."""
    return await _ended(_BY_AGENTS, followed)


async def unseen_by_guests(followed: Followed) -> set[Following]:
    """Those of guests who are members of the conversation no more, under whatever name."""
    return await _ended(_BY_GUESTS, followed)


async def _ended(sql: str, followed: Followed) -> set[Following]:
    if followed == Followed():
        return set()
    rows = await connections.get("default").execute_query_dict(sql, [followed.who, followed.conversations])
    return {(row["who"], row["conversation"]) for row in rows}


# What has ended is little or nothing, where those that go on may be thousands.
_BY_AGENTS = """
SELECT f.who, f.conversation FROM unnest(%s::bigint[], %s::bigint[]) f (who, conversation)
LEFT JOIN conversation c ON c.id = f.conversation
WHERE c.id IS NULL OR NOT (coalesce(c.assignee_id = f.who, FALSE)
    OR EXISTS (SELECT FROM member m WHERE m.conversation_id = c.id AND m.agent_id = f.who)
    OR EXISTS (SELECT FROM service_member s WHERE s.service_id = c.service_id AND s.agent_id = f.who)
    OR EXISTS (SELECT FROM offer o JOIN offer_recipient r ON r.offer_id = o.id
        WHERE o.conversation_id = c.id AND r.agent_id = f.who AND r.is_open))
"""
_BY_GUESTS = """
SELECT f.who, f.conversation FROM unnest(%s::bigint[], %s::bigint[]) f (who, conversation)
LEFT JOIN contact own ON own.id = f.who
WHERE own.id IS NULL OR NOT EXISTS (SELECT FROM member m JOIN contact c ON c.id = m.contact_id
    WHERE m.conversation_id = f.conversation
    AND coalesce(c.merged_into_id, c.id) = coalesce(own.merged_into_id, own.id))
"""
