"""What a message said is taken away: for everyone, and for good."""

from __future__ import annotations

from datetime import datetime

from errors import Invalid, NotAllowed, NotFound
from models.actor import AgentActor, KnownActor
from models.attachment.forgetting import forget_attachment
from models.audit.auditing import audit
from models.conversation.adding import announce_message
from models.conversation.conversation import Conversation
from models.conversation.message import Message
from models.transactions import transaction
from models.webhook.forgetting import forget_text
from models.words import MessageKind
from realtime.events import EventKind

_REDACT = """
UPDATE message SET text = NULL, redacted = true, edited_at = %s WHERE id = %s AND NOT redacted RETURNING id
"""


async def redact(message_id: int, *, actor: KnownActor, now: datetime) -> Message:
    """Take away what the message says, with its attachment, also from where it is on its way to webhooks. That there
    was one, by whom and when, stays. Who takes it away is audited, and a second time changes nothing.

    Agents do so with what they have written, and who supervises with everything; guests with what they have written, as
    long as they are members. Refuses NotFound, NotAllowed, and Invalid for what the system says.
    """
    message = await Message.visible_to(actor).select_related("conversation").get_or_none(id=message_id)
    if message is None:
        raise NotFound("There is no such message.", field=("messageId",))
    if message.kind is MessageKind.SYSTEM:
        raise Invalid("This says what has happened.", field=("messageId",))
    if not _may(actor, message):
        raise NotAllowed("Only who has written it, or supervises, takes it away.")
    async with transaction() as tx:
        if await tx.rows(_REDACT, now, message.id):
            await forget_attachment(tx, message)
            await forget_text(tx, message)
            conversation = await Conversation.get(id=message.conversation_id)
            await announce_message(conversation, message, EventKind.MESSAGE_CHANGED)
            agent, guest = (actor, None) if isinstance(actor, AgentActor) else (None, actor.contact)
            where = {"conversation": conversation, "seq": message.seq}
            await audit(tx, "redactMessage", message, actor=agent, guest=guest, **where)
    return await Message.get(id=message.id)


def _may(actor: KnownActor, message: Message) -> bool:
    if isinstance(actor, AgentActor):
        return actor.sees_all or message.author_agent_id == actor.agent.id
    return message.author_contact_id in actor.contact_ids
