"""Inputs about agents' calendars."""

from __future__ import annotations

import strawberry


@strawberry.input(
    description="Connects an iCalendar feed of the agent: the address of one, or the content of an .ics file."
)
class ConnectCalendarFeedInput:
    agent_id: strawberry.ID
    name: str = strawberry.field(description="What the agent calls this calendar.")
    url: str | None = strawberry.field(default=None, description="http, https or webcal; read again and again.")
    content: str | None = strawberry.field(
        default=None, description="The file itself, in base64; read once, for two years ahead."
    )


@strawberry.input
class CalendarConnectionInput:
    connection_id: strawberry.ID
