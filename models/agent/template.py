"""Day templates: named hours that an agent gives to single dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tortoise import fields

from models.agent.agent import Agent
from models.base import Edited


class DayTemplate(Edited):
    """Of one agent; what it says holds on every date that was given it."""

    agent: fields.ForeignKeyRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, on_delete=fields.CASCADE
    )
    agent_id: int
    name = fields.CharField(max_length=200)
    windows = fields.JSONField[Sequence[dict[str, Any]]](default=list)

    class Meta:
        table = "day_template"
        unique_together = (("agent_id", "name"),)


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A template that every agent has, and nobody changes: it is no row."""

    id: int
    name: str
    version: int = 1
    windows: Sequence[dict[str, Any]] = ()


UNAVAILABLE = BuiltIn(id=0, name="Unavailable")
"""A day off: what a date is that has neither a template nor windows of its own."""
