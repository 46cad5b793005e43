"""Inputs about agents' calendars."""

from __future__ import annotations

import strawberry

from schema.scalars import Upload


@strawberry.input(description="Connects an iCalendar feed of the agent: the address of one, or an .ics file.")
class ConnectCalendarFeedInput:
    agent_id: strawberry.ID
    name: str = strawberry.field(description="What the agent calls this calendar.")
    url: str | None = strawberry.field(default=None, description="http, https or webcal; read again and again.")
    file: Upload | None = strawberry.field(
        default=None, description="An .ics file of 10 MB at most; read once, for two years ahead."
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="The same key with the same input returns the first outcome."
    )


@strawberry.input
class CalendarConnectionInput:
    connection_id: strawberry.ID


@strawberry.input(description="Whose secret calendar is meant: one's own, or, by an administrator, an agent's.")
class CalendarFeedInput:
    agent_id: strawberry.ID | None = None
