"""The audit: who set up what, when, and what it was before."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from models.agent.agent import Agent
from models.base import Owned


class AuditEntry(Owned):
    """`target_kind` and `target_id` name the row that was changed, which may be gone since.

    `actor_name` is the agent's name at that moment, None for what the system did by itself. `detail` is as
    clients are told it, but for `{"$node": [kind, id]}`, which stands for a global id.
    """

    at = fields.DatetimeField(auto_now_add=True)
    actor_agent: fields.ForeignKeyNullableRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    actor_agent_id: int | None
    actor_name = fields.CharField(max_length=200, null=True)
    action = fields.CharField(max_length=64)
    target_kind = fields.CharField(max_length=32)
    target_id = fields.BigIntField()
    detail = fields.JSONField[dict[str, Any]](default=dict)

    class Meta:
        table = "audit_entry"
        indexes = (("organization_id", "at", "id"), ("organization_id", "target_kind", "target_id"))
