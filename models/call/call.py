"""The call of a meeting, as a provider knows it. What is told of it to people stands in the meeting."""

from __future__ import annotations

from tortoise import fields

from models.base import Owned
from models.call.connection import MeetingProviderConnection
from models.meeting.meeting import Meeting


class Call(Owned):
    """There from the moment it is asked for. `key` is our name of it, under which a provider that is asked twice makes
    one; `external_id` the provider's, once it is made, for a meeting from `starts_at` to `ends_at`."""

    meeting: fields.OneToOneRelation[Meeting] = fields.OneToOneField(
        "frontdesk.Meeting", related_name=False, on_delete=fields.CASCADE
    )
    meeting_id: int
    connection: fields.ForeignKeyNullableRelation[MeetingProviderConnection] = fields.ForeignKeyField(
        "frontdesk.MeetingProviderConnection", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    connection_id: int | None
    key = fields.CharField(max_length=32)
    has_password = fields.BooleanField(default=False)
    external_id = fields.CharField(max_length=200, null=True)
    starts_at = fields.DatetimeField(null=True)
    ends_at = fields.DatetimeField(null=True)

    class Meta:
        table = "call"

    def is_for(self, meeting: Meeting) -> bool:
        """Whether it was made for the meeting's time."""
        return (self.starts_at, self.ends_at) == (meeting.start, meeting.end)
