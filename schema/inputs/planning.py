"""Inputs about subjects and planning rules. In updates, what is absent stays as it is."""

from __future__ import annotations

import strawberry
from strawberry import UNSET

from models.words import MeetingType
from schema.enums import ENUMS
from schema.inputs.words import EXPECTED_VERSION, IDEMPOTENCY_KEY

assert ENUMS  # they are told to Strawberry before any input names them

_AGENTS = "The only ones who hold such meetings; of an empty list: everybody who could."
_AS_ELSEWHERE = "Null: as the default rule says, or the organization."


@strawberry.input
class CreateSubjectInput:
    name: str
    description: str | None = None
    available_for_customers: bool | None = True
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="What is given is changed.")
class UpdateSubjectInput:
    subject_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
    name: str | None = UNSET
    description: str | None = UNSET
    available_for_customers: bool | None = UNSET


@strawberry.input
class RuleFieldsInput:
    """What creating and updating have in common; durations are whole minutes."""

    enabled: bool | None = UNSET
    duration_options: list[int] | None = UNSET
    default_duration_minutes: int | None = strawberry.field(default=UNSET, description="One of the options.")
    slot_interval_minutes: int | None = UNSET
    buffer_before_minutes: int | None = UNSET
    buffer_after_minutes: int | None = UNSET
    minimum_notice_minutes: int | None = strawberry.field(default=UNSET, description=_AS_ELSEWHERE)
    bookable_days_ahead: int | None = strawberry.field(default=UNSET, description=_AS_ELSEWHERE)
    seats: int | None = strawberry.field(default=UNSET, description="More than one: a group meeting.")
    needs_acceptance: bool | None = UNSET
    max_per_agent_per_day: int | None = strawberry.field(default=UNSET, description=_AS_ELSEWHERE)
    max_per_agent_per_week: int | None = strawberry.field(default=UNSET, description=_AS_ELSEWHERE)
    agent_ids: list[strawberry.ID] | None = strawberry.field(default=UNSET, description=_AGENTS)


@strawberry.input(
    description="Says how a subject is met; without an office, the default for all. What is absent is as the"
    " organization's settings say. There is one rule for each subject, type and office."
)
class CreatePlanningRuleInput(RuleFieldsInput):
    subject_id: strawberry.ID
    meeting_type: MeetingType
    office_id: strawberry.ID | None = None
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="What is given is changed.")
class UpdatePlanningRuleInput(RuleFieldsInput):
    rule_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)


@strawberry.input
class DeletePlanningRuleInput:
    rule_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)


@strawberry.input
class DeleteSubjectInput:
    subject_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
