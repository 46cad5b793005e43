"""Attachments: uploading them, and what is told of one."""

from __future__ import annotations

from collections.abc import Awaitable
from io import SEEK_END

from starlette.datastructures import UploadFile
from strawberry import ID

from models.attachment.attachment import Attachment
from models.attachment.edition import edition_of
from models.attachment.link import attachment_url
from models.attachment.uploading import Incoming, upload
from models.conversation.message import Message
from resolvers import conversations, ids
from resolvers.context import Info
from resolvers.masking import masked
from resolvers.own import voice_in
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.attachments import Upload


@refusals_as_values
async def upload_attachment(info: Info, conversation_id: ID, file: Upload) -> Payload:
    context = info.context
    conversation = await conversations.find(info, conversation_id)
    actor = await voice_in(info, conversation)
    uploaded = await upload(
        conversation, _incoming(file), actor=actor, store=context.world.store, now=context.now()
    )
    return Payload(attachment=uploaded)


async def of_message(info: Info, root: Message) -> Attachment | None:
    return await info.context.loaders.attachment_of_message.load(root.id)


def id(root: Attachment) -> ID:
    return ID(ids.encode("Attachment", root.id))


def filename(info: Info, root: Attachment) -> str | Awaitable[str]:
    return masked(info, lambda mask: mask.file(edition_of(root).filename))


def media_type(root: Attachment) -> str:
    return edition_of(root).media_type


def size_bytes(root: Attachment) -> int:
    return edition_of(root).size_bytes


async def url(info: Info, root: Attachment) -> str | None:
    context, world = info.context, info.context.world
    return attachment_url(
        root, reader=context.actor, keys=world.keys, public_url=world.public_url, now=context.now()
    )


def _incoming(file: UploadFile) -> Incoming:
    """One of which no more was read, as it is too large for anybody, says how large that is, and can't be read."""
    size = file.file.seek(0, SEEK_END) if file.size is None else file.size
    return Incoming(file.file, file.filename or "", size)
