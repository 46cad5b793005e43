"""What stays of meetings that are outdated: how many there were. And how far an organization's purge has come."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise import fields

from models.base import Owned
from models.words import MeetingStatus, MeetingType


class MeetingCount(Owned):
    """How many meetings of one day, subject, type and status have been purged; their guests, and their minutes.

    The day is the one on which they began, in the organization's zone. There is one row of each kind: a unique index
    sees to it, to which two without a subject are the same (migration 0018).
    """

    day = fields.DateField()
    subject_id = fields.BigIntField(null=True)
    meeting_type = fields.CharEnumField(MeetingType, max_length=10)
    status = fields.CharEnumField(MeetingStatus, max_length=20)
    meetings = fields.IntField()
    guests = fields.IntField()
    minutes = fields.BigIntField()

    class Meta:
        table = "meeting_count"


class Purge(Owned):
    """That an organization's outdated meetings are purged, and at the beginning of which `day` they were last.

    Until a later day is done, it keeps what the audit will say of it, and `waiting`: guests whose meetings are gone,
    and of whom is still to be seen whether anything is left. Whoever purges holds the row meanwhile.
    """

    day = fields.DateField()
    meetings = fields.IntField(default=0)
    conversations = fields.IntField(default=0)
    contacts = fields.IntField(default=0)
    waiting = fields.JSONField[Sequence[int]](default=list)

    class Meta:
        table = "purge"
        unique_together = (("organization_id",),)
