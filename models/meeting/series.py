"""Series: meetings booked by one request, after a recurrence rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tortoise import fields

from models.base import Owned
from models.contact.contact import Contact


class MeetingSeries(Owned):
    """`outcome` keeps what was said of every occurrence, so that the same request again gets the same answer."""

    guest: fields.ForeignKeyRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name=False, on_delete=fields.CASCADE
    )
    guest_id: int
    recurrence = fields.TextField()
    outcome = fields.JSONField[Sequence[Mapping[str, Any]]](default=list)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "meeting_series"
