"""Canned replies."""

from __future__ import annotations

from typing import Any

from strawberry import ID

from models.desk import canned_reply
from models.desk.canned_reply import CannedReply
from models.desk.filling import fill
from models.organization.service import Service
from resolvers import conversations, ids
from resolvers.context import Info
from resolvers.given import given, said
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.desk import CreateCannedReplyInput, DeleteCannedReplyInput, UpdateCannedReplyInput

_NULLABLE = ("service_id", "locale")


async def canned_replies(
    info: Info, service_id: ID | None = None, search: str | None = None
) -> list[CannedReply]:
    actor, service = info.context.agent(), ids.sought(service_id, "Service")
    return await CannedReply.at_hand_of(actor, service_id=service, search=search)


async def service(info: Info, root: CannedReply) -> Service | None:
    return None if root.service_id is None else await info.context.loaders.services.load(root.service_id)


async def canned_reply_text(info: Info, reply_id: ID, conversation_id: ID) -> str:
    actor, key = info.context.agent(), ids.decode(reply_id, "CannedReply", field=("replyId",))
    conversation = await conversations.find(info, conversation_id)
    return await fill(key, conversation, actor=actor, now=info.context.now(), field="replyId")


@refusals_as_values
async def create_canned_reply(info: Info, input: CreateCannedReplyInput) -> Payload:
    actor = info.context.agent()
    once = once_of(info.context, "createCannedReply", input, organization_id=actor.organization_id)
    named = _meant(said(input, nullable=_NULLABLE))
    return Payload(reply=await canned_reply.create_canned_reply(actor=actor, once=once, **named))


@refusals_as_values
async def update_canned_reply(info: Info, input: UpdateCannedReplyInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.reply_id, "CannedReply", field=("replyId",))
    named = _meant(given(input, nullable=_NULLABLE, without={"reply_id"}))
    version = input.expected_version
    return Payload(
        reply=await canned_reply.update_canned_reply(key, actor=actor, expected_version=version, **named)
    )


@refusals_as_values
async def delete_canned_reply(info: Info, input: DeleteCannedReplyInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.reply_id, "CannedReply", field=("replyId",))
    await canned_reply.delete_canned_reply(key, actor=actor, expected_version=input.expected_version)
    return Payload(deleted=True)


def _meant(named: dict[str, Any]) -> dict[str, Any]:
    """What the input names, in the words of the model."""
    if "service_id" in named:
        named["service_id"] = ids.decode_some(named["service_id"], "Service", field=("serviceId",))
    return named
