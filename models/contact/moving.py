"""What is a contact's becomes another one's, and what of it is still theirs goes back.

Who wrote a message, or changed a meeting, stays who did: whoever is shown as its author is who the contact is by now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.contact.contact import Contact
from models.transactions import Transaction
from models.words import MemberRole
from models.writing import as_json

Moved = dict[str, list[Any]]
"""The ids of the rows that moved, by their tables. `left` are the places in conversations that both had, `joined` those
in group meetings, by their ids."""

COLUMNS = {
    "meeting": "guest_id",
    "attendee": "contact_id",
    "conversation": "contact_id",
    "member": "contact_id",
    "channel_identity": "contact_id",
    "contact_tag": "contact_id",
    "contact_edit": "contact_id",
}
"""Whose a row is, in the order in which rows are locked."""
_ONCE = {"member": "conversation_id", "contact_tag": "tag_id", "contact_edit": "agent_id"}
"""Of these a contact has one row for each of the others."""

# Each of them is found by an index.
_HOLD = (
    """
    SELECT FROM meeting WHERE id = ANY (ARRAY(
        SELECT id FROM meeting WHERE guest_id = %s UNION SELECT meeting_id FROM attendee WHERE contact_id = %s
    )) ORDER BY id FOR NO KEY UPDATE
    """,
    """
    SELECT FROM conversation WHERE id = ANY (ARRAY(
        SELECT id FROM conversation WHERE contact_id = %s
        UNION SELECT conversation_id FROM member WHERE contact_id = %s
    )) ORDER BY id FOR NO KEY UPDATE
    """,
)
# Of two places in a conversation one stays: as a guest, if one is, who has read as far, and reads as much, as either.
_JOIN_PLACES = """
WITH gone AS (
    DELETE FROM member m USING member k
    WHERE m.contact_id = %s AND k.contact_id = %s AND k.conversation_id = m.conversation_id
    RETURNING m.id, k.id AS kept, m.role, m.last_read_seq, m.since_seq, to_jsonb(m) AS place, to_jsonb(k) AS was
), joined AS (
    UPDATE member k SET last_read_seq = greatest(k.last_read_seq, g.last_read_seq),
        role = CASE WHEN g.role = %s THEN g.role ELSE k.role END,
        since_seq = CASE WHEN g.since_seq IS NULL OR k.since_seq IS NULL THEN NULL
            ELSE least(k.since_seq, g.since_seq) END
    FROM gone g WHERE k.id = g.kept
)
SELECT id, kept, place, was FROM gone ORDER BY id
"""
# As it was, but for what members did not have yet then; where the other one has a place still.
_PART_AGAIN = """
INSERT INTO member SELECT (jsonb_populate_record(NULL::member,
    to_jsonb(k) || %s::text::jsonb || jsonb_build_object('contact_id', %s::bigint))).*
FROM member k WHERE k.id = %s AND k.contact_id = %s ON CONFLICT DO NOTHING
"""
_AS_BEFORE = """
UPDATE member k SET role = was.role, since_seq = was.since_seq
FROM jsonb_populate_record(NULL::member, %s::text::jsonb) was WHERE k.id = was.id AND k.contact_id = %s
"""


# Who has two places in a group meeting has one, and brings somebody along: the seats stay taken.
_JOIN_PARTIES = """
UPDATE attendee a SET companion = true, contact_id = %s
WHERE a.contact_id = %s AND NOT a.companion AND a.left_at IS NULL
    AND EXISTS (SELECT FROM attendee k WHERE k.meeting_id = a.meeting_id AND k.contact_id = %s
        AND NOT k.companion AND k.left_at IS NULL)
RETURNING id
"""
_PART_PARTIES = """
UPDATE attendee SET companion = false, contact_id = %s WHERE id = ANY(%s) AND contact_id = %s AND companion
"""


async def hold_all(tx: Transaction, contact: Contact) -> None:
    """Hold the meetings of the contact, and then their conversations: nobody writes in these until the end."""
    for statement in _HOLD:
        await tx.rows(statement, contact.id, contact.id)


async def move(tx: Transaction, contact: Contact, into: Contact) -> Moved:
    """Have all that is the contact's be the other one's; what of it has moved."""
    moved: Moved = {}
    places = await tx.rows(_JOIN_PLACES, contact.id, into.id, MemberRole.GUEST.value)
    parties = await tx.rows(_JOIN_PARTIES, into.id, contact.id, into.id)
    for table, column in COLUMNS.items():
        rows = await tx.rows(
            f"UPDATE {table} t SET {column} = %s WHERE {column} = %s{_unless_both(table)} RETURNING id",
            into.id, contact.id, *([into.id] if table in _ONCE else []),
        )  # fmt: skip
        moved[table] = sorted(row["id"] for row in rows)
    return {**moved, "left": places, "joined": [row["id"] for row in parties]}


async def move_back(tx: Transaction, moved: Mapping[str, Sequence[Any]], contact: Contact, of: Contact) -> None:
    """Have what had moved be the contact's again, as far as it is the other one's still."""
    for table, column in COLUMNS.items():
        await tx.rows(
            f"UPDATE {table} t SET {column} = %s WHERE id = ANY(%s) AND {column} = %s{_unless_both(table)}",
            contact.id, list(moved[table]), of.id, *([contact.id] if table in _ONCE else []),
        )  # fmt: skip
    await tx.rows(_PART_PARTIES, contact.id, list(moved["joined"]), of.id)
    for one in moved["left"]:
        place, was = (as_json([one[name]])[1:-1] for name in ("place", "was"))
        await tx.rows(_PART_AGAIN, place, contact.id, one["kept"], of.id)
        await tx.rows(_AS_BEFORE, was, of.id)


def _unless_both(table: str) -> str:
    if table not in _ONCE:
        return ""
    other = _ONCE[table]
    return f" AND NOT EXISTS (SELECT FROM {table} o WHERE o.contact_id = %s AND o.{other} = t.{other})"
