"""Tags, by which an organization sorts its conversations and contacts."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

from tortoise import fields

from models import input
from models.actor import AgentActor
from models.base import Edited
from models.idempotency import Once
from models.organization.authority import authority_of
from models.register import Register

LONGEST_NAME = 64


class Tag(Edited):
    name = fields.CharField(max_length=LONGEST_NAME)
    color = fields.CharField(max_length=7)

    class Meta:
        table = "tag"
        unique_together = (("organization_id", "name"),)


TAGS = Register(Tag, "tag", "tagId")


class TagFields(TypedDict, total=False):
    """What is set of a tag; what is not given stays."""

    name: str
    color: str


async def create_tag(*, actor: AgentActor, once: Once | None = None, **fields: Unpack[TagFields]) -> Tag:
    """Add a tag; it needs a name of its own and a colour. Refuses NotAllowed and Invalid."""
    (await authority_of(actor)).over_organization()
    return await TAGS.add(
        Tag(organization_id=actor.organization_id, **_checked(fields)), actor=actor, once=once
    )


async def update_tag(
    tag_id: int, *, actor: AgentActor, expected_version: int | None = None, **fields: Unpack[TagFields]
) -> Tag:
    """Change what is given of the tag. Refuses NotAllowed, NotFound, Stale and Invalid."""
    (await authority_of(actor)).over_organization()
    return await TAGS.change(tag_id, _checked(fields), actor=actor, expected_version=expected_version)


async def delete_tag(tag_id: int, *, actor: AgentActor, expected_version: int | None = None) -> None:
    """Take the tag away, also from whatever has it. Refuses NotAllowed, NotFound and Stale."""
    (await authority_of(actor)).over_organization()
    await TAGS.delete(tag_id, actor=actor, expected_version=expected_version)


def _checked(fields: TagFields) -> dict[str, Any]:
    """The fields as they are kept."""
    columns: dict[str, Any] = {**fields}
    if "name" in fields:
        columns["name"] = input.line(fields["name"], field=("name",), most=LONGEST_NAME)
    if "color" in fields:
        columns["color"] = input.color(fields["color"], field=("color",))
    return columns
