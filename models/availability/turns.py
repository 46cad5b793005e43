"""Whose turn it is of a service: it changes with every booking, so it is read whenever it is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from models.availability.reading import reading
from models.organization.service import Service
from scheduling.prepared import Timeline

_MEMBERS = b"SELECT agent_id, weight, given_count, last_given_at FROM service_member WHERE service_id = $1"


async def with_turns(service: Service, timelines: Sequence[Timeline]) -> list[Timeline]:
    """The same timelines, with what the service's agents were given."""
    async with reading() as rows:
        given = {agent: turn for agent, *turn in await rows(_MEMBERS, [str(service.id)])}
    return [
        _with_turn(timeline, *given[timeline.agenda.agent]) if timeline.agenda.agent in given else timeline
        for timeline in timelines
    ]


def _with_turn(timeline: Timeline, weight: int, booked: int, last_given: datetime | None) -> Timeline:
    return replace(
        timeline,
        agenda=replace(timeline.agenda, weight=weight, booked=booked, last_given=last_given),
    )
