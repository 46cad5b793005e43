"""What providers tell of messages that campaigns have sent."""

from __future__ import annotations

import re

from models.transactions import transaction
from models.words import MessageStatus
from providers.messaging.protocol import Delivered, Delivery

_RANKED = (
    MessageStatus.QUEUED,
    MessageStatus.UNKNOWN,
    MessageStatus.SENT,
    MessageStatus.FAILED,
    MessageStatus.DELIVERED,
    MessageStatus.READ,
)
"""News come in any order, and some twice. What has arrived once has arrived: of the devices of one reader one may take
a message, and another one fail to."""

_AS = {
    Delivered.SENT: MessageStatus.SENT,
    Delivered.FAILED: MessageStatus.FAILED,
    Delivered.DELIVERED: MessageStatus.DELIVERED,
    Delivered.READ: MessageStatus.READ,
}
_REFERENCE = re.compile(r"recipient:([0-9]{1,18})")

# A message whose id nobody has kept, as the answer is lost or still to come, is known by its reference alone.
_KEEP = """
UPDATE campaign_recipient r SET status = %s, error = %s, message_id = coalesce(r.message_id, %s)
FROM campaign c WHERE c.id = r.campaign_id AND c.account_id = %s AND r.status = ANY(%s) AND r.id IN (
    SELECT id FROM campaign_recipient WHERE message_id = %s
    UNION ALL SELECT id FROM campaign_recipient WHERE id = %s AND message_id IS NULL
)
"""


def reference_of(recipient_id: int) -> str:
    """By which providers name a recipient's message to us."""
    return f"recipient:{recipient_id}"


async def keep_delivery(account_id: int, delivery: Delivery) -> None:
    """Keep how far a message that the account has sent has come. What is older than what is known changes nothing."""
    status = _AS[delivery.how]
    lower = _RANKED[: _RANKED.index(status)]
    named = _REFERENCE.fullmatch(delivery.reference or "")
    async with transaction() as tx:
        await tx.rows(
            _KEEP,
            status.value,
            delivery.error if status is MessageStatus.FAILED else None,
            delivery.message_id,
            account_id,
            [one.value for one in lower],
            delivery.message_id,
            int(named[1]) if named else None,
        )
