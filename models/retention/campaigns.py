"""Whom campaigns were sent to is forgotten once they are outdated; how many there were, and how far it came, stays."""

from __future__ import annotations

from datetime import datetime

from models.organization.organization import Organization
from models.transactions import Transaction


async def forget_recipients(tx: Transaction, organization: Organization, *, before: datetime) -> None:
    """Of campaigns that ended before then. What is personal goes with the contact (see the migration of forgotten
    recipients)."""
    await tx.rows(
        "UPDATE campaign_recipient r SET contact_id = NULL FROM campaign c"
        " WHERE c.id = r.campaign_id AND c.organization_id = %s AND c.ended_at < %s AND r.phone IS NOT NULL",
        organization.id, before,
    )  # fmt: skip
