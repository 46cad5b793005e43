"""Inputs about hours: of agents' weeks, dates and day templates."""

from __future__ import annotations

from datetime import date as date_

import strawberry
from strawberry import UNSET

from models.words import MeetingType, Weekday
from schema.enums import ENUMS
from schema.inputs.words import EXPECTED_VERSION, IDEMPOTENCY_KEY
from schema.scalars import TimeOfDay

assert ENUMS  # they are told to Strawberry before any input names them


@strawberry.input(
    description="`end` at or before `start` crosses midnight; 00:00 to 00:00 is the whole day. Where `subjectIds` or"
    " `meetingTypes` is given, the window offers only those."
)
class WindowInput:
    start: TimeOfDay
    end: TimeOfDay
    office_id: strawberry.ID | None = None
    subject_ids: list[strawberry.ID] | None = None
    meeting_types: list[MeetingType] | None = None


@strawberry.input
class WeeklyWindowInput:
    weekday: Weekday
    window: WindowInput


@strawberry.input(description="Replaces the agent's usual week, in the agent's own zone.")
class SetWeekTemplateInput:
    agent_id: strawberry.ID
    windows: list[WeeklyWindowInput]


@strawberry.input(
    description="Gives one date the hours of a template or hours of its own (none is a day off); with neither, the week"
    " template's again."
)
class SetDateOverrideInput:
    agent_id: strawberry.ID
    date: date_
    template_id: strawberry.ID | None = None
    windows: list[WindowInput] | None = None


@strawberry.input(description="Names hours for the agent's dates; no windows are a day off.")
class CreateDayTemplateInput:
    agent_id: strawberry.ID
    name: str
    windows: list[WindowInput]
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="What is given is changed, on every date that has the template.")
class UpdateDayTemplateInput:
    template_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
    name: str | None = UNSET
    windows: list[WindowInput] | None = UNSET


@strawberry.input(description="The dates that have the template keep its hours as their own.")
class DeleteDayTemplateInput:
    template_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
