"""What is said of an agent: who they are, in which role, where, on what and in which languages they meet guests."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypedDict

from tortoise.fields import ManyToManyRelation
from tortoise.queryset import QuerySet

from errors import Invalid, NotFound
from models import input
from models.agent.agent import Agent
from models.audit.auditing import named
from models.availability.address import check_slug
from models.editing import all_of
from models.organization.office import Office
from models.organization.subject import Subject
from models.words import Role

MOST_CONVERSATIONS = 1_000
Replaced = tuple[list[dict[str, Any]] | None, list[dict[str, Any]] | None]


class AgentFields(TypedDict, total=False):
    """What is set of an agent; what is not given stays."""

    name: str
    email: str
    slug: str
    role: Role
    avatar_url: str | None
    is_active: bool
    online_planning: bool
    languages: Sequence[str]
    time_zone: str
    conversation_capacity: int


def checked(fields: AgentFields) -> dict[str, Any]:
    """The fields as they are kept. Refuses Invalid."""
    columns: dict[str, Any] = {**fields}
    if "name" in fields:
        columns["name"] = input.line(fields["name"], field=("name",))
    if "email" in fields:
        columns["email"] = input.email(fields["email"], field=("email",))
    if "slug" in fields:
        columns["slug"] = check_slug(fields["slug"])
    if (avatar := fields.get("avatar_url")) is not None:
        columns["avatar_url"] = input.web_address(avatar, field=("avatarUrl",))
    if "languages" in fields:
        columns["languages"] = input.languages(fields["languages"], field=("languages",))
    if "time_zone" in fields:
        columns["time_zone"] = input.zone(fields["time_zone"], field=("timeZone",)).key
    if not 1 <= fields.get("conversation_capacity", 1) <= MOST_CONVERSATIONS:
        raise Invalid(f"This must be from 1 to {MOST_CONVERSATIONS}.", field=("conversationCapacity",))
    return columns


async def place(agent: Agent, offices: Collection[int] | None) -> Replaced:
    """Have the agent work at these offices and no others; None leaves it as it is. Returns what the audit is told of
    it, before and after. Refuses NotFound."""
    missing = NotFound("There is no such office.", field=("officeIds",))
    return await _replace(agent.offices, Office.of(agent.organization_id), offices, missing=missing)


async def teach(agent: Agent, expertise: Collection[int] | None) -> Replaced:
    """The same for what the agent is expert in."""
    missing = NotFound("There is no such subject.", field=("expertiseIds",))
    return await _replace(agent.expertise, Subject.of(agent.organization_id), expertise, missing=missing)


async def _replace(
    relation: ManyToManyRelation[Any], own: QuerySet[Any], ids: Collection[int] | None, *, missing: NotFound
) -> Replaced:
    if ids is None:
        return None, None
    found = await all_of(own, ids, missing=missing)
    former = named(await relation.all())
    await relation.clear()
    await relation.add(*found)
    return former, named(found)
