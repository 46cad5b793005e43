"""Tags."""

from __future__ import annotations

from models.desk import tag
from models.desk.tag import Tag
from resolvers import ids
from resolvers.context import Info
from resolvers.given import given, said
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.desk import CreateTagInput, DeleteTagInput, UpdateTagInput


async def tags(info: Info) -> list[Tag]:
    own = info.context.agent().organization_id
    return await Tag.filter(organization_id=own).order_by("name", "id")


@refusals_as_values
async def create_tag(info: Info, input: CreateTagInput) -> Payload:
    actor = info.context.agent()
    once = once_of(info.context, "createTag", input, organization_id=actor.organization_id)
    return Payload(tag=await tag.create_tag(actor=actor, once=once, **said(input)))


@refusals_as_values
async def update_tag(info: Info, input: UpdateTagInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.tag_id, "Tag", field=("tagId",))
    named = given(input, without={"tag_id"})
    return Payload(tag=await tag.update_tag(key, actor=actor, expected_version=input.expected_version, **named))


@refusals_as_values
async def delete_tag(info: Info, input: DeleteTagInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.tag_id, "Tag", field=("tagId",))
    await tag.delete_tag(key, actor=actor, expected_version=input.expected_version)
    return Payload(deleted=True)
