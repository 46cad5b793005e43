"""An office: a place where meetings are held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from tortoise import fields

from models.base import Lasting
from models.windows import week
from scheduling import agenda
from scheduling.hours import Dates


class Office(Lasting):
    """`hours` are a stored week (see models/windows.py), None where the office is always open; each of the
    `closures` has a `from`, a `to` (both included) and perhaps a `reason`. All in the office's zone."""

    name = fields.CharField(max_length=200)
    address = fields.TextField(null=True)
    time_zone = fields.CharField(max_length=64)
    hours = fields.JSONField[Sequence[dict[str, Any]] | None](null=True)
    closures = fields.JSONField[Sequence[dict[str, Any]]](default=list)
    is_active = fields.BooleanField(default=True)

    class Meta:
        table = "office"

    def agenda(self) -> agenda.Office:
        """When the office is open, as the engine reads it."""
        return agenda.Office(
            zone=ZoneInfo(self.time_zone),
            week=None if self.hours is None else week(self.hours),
            closures=tuple(
                Dates(date.fromisoformat(one["from"]), date.fromisoformat(one["to"])) for one in self.closures
            ),
            is_active=self.is_active,
        )
