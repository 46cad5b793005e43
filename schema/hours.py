"""Hours: windows of a week and of a day, day templates, and dates that have hours of their own."""

from __future__ import annotations

from datetime import date as date_

import strawberry

from models.agent import template
from models.words import MeetingType, Weekday
from resolvers import hours, templates
from schema.field import resolved_by
from schema.node import Node, UserError
from schema.organization import Office, Subject
from schema.scalars import TimeOfDay


@strawberry.type(
    description="`end` at or before `start` crosses midnight; 00:00 to 00:00 is the whole day. Where `subjects` or"
    " `meetingTypes` is not null, the window offers only those."
)
class DayWindow:
    start: TimeOfDay
    end: TimeOfDay
    office: Office | None = resolved_by(hours.office_of_window)
    subjects: list[Subject] | None = resolved_by(hours.subjects_of_window)
    meeting_types: list[MeetingType] | None


@strawberry.type(description="A window of every week, in the agent's zone.")
class WeeklyWindow(DayWindow):
    weekday: Weekday


@strawberry.type(
    description='Named hours for an agent\'s dates. Every agent has the built-in "Unavailable", which nobody changes.'
)
class DayTemplate(Node):
    rows = (template.DayTemplate, template.BuiltIn)
    version: int
    name: str
    windows: list[DayWindow] = resolved_by(templates.windows_of_template)


@strawberry.type(description="The hours of one date, instead of the week template's; none is a day off.")
class DateOverride:
    date: date_
    template: DayTemplate | None = strawberry.field(
        description='Whose hours these are; of a day off "Unavailable"; null where the date has hours of its own.'
    )
    windows: list[DayWindow]


@strawberry.type
class DayTemplatePayload:
    template: DayTemplate | None
    errors: list[UserError]
