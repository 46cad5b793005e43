"""Who works at a house, what is planned there and what is wanted of it, drawn at random."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st

from scheduling.agenda import Office
from scheduling.hours import DateOverride, Dates
from tests.resolvers.proven.planned import WAYS
from tests.resolvers.proven.sketch import Link, Rule, Wish, Worker
from tests.scheduling import worlds

T = TypeVar("T")
rarely = st.sampled_from([False] * 9 + [True])
sometimes = st.sampled_from([False, False, True])
mostly = rarely.map(lambda one: not one)
# What has somebody else be refused from the beginning, so that it is drawn only now and then.
faults = st.sampled_from([None] * 60 + ["public", "office", "agent", "service", "subject", "seats"])
buffers = st.sampled_from([0, 0, 5, 15, 45])
lengths = st.sampled_from([5, 8, 15, 30, 45, 60, 90])
intervals = st.sampled_from([7, 15, 30, 30, 45, 60, 90])
ways = st.sampled_from(["VIDEO", "VIDEO", "VIDEO", *WAYS[1:]])


def perhaps(some: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.one_of(st.none(), st.none(), some)


def dates(now: datetime) -> st.SearchStrategy[Dates]:
    days = st.integers(-1, 4).map(lambda days: now.date() + timedelta(days=days))
    return st.builds(
        lambda one, other, bound: Dates(min(one, other), max(one, other) if bound else None),
        days,
        days,
        st.booleans(),
    )


@st.composite
def workers(draw: st.DrawFn, now: datetime) -> Worker:
    days = st.integers(-2, 5).map(lambda days: now.date() + timedelta(days=days))
    overrides = draw(
        st.lists(st.builds(DateOverride, days, st.lists(worlds.windows, max_size=2).map(tuple)), max_size=2)
    )
    calendar = draw(st.sampled_from([None, "CONNECTED", "CONNECTED", "DISCONNECTED", "NEVER_SYNCED"]))
    busy = draw(st.lists(worlds.intervals(now), max_size=3)) if calendar else []
    return Worker(
        zone=draw(worlds.zones),
        week=draw(worlds.weeks),
        overrides=tuple({one.day: one for one in overrides}.values()),
        by_template=draw(st.booleans()),
        busy=tuple(one for one in busy if one.start < one.end),
        calendar=calendar,
        known_until=now + timedelta(minutes=draw(st.sampled_from([-1, 0, 1, 90000]))) if calendar else None,
        languages=draw(st.sampled_from([(), ("en",), ("en-GB", "ne"), ("de-AT",)])),
        is_active=draw(mostly),
        online_planning=draw(mostly),
        is_expert=draw(mostly),
        at_office=not draw(sometimes),
        is_member=draw(mostly),
        weight=draw(st.integers(1, 3)),
    )


@st.composite
def rules(draw: st.DrawFn, meeting_type: str, at_office: bool, agents: int) -> Rule:
    options = tuple(draw(st.lists(lengths, max_size=3, unique=True)))
    assigned = st.frozensets(st.integers(1, agents), min_size=1)
    return Rule(
        meeting_type=meeting_type,
        at_office=at_office,
        enabled=draw(mostly),
        durations=options,
        default=options[0] if options else draw(lengths),
        interval=draw(intervals),
        before=draw(buffers),
        after=draw(buffers),
        notice=draw(perhaps(st.sampled_from([0, 61, 1440]))),
        ahead=draw(perhaps(st.integers(0, 3))),
        seats=draw(st.sampled_from([1, 2, 3])),
        per_day=draw(perhaps(st.integers(1, 2))),
        per_week=draw(perhaps(st.integers(1, 3))),
        agents=draw(assigned) if draw(sometimes) else frozenset(),
        needs_acceptance=draw(rarely),
    )


@st.composite
def planned(draw: st.DrawFn, agents: int) -> tuple[Rule, ...]:
    """The rules of the subject: none, or defaults of some ways, and refinements of the office, also without them."""
    if not draw(mostly):
        return ()
    kinds = draw(st.lists(st.tuples(ways, rarely), max_size=4, unique=True))
    kinds = list(dict.fromkeys([("VIDEO", False)] * draw(mostly) + kinds))
    return tuple(draw(rules(way, at_office, agents)) for way, at_office in kinds)


@st.composite
def settings(draw: st.DrawFn) -> dict[str, Any]:
    drawn = {
        "default_duration_minutes": draw(lengths),
        "slot_interval_minutes": draw(intervals),
        "bookable_days_ahead": draw(st.integers(0, 3)),
        "weekends_disabled": draw(rarely),
        "agent_earliest_day": draw(st.sampled_from([0, 1])),
        "agent_minimum_notice_minutes": draw(st.sampled_from([0, 0, 59])),
        "public_earliest_day": draw(st.sampled_from([0, 0, 0, 1])),
        "public_minimum_notice_minutes": draw(st.sampled_from([0, 0, 90, 1440])),
        "compute_availability_from_calendars": draw(mostly),
        "unknown_calendars_block": draw(rarely),
        "max_meetings_per_guest_per_day": draw(st.sampled_from([None, 1, 2])),
        "max_upcoming_meetings_per_guest_and_agent": draw(st.sampled_from([2, 1, None])),
    }
    left_out = draw(st.frozensets(st.sampled_from(sorted(drawn.keys() - {"bookable_days_ahead"})), max_size=4))
    return {name: value for name, value in drawn.items() if name not in left_out}


@st.composite
def wishes(draw: st.DrawFn, now: datetime, agents: int) -> Wish:
    link = Link(
        fixes_subject=draw(st.booleans()),
        meeting_type=draw(perhaps(ways)),
        minutes=None,
        dates=draw(perhaps(dates(now))),
        address=draw(perhaps(dates(now))),
    )
    return Wish(
        of=draw(st.sampled_from([None] * (agents + 1) + [*range(1, agents + 1)])),
        zone=draw(worlds.zones),
        by_agent=draw(sometimes),
        subject=draw(mostly),
        office=draw(sometimes),
        meeting_type=draw(perhaps(ways)),
        language=draw(st.sampled_from([None, None, None, "en", "ne-NP"])),
        link=link if draw(sometimes) else None,
    )


@st.composite
def offices(draw: st.DrawFn, now: datetime) -> Office:
    """Closed for whole dates from one to another."""
    closed = draw(st.lists(dates(now), max_size=1))
    week = draw(st.one_of(st.none(), worlds.weeks))
    return Office(
        zone=draw(worlds.zones),
        week=week,
        closures=tuple(replace(one, last=one.last or one.first) for one in closed),
    )
