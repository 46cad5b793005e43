"""Messages that are to be sent later, as their authors see them."""

from __future__ import annotations

from collections.abc import Sequence

from strawberry import ID

from errors import ErrorCode
from models.attachment.attachment import Attachment
from models.conversation import scheduling
from models.conversation.conversation import Conversation
from models.conversation.message import Message
from models.conversation.scheduled import ScheduledMessage
from resolvers import ids
from resolvers.context import Info
from resolvers.payloads import Payload, refusals_as_values


@refusals_as_values
async def cancel_scheduled_message(info: Info, scheduled_message_id: ID) -> Payload:
    actor = info.context.agent()
    key = ids.decode(scheduled_message_id, "ScheduledMessage", field=("scheduledMessageId",))
    return Payload(scheduled=await scheduling.cancel(key, actor=actor))


async def of_conversation(info: Info, root: Conversation) -> Sequence[ScheduledMessage]:
    """The viewer's own that wait, or could not be sent; the next one first."""
    return await info.context.loaders.scheduled_of_conversation.load(root.id)


async def conversation(info: Info, root: ScheduledMessage) -> Conversation | None:
    """None where the author does not see it any more."""
    visible = Conversation.visible_to(info.context.actor)
    return await visible.filter(id=root.conversation_id).first()


async def reply_to(info: Info, root: ScheduledMessage) -> Message | None:
    return None if root.reply_to_id is None else await info.context.loaders.messages.load(root.reply_to_id)


async def message(info: Info, root: ScheduledMessage) -> Message | None:
    return None if root.message_id is None else await info.context.loaders.messages.load(root.message_id)


async def attachment(root: ScheduledMessage) -> Attachment | None:
    return None if root.attachment_id is None else await Attachment.get_or_none(id=root.attachment_id)


def failure(root: ScheduledMessage) -> ErrorCode | None:
    return None if root.failure is None else ErrorCode(root.failure)
