"""What is prepared is kept and shared, and says the same as what was prepared just now, for this agent alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.agenda import Agenda, Claim, ClaimKind, Office
from scheduling.availability import ask
from scheduling.hours import DateOverride, Dates, Topic, WeeklyWindow, Window
from scheduling.intervals import Interval
from scheduling.opening import SHAPES_KEPT
from scheduling.prepared import prepare
from scheduling.question import Question
from scheduling.timeline import Span, runs
from tests.scheduling.cases import agent
from tests.scheduling.cases import question as asked_in
from tests.scheduling.worlds import worlds

ROME = ZoneInfo("Europe/Rome")
SPAN = Span(datetime(2026, 6, 1, tzinfo=UTC), 7 * 1440)
NINE_TO_FIVE = tuple(WeeklyWindow(weekday, Window(time(9), time(17))) for weekday in range(5))
shapes = st.tuples(
    st.sampled_from([1, 8, 30, 45, 90]), st.sampled_from([0, 15]), st.sampled_from([7, 15, 30, 60])
)


@settings(max_examples=40, derandomize=True)
@given(worlds(), st.lists(shapes, min_size=2, max_size=2 * SHAPES_KEPT))
def test_one_preparation_answers_every_question_as_a_fresh_one_does(
    world: tuple[Question, list[Agenda], Office | None], asked: list[tuple[int, int, int]]
) -> None:
    question, agendas, _ = world
    span = question.span()
    kept = [prepare(agenda, span) for agenda in agendas]
    for duration, before, interval in [*asked, *asked]:
        shaped = replace(
            question, duration_minutes=duration, buffer_before_minutes=before, interval_minutes=interval
        )
        fresh = [prepare(agenda, span) for agenda in agendas]
        assert ask(shaped, kept).days(Dates()) == ask(shaped, fresh).days(Dates())
        for timeline, again in zip(kept, fresh, strict=True):
            assert runs(timeline.taken) == runs(again.taken)


def test_those_who_keep_the_same_hours_in_a_zone_share_them() -> None:
    anna = prepare(Agenda(agent=1, zone=ROME, week=NINE_TO_FIVE), SPAN)
    again = tuple(WeeklyWindow(weekday, Window(time(9), time(17))) for weekday in range(5))
    assert prepare(Agenda(agent=2, zone=ROME, week=again), SPAN).opening is anna.opening


def test_other_hours_another_zone_and_another_span_are_not_shared() -> None:
    anna = Agenda(agent=1, zone=ROME, week=NINE_TO_FIVE)
    opening = prepare(anna, SPAN).opening
    others = [
        prepare(replace(anna, overrides=(DateOverride(date(2026, 6, 2)),)), SPAN),
        prepare(replace(anna, zone=ZoneInfo("Europe/London")), SPAN),
        prepare(replace(anna, week=NINE_TO_FIVE[1:]), SPAN),
        prepare(anna, Span(SPAN.origin + timedelta(days=1), SPAN.minutes)),
    ]
    for other in others:
        assert other.opening is not opening
        assert other.hours(Topic()).open != opening.on(Topic()).open


def test_without_a_claim_its_time_is_free_and_the_prepared_one_keeps_it() -> None:
    ten = datetime(2026, 6, 1, 8, tzinfo=UTC)
    claim = Claim(5, ClaimKind.MEETING, Interval(ten, ten + timedelta(hours=1)))
    anna = prepare(Agenda(agent=1, zone=ROME, week=NINE_TO_FIVE, claims=(claim,)), SPAN)
    index = SPAN.floor(ten)
    assert not anna.free[0, 30] >> index & 1
    assert anna.without(frozenset({5})).free[0, 30] >> index & 1
    assert not anna.free[0, 30] >> index & 1
    assert anna.without(frozenset({6})) is anna


def test_windows_that_adjoin_within_a_minute_of_utc_leave_no_gap() -> None:
    """Monrovia's clock was 44 minutes and 30 seconds behind UTC until 1972."""
    monrovia, origin = ZoneInfo("Africa/Monrovia"), datetime(1971, 6, 7, tzinfo=UTC)
    windows = (Window(time(9), time(12)), Window(time(12), time(15)))
    week = tuple(WeeklyWindow(0, window) for window in windows)
    open_ = prepare(Agenda(agent=1, zone=monrovia, week=week), Span(origin, 1440)).hours(Topic()).open
    # From 9:44:30 to 15:44:30: the whole minutes within.
    assert runs(open_) == [(9 * 60 + 45, 15 * 60 + 44)]


def test_agents_prepared_for_too_short_a_time_are_not_asked() -> None:
    prepared = prepare(agent(), asked_in(days_ahead=3).span())
    with pytest.raises(ValueError, match="span"):
        ask(asked_in(days_ahead=31), [prepared])
