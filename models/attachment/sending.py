"""A message takes the attachment that its writer has uploaded for it: once, and for good."""

from __future__ import annotations

from errors import Invalid, NotFound, Refused
from models import input
from models.actor import AgentActor, KnownActor
from models.attachment.attachment import Attachment
from models.attachment.permission import check_enabled
from models.conversation.message import Message
from models.transactions import Transaction
from models.words import DeliveryState, MessageKind

CARRYING = (MessageKind.ATTACHMENT, MessageKind.VOICE)
"""The kinds of messages that are nothing without an attachment."""

TRANSCODE = "attachments.transcode"

_FIELD = ("attachmentId",)
# Of several messages at once one has it.
_TAKE = """
UPDATE attachment SET message_id = %s, state = CASE WHEN %s AND NOT is_opus THEN 'PENDING' ELSE state END
WHERE id = %s AND message_id IS NULL AND stored_at IS NOT NULL AND conversation_id = %s
    AND (agent_id = %s OR contact_id = ANY(%s))
RETURNING media_type, state
"""


def kind_with(kind: MessageKind, attachment_id: int | None) -> MessageKind:
    """What a message with this attachment is: a TEXT is an ATTACHMENT then, a note is still a note. Refuses Invalid for
    kinds that need one, and those that take none."""
    if attachment_id is None:
        if kind in CARRYING:
            raise Invalid("Upload the file, and say which attachment it is.", field=_FIELD)
        return kind
    if kind is MessageKind.TEMPLATE:
        raise Invalid("A template takes no attachment.", field=_FIELD)
    return MessageKind.ATTACHMENT if kind is MessageKind.TEXT else kind


def text_with(text: str, attachment_id: int | None) -> str | None:
    """The text as it is kept; none at all is enough with an attachment. Refuses Invalid."""
    return None if attachment_id is not None and not text.strip() else input.text(text, field=("text",))


async def attach(tx: Transaction, message: Message, attachment_id: int | None, *, actor: KnownActor) -> None:
    """Have the message have the attachment, and a voice message be written anew where it must; part of the verb that
    sends it.

    Refuses NotAllowed where the organization takes no files; NotFound for what the actor has not uploaded for this
    conversation; Invalid for what was sent before, and for a voice message that is no sound.
    """
    if attachment_id is None:
        return
    await check_enabled(message.organization_id)
    agent_id = actor.agent.id if isinstance(actor, AgentActor) else None
    contacts = [] if isinstance(actor, AgentActor) else list(actor.contact_ids)
    is_voice = message.kind is MessageKind.VOICE
    taken = await tx.rows(
        _TAKE, message.id, is_voice, attachment_id, message.conversation_id, agent_id, contacts
    )
    if not taken:
        raise await _refusal(message, attachment_id, agent_id=agent_id, contacts=contacts)
    check_sound(message.kind, taken[0]["media_type"])
    if taken[0]["state"] == DeliveryState.PENDING.value:
        await tx.later(TRANSCODE, attachment_id=attachment_id, asked_at=message.at.isoformat())


def check_sound(kind: MessageKind, media_type: str) -> None:
    """Refuses Invalid for a voice message that is no sound."""
    if kind is MessageKind.VOICE and not media_type.startswith("audio/"):
        raise Invalid("A voice message is a sound.", field=("kind",))


async def _refusal(
    message: Message, attachment_id: int, *, agent_id: int | None, contacts: list[int]
) -> Refused:
    own = Attachment.filter(id=attachment_id, conversation_id=message.conversation_id)
    sent = own.filter(contact_id__in=contacts) if agent_id is None else own.filter(agent_id=agent_id)
    if await sent.filter(message_id__isnull=False).exists():
        return Invalid("This attachment was sent before: upload the file again.", field=_FIELD)
    return NotFound("There is no such attachment of yours in this conversation.", field=_FIELD)
