"""Planning rules: which subject is met how, and how such a meeting is timed."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from models.base import Edited
from models.organization.office import Office
from models.organization.subject import Subject
from models.words import MeetingType


class PlanningRule(Edited):
    """Of one subject and meeting type. The rule without an office is the administrator's default; an office's own
    rule refines it, and can never enable what the default disables.

    Durations are whole minutes; None in notice, horizon and caps: whatever the default rule, or the organization,
    says. `agents`, where there are any, are the only ones who hold such meetings (at that office).
    """

    subject: fields.ForeignKeyRelation[Subject] = fields.ForeignKeyField(
        "frontdesk.Subject", related_name="planning_rules", on_delete=fields.CASCADE
    )
    subject_id: int
    meeting_type = fields.CharEnumField(MeetingType, max_length=10)
    office: fields.ForeignKeyNullableRelation[Office] = fields.ForeignKeyField(
        "frontdesk.Office", related_name=False, null=True, on_delete=fields.CASCADE
    )
    office_id: int | None
    enabled = fields.BooleanField(default=True)
    duration_options = fields.JSONField[list[int]](default=list)
    default_duration_minutes = fields.IntField()
    slot_interval_minutes = fields.IntField()
    buffer_before_minutes = fields.IntField(default=0)
    buffer_after_minutes = fields.IntField(default=0)
    minimum_notice_minutes = fields.IntField(null=True)
    bookable_days_ahead = fields.IntField(null=True)
    seats = fields.IntField(default=1)
    needs_acceptance = fields.BooleanField(default=False)
    max_per_agent_per_day = fields.IntField(null=True)
    max_per_agent_per_week = fields.IntField(null=True)
    agents: fields.ManyToManyRelation[Any] = fields.ManyToManyField(
        "frontdesk.Agent", through="planning_rule_agent", related_name="planning_rules"
    )

    class Meta:
        table = "planning_rule"
