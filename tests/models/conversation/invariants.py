"""What holds of all conversations after whatever has happened, however many reached for them at once."""

from __future__ import annotations

from tortoise import connections

# Each finds what there must not be.
_BROKEN = {
    "an open conversation without an owner, or one that waits with one": """
        SELECT id FROM conversation WHERE status IN ('OPEN', 'WAITING')
            AND (status = 'OPEN') <> (assignee_id IS NOT NULL)
    """,
    "a conversation that waits since never, or does not wait since a time": """
        SELECT id FROM conversation WHERE (status = 'WAITING') <> (waiting_since IS NOT NULL)
    """,
    "a conversation that sleeps without an end, or has one awake": """
        SELECT id FROM conversation WHERE (status = 'SNOOZED') <> (snoozed_until IS NOT NULL)
    """,
    "a conversation that is over without a time, or has one and goes on": """
        SELECT id FROM conversation WHERE (status = 'CLOSED') <> (closed_at IS NOT NULL)
    """,
    "an assignee who is not the one owner": """
        SELECT c.id FROM conversation c WHERE
            ARRAY(SELECT m.agent_id FROM member m WHERE m.conversation_id = c.id AND m.role = 'ASSIGNEE')
            <> CASE WHEN c.assignee_id IS NULL THEN '{}' ELSE ARRAY[c.assignee_id] END
    """,
    "a ledger that does not lead from each owner to the next": """
        SELECT id FROM (
            SELECT conversation_id AS id, from_agent_id,
                lag(to_agent_id) OVER (PARTITION BY conversation_id ORDER BY id) AS had
            FROM assignment_record
        ) entry WHERE entry.from_agent_id IS DISTINCT FROM entry.had
    """,
    "a ledger that ends with somebody else than the owner": """
        SELECT c.id FROM conversation c WHERE c.assignee_id IS DISTINCT FROM (
            SELECT r.to_agent_id FROM assignment_record r WHERE r.conversation_id = c.id ORDER BY r.id DESC LIMIT 1)
    """,
    "messages with a gap": """
        SELECT c.id FROM conversation c LEFT JOIN message m ON m.conversation_id = c.id
        GROUP BY c.id HAVING count(m.id) <> c.last_seq OR coalesce(max(m.seq), 0) <> c.last_seq
    """,
    "a feed with a gap": """
        SELECT f.id FROM feed f LEFT JOIN event e ON e.topic = f.topic AND e.seq > f.floor
        GROUP BY f.id HAVING count(e.id) <> f.head - f.floor OR coalesce(max(e.seq), f.floor) <> f.head
    """,
    "an offer that is open of what does not wait, or has another owner": """
        SELECT o.id FROM offer o JOIN conversation c ON c.id = o.conversation_id WHERE o.status = 'PENDING' AND NOT
            CASE o.kind WHEN 'QUEUE' THEN c.status = 'WAITING'
                ELSE c.status = 'OPEN' AND c.assignee_id = o.from_agent_id END
    """,
    "an offer that is over without a time, or accepted by nobody": """
        SELECT id FROM offer WHERE (status = 'PENDING') <> (closed_at IS NULL)
            OR (status = 'ACCEPTED') <> (accepted_by_id IS NOT NULL)
    """,
    "an offer that was accepted, and is not in the ledger once": """
        SELECT o.id FROM offer o LEFT JOIN assignment_record r ON r.offer_id = o.id
            AND r.how IN ('OFFER_ACCEPTED', 'TRANSFER_ACCEPTED') AND r.to_agent_id = o.accepted_by_id
        GROUP BY o.id HAVING count(r.id) <> (o.status = 'ACCEPTED')::int
    """,
    "an agent with more conversations than they can have": """
        SELECT a.id FROM agent a JOIN conversation c ON c.assignee_id = a.id
        WHERE c.status = 'OPEN' AND c.channel <> 'MEETING' GROUP BY a.id HAVING count(*) > a.conversation_capacity
    """,
}


async def check_conversations() -> None:
    """At most one owner of each, at most one who accepted an offer, an owner never lost, load ≤ capacity, the ledger as
    it went, seqs without a gap."""
    for name, query in _BROKEN.items():
        found = await connections.get("default").execute_query_dict(query)
        assert not found, f"{name}: {[row['id'] for row in found]}"
