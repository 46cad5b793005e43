"""What the rows say of agents' time, put together for the engine: one query a table, however many agents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from models.agent.hours import DateOverride, weekly_windows
from models.availability.pool import Member
from models.availability.target import Target
from models.calendar.connection import BusyTime, CalendarConnection
from models.claim import Claim
from models.organization.service import ServiceMember
from models.words import ConnectionStatus
from scheduling import agenda, hours
from scheduling.agenda import Agenda, ClaimKind
from scheduling.intervals import Interval
from scheduling.timeline import Span


async def agendas(
    candidates: Mapping[int, Member], *, span: Span, target: Target, now: datetime
) -> list[Agenda]:
    """Everything that is known of the candidates' time over the span."""
    ids = list(candidates)
    within = {"agent_id__in": ids, "starts_at__lt": span.end, "ends_at__gt": span.origin}
    claims = _by_agent(c for c in await Claim.filter(**within) if c.expires_at is None or c.expires_at > now)
    uses_calendars = target.organization.settings.compute_availability_from_calendars
    busy = _by_agent(await BusyTime.filter(**within) if uses_calendars else [])
    unread = await _agents_with_unread_calendars(ids, now=now) if uses_calendars else set()
    overridden = DateOverride.filter(agent_id__in=ids, date__gte=span.origin.date() - hours.DAY)
    overrides = _by_agent(await overridden.select_related("template"))
    return [
        Agenda(
            agent=agent.id,
            zone=agent.zone,
            week=weekly_windows(agent),
            overrides=tuple(hours.DateOverride(o.date, o.hours) for o in overrides[agent.id]),
            busy=tuple(Interval.between(b.starts_at, b.ends_at) for b in busy[agent.id]),
            calendars_known=agent.id not in unread,
            claims=tuple(_claim(c) for c in claims[agent.id]),
            **_fairness(member),
        )
        for agent, member in candidates.values()
    ]


def _claim(row: Claim) -> agenda.Claim:
    kind = ClaimKind.MEETING if row.meeting_id is not None else ClaimKind.HOLD
    core = None
    if row.core_starts_at is not None and row.core_ends_at is not None:
        core = Interval.between(row.core_starts_at, row.core_ends_at)
    return agenda.Claim(id=row.id, kind=kind, claimed=Interval.between(row.starts_at, row.ends_at), core=core)


def _fairness(member: ServiceMember | None) -> dict[str, Any]:
    if member is None:
        return {}
    return {"weight": member.weight, "booked": member.given_count, "last_given": member.last_given_at}


def _by_agent(rows: Iterable[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.agent_id].append(row)
    return grouped


async def _agents_with_unread_calendars(ids: Sequence[int], *, now: datetime) -> set[int]:
    """Those with a calendar of which nothing is known now: never read, cut off, or read up to a time that is past."""
    unread = CalendarConnection.filter(agent_id__in=list(ids)).filter(
        Q(known_until__isnull=True) | Q(known_until__lte=now) | ~Q(status=ConnectionStatus.CONNECTED)
    )
    return {connection.agent_id for connection in await unread}
