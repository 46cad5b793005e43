"""Organizations whose meetings get calls, and what came of one."""

from __future__ import annotations

from typing import Any

from models.agent.agent import Agent
from models.call.connection import MeetingProviderConnection
from models.meeting.meeting import Meeting, MeetingChange
from models.organization.organization import Organization
from models.words import MeetingChangeKind, MeetingProvider

SERVER = "https://meet.example.org"
CREATED, FAILED = MeetingChangeKind.VIRTUAL_MEETING_CREATED, MeetingChangeKind.VIRTUAL_MEETING_FAILED


async def a_provider(organization: Organization, **values: Any) -> MeetingProviderConnection:
    """One that is connected: the default, unless something else is said."""
    return await MeetingProviderConnection.create(
        **{
            "organization": organization,
            "provider": MeetingProvider.JITSI,
            "account": SERVER,
            "is_default": True,
            **values,
        }
    )


async def automate(agent: Agent, **how: Any) -> None:
    """Have the agent's organization want calls for its meetings."""
    organization = await Organization.get(id=agent.organization_id)
    stored = {**organization.stored_settings, "virtual_meetings": {"enabled": True, **how}}
    await Organization.filter(id=organization.id).update(stored_settings=stored)


async def call_of(meeting: Meeting) -> tuple[str | None, str | None, str | None, str | None]:
    """Its state, and how it is joined."""
    found = await Meeting.get(id=meeting.id)
    state = found.call_state and found.call_state.value
    return state, found.join_url, found.join_password, found.dial_in


async def news(meeting: Meeting) -> list[str]:
    """What the history tells of the meeting's call."""
    kinds = MeetingChange.filter(meeting_id=meeting.id, kind__in=[CREATED, FAILED]).order_by("id")
    return [change.kind.value for change in await kinds]


NOTHING = (None, None, None, None)
