"""Attachments are forgotten: of a message that is taken back, and those that nobody has sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from models.conversation.message import Message
from models.transactions import Transaction, transaction

UNSENT_KEPT = timedelta(days=1)
_FORGET = """
DELETE FROM attachment a WHERE a.message_id IS NULL AND a.created_at < %s
    AND NOT EXISTS (SELECT FROM scheduled_message s WHERE s.attachment_id = a.id)
"""


async def forget_attachment(tx: Transaction, message: Message) -> None:
    """Delete the message's attachment, if it has one, for good: from now on nobody is given it, whatever link they
    hold. Part of the verb that takes the message back, which tells everyone that it has changed."""
    await tx.rows("DELETE FROM attachment WHERE message_id = %s", message.id)


async def forget_unsent(*, now: datetime) -> None:
    """Delete what was uploaded a day ago and no message has used since, nor is to use later."""
    async with transaction() as tx:
        await tx.rows(_FORGET, now - UNSENT_KEPT)
