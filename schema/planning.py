"""Planning rules: which subject is met how, and how such meetings are timed."""

from __future__ import annotations

import strawberry

from models.organization.planning import PlanningRule as RuleRow
from models.words import MeetingType
from resolvers import planning
from schema.agent import Agent
from schema.field import resolved_by
from schema.node import Node, UserError
from schema.organization import Office, Subject


@strawberry.type(
    description="How a subject is met by one meeting type. The rule without an office is the default; an office's own"
    " refines it, and never enables what the default disables. For colleagues."
)
class PlanningRule(Node):
    rows = RuleRow
    version: int
    subject: Subject = resolved_by(planning.subject)
    meeting_type: MeetingType
    office: Office | None = resolved_by(planning.office)
    enabled: bool
    duration_options: list[int]
    default_duration_minutes: int
    slot_interval_minutes: int
    buffer_before_minutes: int
    buffer_after_minutes: int
    minimum_notice_minutes: int | None = strawberry.field(
        description="The public's; null: as the default rule says, or the organization."
    )
    bookable_days_ahead: int | None = strawberry.field(
        description="Null: as the default rule says, or the organization."
    )
    seats: int = strawberry.field(
        description="More than one: a group meeting that guests join until it is full."
    )
    needs_acceptance: bool = strawberry.field(description="A booking is a request until an agent accepts it.")
    max_per_agent_per_day: int | None
    max_per_agent_per_week: int | None
    agents: list[Agent] = resolved_by(
        planning.agents, description="The only ones who hold such meetings; of none: everybody who could."
    )


@strawberry.type
class PlanningRulePayload:
    rule: PlanningRule | None
    errors: list[UserError]


@strawberry.type
class DeletePayload:
    deleted: bool = resolved_by(planning.was_deleted)
    errors: list[UserError]
