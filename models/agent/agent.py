"""An agent: who meets guests and talks with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from tortoise import fields
from tortoise.queryset import QuerySet

from models.base import Lasting
from models.words import Role


class Agent(Lasting):
    """`week` holds the week template as stored windows (see models/agent/hours.py).

    One that is no person acts for an API key (see models/agent/key.py): nothing is given to it, and nobody signs in.
    """

    name = fields.CharField(max_length=200)
    email = fields.CharField(max_length=320)
    slug = fields.CharField(max_length=64)
    role = fields.CharEnumField(Role, max_length=20, default=Role.AGENT)
    time_zone = fields.CharField(max_length=64)
    languages = fields.JSONField[list[str]](default=list)
    avatar_url = fields.TextField(null=True)
    is_active = fields.BooleanField(default=True)
    is_person = fields.BooleanField(default=True)
    online_planning = fields.BooleanField(default=True)
    conversation_capacity = fields.IntField(default=5)
    password_hash = fields.TextField(null=True)
    week = fields.JSONField[Sequence[dict[str, Any]]](default=list)
    offices: fields.ManyToManyRelation[Any] = fields.ManyToManyField(
        "frontdesk.Office", through="agent_office", related_name="agents"
    )
    expertise: fields.ManyToManyRelation[Any] = fields.ManyToManyField(
        "frontdesk.Subject", through="agent_expertise", related_name="experts"
    )

    class Meta:
        table = "agent"
        unique_together = (("organization_id", "email"), ("organization_id", "slug"))

    @classmethod
    def of(cls, organization_id: int) -> QuerySet[Agent]:
        """The people who work there, active or not; without those who are deleted."""
        return super().of(organization_id).filter(is_person=True)

    @property
    def tongues(self) -> set[str]:
        """The languages they speak, without the regions; none where they do not say."""
        return {tag.split("-")[0].lower() for tag in self.languages}

    def speaks(self, language: str) -> bool:
        """Whether they say so, or say nothing."""
        return speaks(self.languages, language)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def speaks(languages: Sequence[str], language: str) -> bool:
    """Whether one of the languages is the same but for the region; or there are none, which says nothing."""
    return not languages or language.split("-")[0].lower() in {tag.split("-")[0].lower() for tag in languages}
