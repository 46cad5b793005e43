"""A schedule link: the public address under which an agent or a service is booked."""

from __future__ import annotations

from tortoise import fields

from models.agent.agent import Agent
from models.base import Edited
from models.contact.contact import Contact
from models.organization.service import Service
from models.organization.subject import Subject
from models.words import MeetingType


class ScheduleLink(Edited):
    """`offered_times`, in ISO 8601, are the only starts it offers; they are held until it is used or expires.

    `used_at` is when a booking used it, noted where that matters: one of `single_use` is good for none after that, even
    if the meeting is cancelled, and a list holds its times no longer. What is booked through an invitation counts as
    begun by the agent, who sent it to the guest who was `invited`.
    """

    slug = fields.CharField(max_length=64)
    agent: fields.ForeignKeyNullableRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name="schedule_links", null=True, on_delete=fields.CASCADE
    )
    agent_id: int | None
    service: fields.ForeignKeyNullableRelation[Service] = fields.ForeignKeyField(
        "frontdesk.Service", related_name=False, null=True, on_delete=fields.CASCADE
    )
    service_id: int | None
    subject: fields.ForeignKeyNullableRelation[Subject] = fields.ForeignKeyField(
        "frontdesk.Subject", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    subject_id: int | None
    meeting_type = fields.CharEnumField(MeetingType, max_length=10, null=True)
    duration_minutes = fields.IntField(null=True)
    from_date = fields.DateField(null=True)
    to_date = fields.DateField(null=True)
    offered_times = fields.JSONField[list[str] | None](null=True)
    single_use = fields.BooleanField(default=False)
    used_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)
    is_active = fields.BooleanField(default=True)
    is_invitation = fields.BooleanField(default=False)
    invited: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    invited_id: int | None

    class Meta:
        table = "schedule_link"
        unique_together = (("organization_id", "slug"),)
