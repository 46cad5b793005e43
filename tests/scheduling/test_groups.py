"""Group meetings: a guest joins one that exists, or begins a new one."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from errors import LimitReached, SlotTaken
from scheduling.agenda import Agenda, Group
from scheduling.availability import Availability, Slot
from scheduling.hours import Dates
from scheduling.question import Distribution, GuestLimits, Question, Team
from scheduling.rules import Rule
from tests.scheduling.cases import MONDAY, ROME, agent, answer, at, interval, meeting, question, shown

NINE, HALF_PAST_NINE, TEN = (at(f"2026-06-01 {clock}", ROME) for clock in ("09:00", "09:30", "10:00"))


def group(seats_left: int, *agents: int, number: int = 70, start: str = "09:30", end: str = "10:00") -> Group:
    time = interval(f"2026-06-01 {start}", f"2026-06-01 {end}")
    return Group(number, time, frozenset(agents), seats_left)


def seated(*groups: Group, **asked: Any) -> Question:
    return question(**{"seats_offered": 10, "groups": groups, **asked})


def holding(number: int = 1, **known: Any) -> Agenda:
    """An agent whose time from 9:30 to 10:00 the group meeting has taken."""
    return agent(agent=number, claims=(meeting(70, "2026-06-01 09:30", "2026-06-01 10:00"),), **known)


def slots(availability: Availability) -> dict[str, Slot]:
    days = availability.days(Dates(MONDAY, MONDAY))
    return {slot.start.astimezone(ROME).strftime("%H:%M"): slot for day in days for slot in day.slots}


def test_a_group_meeting_is_a_slot_while_seats_are_left_and_others_are_new() -> None:
    availability = answer(seated(group(3, 1)), holding())
    assert {start: slot.seats_left for start, slot in slots(availability).items()} == {
        "09:00": 10,
        "09:30": 3,
        "10:00": 10,
        "10:30": 10,
    }
    joined = availability.decide(HALF_PAST_NINE)
    assert (joined.joins, joined.agents, joined.chosen) == (70, (1,), (1,))
    assert availability.decide(NINE).joins is None


@pytest.mark.parametrize(("left", "seats", "fits"), [(0, 1, False), (1, 1, True), (2, 3, False), (3, 3, True)])
def test_it_is_refused_for_its_seats_where_too_few_are_left(left: int, seats: int, *, fits: bool) -> None:
    availability = answer(seated(group(left, 1), seats=seats), holding())
    decision = availability.decide(HALF_PAST_NINE)
    assert decision.bookable == fits == ("09:30" in slots(availability))
    if not fits:
        assert isinstance(decision.refused, SlotTaken)
        assert [(one.agent, one.rule) for one in decision.refusals] == [(1, Rule.SEATS)]


def test_a_full_one_is_refused_until_the_next_one_of_the_same_agents_with_seats() -> None:
    later = group(1, 1, number=71, start="10:30", end="11:00")
    refused = answer(seated(group(0, 1), later), holding()).decide(HALF_PAST_NINE)
    assert refused.refusals[0].until == at("2026-06-01 10:30", ROME)
    assert answer(seated(group(0, 1)), holding()).decide(HALF_PAST_NINE).refusals[0].until is None


@pytest.mark.parametrize("unlike", [group(3, 1, end="09:45"), group(3, 2)])
def test_one_of_another_length_or_of_other_agents_is_taken_time_and_no_slot(unlike: Group) -> None:
    availability = answer(seated(unlike), holding())
    assert "09:30" not in slots(availability)
    assert availability.decide(HALF_PAST_NINE).reason is Rule.MEETING


def test_its_hours_calendars_buffers_caps_and_grid_were_asked_when_it_was_made() -> None:
    busy = (interval("2026-06-01 08:00", "2026-06-01 12:00"),)
    elsewhere = agent("14:00-15:00", busy=busy, calendars_known=False)
    availability = answer(
        seated(
            group(1, 1, start="09:37", end="10:07"),
            max_per_day=0,
            buffer_before_minutes=30,
            unknown_calendars_block=True,
            team=Team(availability_percent=100, members=5),
        ),
        elsewhere,
    )
    assert list(slots(availability)) == ["09:37"]


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ({"notice_minutes": 600}, Rule.MINIMUM_NOTICE),
        ({"earliest_day": 1}, Rule.EARLIEST_DAY),
        ({"link_dates": Dates(date(2026, 6, 2))}, Rule.LINK_DATES),
        ({"offered_starts": (NINE,)}, Rule.LINK_DATES),
        ({"guest_limits": GuestLimits(full_agents=frozenset({1}))}, Rule.GUEST_LIMIT),
        ({"guest_limits": GuestLimits(full_days=frozenset({MONDAY}))}, Rule.GUEST_LIMIT),
    ],
)
def test_what_is_asked_of_every_booking_is_asked_of_who_joins(asked: dict[str, Any], rule: Rule) -> None:
    decision = answer(seated(group(3, 1), **asked), holding()).decide(HALF_PAST_NINE)
    assert decision.reason is rule
    assert [(one.agent, one.rule) for one in decision.refusals] == [(1, rule)]


def test_a_team_fills_the_fullest_that_fits_before_it_begins_a_new_one() -> None:
    groups = group(5, 1, number=70), group(2, 2, number=71), group(2, 3, number=72)
    team = holding(1), holding(2), holding(3), agent(agent=4)
    joins = [answer(seated(*groups, seats=seats), *team).decide(HALF_PAST_NINE) for seats in (1, 2, 3, 6)]
    assert [(one.joins, one.agents) for one in joins] == [(71, (2,)), (71, (2,)), (70, (1,)), (None, (4,))]


def test_a_slot_shows_the_most_seats_that_one_booking_could_have() -> None:
    groups = group(5, 1, number=70), group(2, 2, number=71)
    both = answer(seated(*groups), holding(1), holding(2))
    assert slots(both)["09:30"][2:] == (2, 5)
    third = answer(seated(*groups), holding(1), holding(2), agent(agent=3))
    assert slots(third)["09:30"][2:] == (3, 10)
    smaller = answer(seated(*groups, seats_offered=4), holding(1), holding(2), agent(agent=3))
    assert slots(smaller)["09:30"].seats_left == 5


def test_one_that_several_hold_together_is_joined_with_all_of_them() -> None:
    together = Team(distribution=Distribution.COLLECTIVE, required_agents=2)
    members = holding(1), holding(2), agent(agent=3)
    availability = answer(seated(group(3, 2, 1), team=together), *members)
    joined = availability.decide(HALF_PAST_NINE)
    assert (joined.joins, joined.chosen) == (70, (1, 2))
    limit = GuestLimits(full_agents=frozenset({2}))
    refused = answer(seated(group(3, 2, 1), team=together, guest_limits=limit), *members).decide(HALF_PAST_NINE)
    assert isinstance(refused.refused, LimitReached)
    full = answer(seated(group(0, 2, 1), team=together), *members)
    assert "09:30" not in slots(full)
    assert full.decide(HALF_PAST_NINE).reason is Rule.SEATS


def test_one_that_nobody_was_given_yet_is_joined_through_the_team() -> None:
    pooled = (interval("2026-06-01 09:30", "2026-06-01 10:00"),)
    availability = answer(seated(group(3), pooled=pooled), agent())
    assert slots(availability)["09:30"][2:] == (0, 3)
    joined = availability.decide(HALF_PAST_NINE)
    assert (joined.joins, joined.agents, joined.bookable) == (70, (), True)
    full = answer(seated(group(0), pooled=pooled), agent()).decide(HALF_PAST_NINE)
    assert full.reason is Rule.SEATS
    assert {(one.agent, one.rule) for one in full.refusals} == {(None, Rule.SEATS), (None, Rule.MEETING)}


def test_it_can_be_joined_even_where_no_agent_is_left_to_begin_a_new_one() -> None:
    availability = answer(seated(group(3)))
    assert list(slots(availability)) == ["09:30"]
    effects = availability.effects(Dates(MONDAY, MONDAY))
    assert (effects[0].rule, effects[0].remaining_minutes) == (Rule.HOURS, 1)
    assert effects[-1].remaining_minutes == 1


def test_what_seats_took_is_told_among_the_other_rules() -> None:
    told = {one.rule: one for one in answer(seated(group(0, 1)), holding()).effects(Dates(MONDAY, MONDAY))}
    assert told[Rule.SEATS].removed_minutes == 1
    assert told[Rule.SLOT_GRID].remaining_minutes == 3
    without = answer(question(), agent()).effects(Dates(MONDAY, MONDAY))
    assert Rule.SEATS not in {one.rule for one in without}


def test_shown_as_columns_it_has_the_same_seats() -> None:
    (day,) = answer(seated(group(3, 1)), holding()).texts(Dates(MONDAY, MONDAY))
    assert day.seats_left == (10, 3, 10, 10)


@pytest.mark.parametrize("asked", [{"seats": 0}, {"seats": 2}, {"seats": 5, "seats_offered": 4}])
def test_more_seats_than_there_could_be_are_not_understood(asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="seats"):
        question(**asked)
    with pytest.raises(ValueError, match="seats"):
        replace(group(1), seats_left=-1)


def test_the_others_of_a_busy_team_are_not_what_a_full_one_is_refused_for() -> None:
    busy = agent(agent=2, busy=(interval("2026-06-01 09:00", "2026-06-01 12:00"),))
    decision = answer(seated(group(0, 1)), holding(), busy).decide(HALF_PAST_NINE)
    assert decision.reason is Rule.SEATS
    assert {(one.agent, one.rule) for one in decision.refusals} >= {(1, Rule.SEATS), (2, Rule.CALENDAR_BUSY)}
    assert shown(answer(seated(group(0, 1)), holding(), busy)) == ["09:00", "10:00", "10:30"]
