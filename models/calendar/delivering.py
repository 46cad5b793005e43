"""Whether the calendars of a meeting's agents have it yet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tortoise import connections

from models.words import CalendarProvider, DeliveryState

# Of an agent with several calendars, the one that was connected first.
_CONNECTED = """
SELECT DISTINCT ON (held.meeting_id, held.agent_id) held.meeting_id, held.agent_id, connected.provider
FROM meeting_agent held JOIN calendar_connection connected ON connected.agent_id = held.agent_id
WHERE held.meeting_id = ANY(%s)
ORDER BY held.meeting_id, held.agent_id, connected.id
"""


@dataclass(frozen=True, slots=True)
class CalendarEventState:
    """Whether an agent's calendar has a meeting of theirs."""

    meeting_id: int
    agent_id: int
    provider: CalendarProvider
    status: DeliveryState
    last_error: str | None = None


async def event_states(meeting_ids: Collection[int]) -> list[CalendarEventState]:
    """Of each meeting, one for each of its agents who has a calendar connected, in their order. What is connected today
    can only be read: agents take the meeting over from the calendar file in their mail."""
    rows = await connections.get("default").execute_query_dict(_CONNECTED, [list(meeting_ids)])
    return [
        CalendarEventState(
            row["meeting_id"], row["agent_id"], CalendarProvider(row["provider"]), DeliveryState.NOT_NEEDED
        )
        for row in rows
    ]
