"""That a contact was merged into another one, and exactly what moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tortoise import fields

from models.agent.agent import Agent
from models.base import Owned
from models.contact.contact import Contact


class ContactMerge(Owned):
    """`moved` names the rows by their tables, and the fields of the kept one that were empty before. One that is undone
    is gone."""

    kept: fields.ForeignKeyRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name=False, on_delete=fields.CASCADE
    )
    kept_id: int
    merged: fields.OneToOneRelation[Contact] = fields.OneToOneField(
        "frontdesk.Contact", related_name=False, on_delete=fields.CASCADE
    )
    merged_id: int
    agent: fields.ForeignKeyNullableRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    agent_id: int | None
    at = fields.DatetimeField()
    moved = fields.JSONField[Mapping[str, Sequence[Any]]](default=dict)

    class Meta:
        table = "contact_merge"
        indexes = (("kept_id",),)
