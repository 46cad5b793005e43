"""Invitations that were used, or have lapsed, long ago no longer say who was invited."""

from __future__ import annotations

from datetime import datetime

from models.organization.organization import Organization
from models.transactions import Transaction

_FORGET = """
WITH outdated AS (
    SELECT id, invited_id FROM schedule_link
    WHERE organization_id = %s AND invited_id IS NOT NULL AND (used_at < %s OR expires_at < %s)
    LIMIT %s FOR UPDATE SKIP LOCKED
)
UPDATE schedule_link s SET invited_id = NULL FROM outdated o WHERE s.id = o.id RETURNING o.invited_id
"""


async def purge_invitations(
    tx: Transaction, organization: Organization, *, before: datetime, limit: int
) -> frozenset[int]:
    """Have those that ended before forget whom they were for, at most so many; the ids of these contacts."""
    rows = await tx.rows(_FORGET, organization.id, before, before, limit)
    return frozenset(row["invited_id"] for row in rows)
