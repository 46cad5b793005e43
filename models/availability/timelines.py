"""Agents' time as the engine wants it, out of what rows say: kept until something of it changes.

Claims change with every booking, all the rest of an agent's time seldom: so that is prepared, and kept, by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from models.agent.agent import Agent
from models.agent.hours import weekly_windows
from models.availability.memory import Kept
from models.availability.reading import ids, reading, window
from models.availability.sight import Sight
from models.changes import claims_of, time_of
from models.windows import windows
from scheduling import hours
from scheduling.agenda import Agenda, Claim, ClaimKind, Counted
from scheduling.hours import DAY
from scheduling.intervals import Interval
from scheduling.prepared import Timeline, prepare
from scheduling.timeline import Span

# A week of which only a part lies in the span counts from its Monday on, and to its end, wherever the agent is.
_COUNTED_AROUND = timedelta(days=8)
# Masks of a timeline, with those that are made when it is first asked about; and of one without claims.
_MASKS, _UNCLAIMED_MASKS = 6, 4
# Claims that are known as the engine wants them, each of less than a kilobyte.
_MOST_TAKEN = 20_000

_CLAIMS = b"""
SELECT agent_id, id, meeting_id, starts_at, ends_at, core_starts_at, core_ends_at, expires_at, subject_id, meeting_type
FROM claim WHERE agent_id = ANY($1::text::bigint[]) AND ends_at > $2 AND starts_at < $3
"""
_BUSY = b"""
SELECT agent_id, starts_at, ends_at FROM busy_time
WHERE agent_id = ANY($1::text::bigint[]) AND ends_at > $2 AND starts_at < $3
"""
_CALENDARS = b"""
SELECT agent_id, CASE status WHEN 'CONNECTED' THEN known_until END FROM calendar_connection
WHERE agent_id = ANY($1::text::bigint[])
"""
_OVERRIDES = b"""
SELECT date_override.agent_id, date, coalesce(day_template.windows, date_override.windows)
FROM date_override LEFT JOIN day_template ON day_template.id = template_id
WHERE date_override.agent_id = ANY($1::text::bigint[]) AND date >= $2
"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A timeline, and between which moments it is this one: no claim expires, nor does what a calendar said."""

    timeline: Timeline
    since: datetime | None
    until: datetime | None

    def holds(self, now: datetime) -> bool:
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class _Unclaimed:
    """An agent's time as if there were no claims, and until when each calendar is known."""

    timeline: Timeline
    known: tuple[datetime | None, ...]


async def timelines(
    sight: Sight, agents: Collection[Agent], *, span: Span, by_calendars: bool, now: datetime
) -> list[Prepared]:
    """The agents' timelines over the span, in the same order; with `by_calendars` what calendars say is busy counts."""
    named = {(Timeline, agent.id, span, by_calendars): agent for agent in agents}

    async def read(keys: Sequence[Any]) -> Mapping[Any, Kept[Prepared]]:
        asked = [named[key] for key in keys]
        unclaimed = await _unclaimed(sight, asked, span=span, by_calendars=by_calendars)
        async with reading() as rows:
            values = [
                ids(agent.id for agent in asked),
                span.origin - _COUNTED_AROUND,
                span.end + _COUNTED_AROUND,
            ]
            claims = _by_agent(await rows(_CLAIMS, values))
        return {
            key: _prepared(agent, one, claims.get(agent.id, ()), now=now)
            for key, agent, one in zip(keys, asked, unclaimed, strict=True)
        }

    found = await sight.recall_each(list(named), read, fits=lambda prepared: prepared.holds(now))
    return [found[key] for key in named]


async def _unclaimed(
    sight: Sight, agents: Sequence[Agent], *, span: Span, by_calendars: bool
) -> list[_Unclaimed]:
    named = {(_Unclaimed, agent.id, span, by_calendars): agent for agent in agents}

    async def read(keys: Sequence[Any]) -> Mapping[Any, Kept[_Unclaimed]]:
        return await _read({key: named[key] for key in keys}, span=span, by_calendars=by_calendars)

    found = await sight.recall_each(list(named), read)
    return [found[key] for key in named]


async def _read(named: Mapping[Any, Agent], *, span: Span, by_calendars: bool) -> dict[Any, Kept[_Unclaimed]]:
    """One query a table, however many agents."""
    whose = ids(agent.id for agent in named.values())
    async with reading() as rows:
        busy = _by_agent(await rows(_BUSY, [whose, span.origin, span.end]) if by_calendars else ())
        calendars = _by_agent(await rows(_CALENDARS, [whose]) if by_calendars else ())
        overrides = _by_agent(await rows(_OVERRIDES, [whose, span.origin.date() - DAY]))
    read = {}
    for key, agent in named.items():
        agenda = Agenda(
            agent=agent.id,
            zone=agent.zone,
            week=weekly_windows(agent),
            overrides=tuple(
                hours.DateOverride(day, windows(said)) for day, said in overrides.get(agent.id, ())
            ),
            busy=tuple(Interval.between(start, end) for start, end in busy.get(agent.id, ())),
        )
        known = tuple(until for [until] in calendars.get(agent.id, ()))
        unclaimed = _Unclaimed(prepare(agenda, span), known)
        read[key] = Kept(unclaimed, frozenset({time_of(agent.id)}), size=_UNCLAIMED_MASKS * span.minutes // 8)
    return read


def _by_agent(rows: Iterable[tuple[Any, ...]]) -> Mapping[int, Sequence[Any]]:
    """Each row by its agent, and without the agent's id."""
    grouped: dict[int, list[Any]] = defaultdict(list)
    for agent, *row in rows:
        grouped[agent].append(row)
    return grouped


def _prepared(agent: Agent, unclaimed: _Unclaimed, rows: Iterable[Any], *, now: datetime) -> Kept[Prepared]:
    known, span, zone = unclaimed.known, unclaimed.timeline.span, agent.zone
    taken = [_taken(zone, *row) for row in rows]
    live = [one for one in taken if one.until is None or one.until > now]
    during = [one.claim for one in live]
    agenda = replace(
        unclaimed.timeline.agenda,
        calendars_known=all(until is not None and until > now for until in known),
        claims=tuple(one for one in during if one.claimed.end > span.origin and one.claimed.start < span.end),
        counted=tuple(one.counted for one in live if one.counted is not None),
    )
    since, until = window([*(one.until for one in taken if one.until is not None), *known], now=now)
    return Kept(
        Prepared(unclaimed.timeline.of(agenda), since, until),
        frozenset({time_of(agent.id), claims_of(agent.id)}),
        size=_MASKS * span.minutes // 8,
    )


@dataclass(frozen=True, slots=True)
class _Taken:
    """A row of claims (see models/claim.py) as the engine wants it; `until` when it ends by itself."""

    claim: Claim
    counted: Counted | None
    until: datetime | None


@lru_cache(maxsize=_MOST_TAKEN)
def _taken(
    zone: ZoneInfo,
    id: int,
    meeting_id: int | None,
    starts_at: datetime,
    ends_at: datetime,
    core_starts_at: datetime | None,
    core_ends_at: datetime | None,
    expires_at: datetime | None,
    subject_id: int | None,
    meeting_type: str | None,
) -> _Taken:
    """Made once of each row that says the same: an agent's rows are read again whenever one more is added."""
    core = counted = None
    if core_starts_at is not None and core_ends_at is not None:
        core = Interval.between(core_starts_at, core_ends_at)
    if meeting_type is not None:
        day = (core_starts_at or starts_at).astimezone(zone).date()
        counted = Counted(claim=id, day=day, subject=subject_id, meeting_type=meeting_type)
    kind = ClaimKind.MEETING if meeting_id is not None else ClaimKind.HOLD
    claim = Claim(id=id, kind=kind, claimed=Interval.between(starts_at, ends_at), core=core)
    return _Taken(claim, counted, expires_at)
