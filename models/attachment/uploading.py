"""Files are uploaded: looked at, put where files are kept, and known to who uploaded them until they send them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import structlog

from errors import (
    Invalid,
    LimitReached,
    NotAMember,
    NotFound,
    ProviderError,
    Unavailable,
)
from models.actor import AgentActor, KnownActor
from models.attachment.attachment import Attachment, new_key
from models.attachment.filename import file_name
from models.attachment.looking import Looked, look
from models.attachment.permission import check_enabled, check_size
from models.conversation.conversation import Conversation, Member
from models.transactions import Transaction, key_of, transaction
from providers.storage.protocol import ObjectStore

logger = structlog.get_logger(__name__)

MOST_UNSENT = 20
"""How many files one may have uploaded to a conversation without sending them."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file as it has come, whole: who sends it says what it is called."""

    file: BinaryIO
    filename: str
    size_bytes: int


async def upload(
    conversation: Conversation, incoming: Incoming, *, actor: KnownActor, store: ObjectStore, now: datetime
) -> Attachment:
    """Keep the file, for the actor to send it in the conversation within a day.

    Its row is written before it is put away, so that nothing is ever there that nobody knows of. Whether the message
    may be said that it is for, is asked when it is said. Refuses NotAllowed where no files are sent,
    AttachmentTooLarge, Invalid (an empty file), NotAMember, which who supervises need not be, LimitReached for one who
    has sent too few of theirs, and Unavailable while files cannot be kept.
    """
    check_size(await check_enabled(conversation.organization_id), incoming.size_bytes)
    if incoming.size_bytes == 0:
        raise Invalid("The file is empty.", field=("file",))
    looked = await asyncio.to_thread(look, incoming.file)
    attachment = await _begin(conversation, incoming, looked, actor=actor, now=now)
    try:
        await store.put(attachment.key, looked.content)
    except ProviderError as error:
        logger.warning("attachment.not_stored", attachment_id=attachment.id, error=str(error))
        raise Unavailable("Files cannot be kept just now: try again later.") from None
    return await _finish(attachment, store=store, now=now)


async def _begin(
    conversation: Conversation, incoming: Incoming, looked: Looked, *, actor: KnownActor, now: datetime
) -> Attachment:
    async with transaction(locks=[key_of("uploads", conversation.id, actor.key)]) as tx:
        await _check(tx, conversation, actor)
        media, content = looked.media, looked.content
        return await tx.add(
            Attachment(
                organization_id=conversation.organization_id,
                conversation_id=conversation.id,
                agent_id=actor.agent.id if isinstance(actor, AgentActor) else None,
                contact_id=None if isinstance(actor, AgentActor) else actor.contact.id,
                filename=file_name(incoming.filename, media_type=media.media_type),
                media_type=media.media_type,
                size_bytes=content.size,
                sha256=content.sha256,
                key=new_key(conversation.organization_id),
                created_at=now,
                duration_seconds=looked.seconds,
                is_opus=(media.media_type, media.codec) == ("audio/ogg", "opus"),
            )
        )


async def _check(tx: Transaction, conversation: Conversation, actor: KnownActor) -> None:
    supervises = isinstance(actor, AgentActor) and actor.sees_all
    if not supervises and not await Member.of(conversation.id, actor).exists():
        raise NotAMember("Only members of a conversation send files in it.")
    unsent = Attachment.filter(conversation_id=conversation.id, message_id__isnull=True)
    if isinstance(actor, AgentActor):
        mine = unsent.filter(agent_id=actor.agent.id)
    else:
        mine = unsent.filter(contact_id__in=list(actor.contact_ids))
    if await mine.count() >= MOST_UNSENT:
        raise LimitReached(f"{MOST_UNSENT} of your files wait to be sent: send them first.", field=("file",))


async def _finish(attachment: Attachment, *, store: ObjectStore, now: datetime) -> Attachment:
    async with transaction() as tx:
        [*kept] = await tx.rows(
            "UPDATE attachment SET stored_at = %s WHERE id = %s RETURNING id", now, attachment.id
        )
    if not kept:  # its conversation was deleted meanwhile
        with suppress(ProviderError):  # what cannot be deleted now is noted (see dropping.py)
            await store.delete(attachment.key)
        raise NotFound("There is no such conversation.", field=("conversationId",))
    attachment.stored_at = now
    return attachment
