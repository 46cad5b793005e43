"""Voice messages that were not recorded as Ogg/Opus are written as that, too; what was sent is kept.

`begin` says what is to be done, and no transaction is open while it is done. The key of what will be there is written
down before: nothing is ever kept that nobody knows of.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.attachment.attachment import Attachment, new_key
from models.attachment.dropping import drop_later
from models.attachment.looking import Looked
from models.conversation.adding import announce_message
from models.conversation.conversation import Conversation
from models.conversation.message import Message
from models.transactions import transaction
from models.words import DeliveryState
from realtime.events import EventKind


@dataclass(frozen=True, slots=True)
class Errand:
    """What is to be read, and where what is made of it is to be put."""

    attachment_id: int
    key: str
    media_type: str
    opus_key: str


async def begin(attachment_id: int) -> Errand | None:
    """What is to be done for the voice message; None where nothing is, any more. Of an attempt before, which has fallen
    or is still running, nothing is kept."""
    async with transaction() as tx:
        found = await Attachment.filter(id=attachment_id).select_for_update().first()
        if found is None or found.state is not DeliveryState.PENDING:
            return None
        if found.opus_key is not None:
            await drop_later(tx, found.opus_key)
        opus_key = new_key(found.organization_id)
        await tx.rows("UPDATE attachment SET opus_key = %s WHERE id = %s", opus_key, found.id)
    return Errand(found.id, found.key, found.media_type, opus_key)


async def keep(errand: Errand, made: Looked) -> bool:
    """Write down what was made, and tell everyone. False where nobody wants it any more: then it is to be deleted."""
    async with transaction() as tx:
        kept = await tx.rows(
            "UPDATE attachment SET state = 'DONE', opus_bytes = %s, opus_sha256 = %s,"
            " duration_seconds = coalesce(duration_seconds, %s) WHERE id = %s AND opus_key = %s AND state = 'PENDING'"
            " RETURNING message_id",
            made.content.size, made.content.sha256, made.seconds, errand.attachment_id, errand.opus_key,
        )  # fmt: skip
        if kept:
            await _tell(kept[0]["message_id"])
    return bool(kept)


async def leave(errand: Errand) -> None:
    """Have the voice message be as it was sent: nobody here can write it anew."""
    await _settle(errand, DeliveryState.NOT_NEEDED)


async def give_up(errand: Errand) -> None:
    """Have it be as it was sent, since it cannot be written anew."""
    await _settle(errand, DeliveryState.FAILED)


async def _settle(errand: Errand, state: DeliveryState) -> None:
    async with transaction() as tx:
        settled = await tx.rows(
            "UPDATE attachment SET state = %s WHERE id = %s AND state = 'PENDING' RETURNING message_id",
            state.value, errand.attachment_id,
        )  # fmt: skip
        if settled:
            await _tell(settled[0]["message_id"])


async def _tell(message_id: int) -> None:
    message = await Message.get(id=message_id)
    conversation = await Conversation.get(id=message.conversation_id)
    await announce_message(conversation, message, EventKind.MESSAGE_CHANGED)
