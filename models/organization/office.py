"""An office: a place where meetings are held."""

from collections.abc import Sequence
from typing import Any

from tortoise import fields

from models.base import Edited


class Office(Edited):
    """`hours` are a stored week (see models/agent/hours.py), None where the office is always open; each of the
    `closures` has a `from`, a `to` (both included) and perhaps a `reason`. All in the office's zone."""

    name = fields.CharField(max_length=200)
    address = fields.TextField(null=True)
    time_zone = fields.CharField(max_length=64)
    hours = fields.JSONField[Sequence[dict[str, Any]] | None](null=True)
    closures = fields.JSONField[Sequence[dict[str, Any]]](default=list)
    is_active = fields.BooleanField(default=True)

    class Meta:
        table = "office"
        unique_together = (("organization_id", "name"),)
