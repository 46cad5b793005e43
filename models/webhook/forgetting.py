"""What webhooks were told of a message is forgotten with what it said: also by what waits to be sent, or sent again."""

from __future__ import annotations

from models.conversation.message import Message
from models.transactions import Transaction
from models.webhook.naming import name_of

_FORGET = """
UPDATE webhook_delivery d SET body = jsonb_set(body::jsonb, '{data,message,text}', 'null', false)::text, answer = NULL
FROM webhook w WHERE w.organization_id = %s AND d.webhook_id = w.id AND d.message_id = %s
"""


async def forget_text(tx: Transaction, message: Message) -> None:
    """Part of taking the message's text away; what a receiver has answered may repeat it. What has arrived somewhere is
    there."""
    await tx.rows(_FORGET, message.organization_id, name_of("message", message.id, message.at))
