"""Whose a contact is: who has edited them, or has had to do with them in a conversation or a meeting."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise import connections

# By contacts, and by agents: each part is a look-up in an index.
_OF_CONTACTS = """
SELECT e.contact_id, e.agent_id FROM contact_edit e WHERE e.contact_id = ANY(%(ids)s)
UNION SELECT c.contact_id, m.agent_id FROM conversation c JOIN member m ON m.conversation_id = c.id
    WHERE c.contact_id = ANY(%(ids)s) AND m.agent_id IS NOT NULL
UNION SELECT g.contact_id, m.agent_id FROM member g JOIN member m ON m.conversation_id = g.conversation_id
    WHERE g.contact_id = ANY(%(ids)s) AND m.agent_id IS NOT NULL
UNION SELECT a.contact_id, h.agent_id FROM attendee a JOIN meeting_agent h ON h.meeting_id = a.meeting_id
    WHERE a.contact_id = ANY(%(ids)s) AND NOT a.companion
"""
OF_AGENT = """(
    SELECT contact_id FROM contact_edit WHERE agent_id = %s
    UNION SELECT c.contact_id FROM member m JOIN conversation c ON c.id = m.conversation_id WHERE m.agent_id = %s
    UNION SELECT g.contact_id FROM member m JOIN member g ON g.conversation_id = m.conversation_id
        WHERE m.agent_id = %s AND g.contact_id IS NOT NULL
    UNION SELECT a.contact_id FROM meeting_agent h JOIN attendee a ON a.meeting_id = h.meeting_id
        WHERE h.agent_id = %s AND NOT a.companion
)"""
"""The ids of an agent's contacts, for a condition."""


async def managers_of(contacts: Sequence[int]) -> dict[int, set[int]]:
    """The ids of the agents of each of these contacts."""
    rows = await connections.get("default").execute_query_dict(_OF_CONTACTS, {"ids": list(contacts)})
    found: dict[int, set[int]] = {id: set() for id in contacts}
    for row in rows:
        found[row["contact_id"]].add(row["agent_id"])
    return found
