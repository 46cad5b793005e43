"""Hours as they are kept: what goes in comes out, and two who set a date at once leave one of the two."""

from __future__ import annotations

import asyncio
from datetime import date, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from errors import Invalid
from models.agent.agent import Agent
from models.agent.hours import (
    MOST_WEEKLY_WINDOWS,
    DateOverride,
    set_date_override,
    set_week_template,
    weekly_windows,
)
from models.windows import windows
from models.words import MeetingType
from scheduling.hours import Scope, WeeklyWindow, Window

DAY = date(2027, 3, 2)
minutes = st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))
scopes = st.builds(
    Scope,
    meeting_types=st.none() | st.frozensets(st.sampled_from([one.value for one in MeetingType]), max_size=4),
)
weeks = st.lists(
    st.builds(WeeklyWindow, st.integers(0, 6), st.builds(Window, minutes, minutes, scopes)),
    max_size=10,
    unique=True,
)


@settings(
    max_examples=30,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(week=weeks)
async def test_a_week_is_kept_as_it_was_set(anna: Agent, week: list[WeeklyWindow]) -> None:
    await set_week_template(anna, week)
    assert list(weekly_windows(await Agent.get(id=anna.id))) == week


async def test_of_many_who_set_a_date_at_once_one_holds_whole(anna: Agent) -> None:
    wanted = [[Window(time(hour), time(hour + 1))] for hour in range(8)]
    await asyncio.gather(*(set_date_override(anna, DAY, hours) for hours in wanted))
    [kept] = await DateOverride.all()
    assert list(windows(kept.windows)) in wanted


async def test_a_date_goes_back_to_the_week_only_by_itself(anna: Agent) -> None:
    other = date(2027, 3, 3)
    for day in (DAY, other):
        await set_date_override(anna, day, [])
    await set_date_override(anna, DAY, None)
    await set_date_override(anna, DAY, None)
    assert [row.date for row in await DateOverride.all()] == [other]


async def test_a_week_has_room_for_many_windows_but_not_for_any_number(anna: Agent) -> None:
    windows = [Window(time(n // 60, n % 60), time(23, 59)) for n in range(MOST_WEEKLY_WINDOWS + 1)]
    week = [WeeklyWindow(n % 7, window) for n, window in enumerate(windows)]
    with pytest.raises(Invalid):
        await set_week_template(anna, week)
    assert len(weekly_windows(await set_week_template(anna, week[:-1]))) == MOST_WEEKLY_WINDOWS
