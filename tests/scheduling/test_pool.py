"""Meetings of a service that nobody was given yet: each takes one of those who are free."""

from scheduling.availability import Availability
from scheduling.hours import Dates
from scheduling.question import Distribution, Team
from scheduling.rules import Rule
from tests.scheduling.cases import MONDAY, ROME, agent, answer, at, interval, question, shown

HALF_PAST_NINE = at("2026-06-01 09:30", ROME)
POOLED = (interval("2026-06-01 09:30", "2026-06-01 10:00"),)


def agents_free(availability: Availability) -> list[int]:
    return [slot.agent_count for day in availability.days(Dates(MONDAY, MONDAY)) for slot in day.slots]


def test_a_meeting_without_an_agent_takes_one_of_those_who_are_free_while_it_lasts() -> None:
    availability = answer(question(pooled=POOLED), agent(), agent(agent=2), agent(agent=3))
    assert agents_free(availability) == [3, 2, 3, 3]
    assert availability.decide(HALF_PAST_NINE).agents == (1, 2, 3)


def test_where_it_takes_the_last_one_the_team_refuses_for_a_meeting() -> None:
    availability = answer(question(pooled=POOLED), agent())
    assert shown(availability) == ["09:00", "10:00", "10:30"]
    decision = availability.decide(HALF_PAST_NINE)
    assert decision.reason is Rule.MEETING
    assert [(one.agent, one.rule) for one in decision.refusals] == [(None, Rule.MEETING)]


def test_what_it_took_is_told_among_the_other_rules() -> None:
    told = {one.rule: one for one in answer(question(pooled=POOLED), agent()).effects(Dates(MONDAY, MONDAY))}
    assert (told[Rule.MEETING].removed_minutes, told[Rule.MEETING].remaining_minutes) == (59, 32)
    assert told[Rule.SLOT_GRID].remaining_minutes == 3


def test_meetings_that_overlap_take_one_each_and_those_one_after_another_the_same() -> None:
    pooled = (
        interval("2026-06-01 09:00", "2026-06-01 10:00"),
        interval("2026-06-01 09:30", "2026-06-01 10:00"),
        interval("2026-06-01 10:00", "2026-06-01 10:30"),
        interval("2026-06-01 10:30", "2026-06-01 10:30"),
    )
    team = agent(), agent(agent=2), agent(agent=3)
    assert agents_free(answer(question(pooled=pooled), *team)) == [2, 1, 2, 3]


def test_its_buffers_and_those_of_the_new_meeting_lie_between_them() -> None:
    asked = question(pooled=POOLED, buffer_before_minutes=10, buffer_after_minutes=5, interval_minutes=5)
    starts = shown(answer(asked, agent()))
    assert (starts[0], starts[-1]) == ("10:10", "10:30")
    assert shown(answer(asked, agent("08:00-11:00")))[11:13] == ["08:55", "10:10"]


def test_several_who_meet_together_are_needed_besides_those_it_takes() -> None:
    pair = Team(distribution=Distribution.COLLECTIVE, required_agents=2)
    two = answer(question(pooled=POOLED, team=pair), agent(), agent(agent=2))
    assert shown(two) == ["09:00", "10:00", "10:30"]
    assert two.decide(HALF_PAST_NINE).reason is Rule.MEETING
    three = answer(question(pooled=POOLED, team=pair), agent(), agent(agent=2), agent(agent=3))
    assert agents_free(three) == [3, 2, 3, 3]


def test_who_it_takes_is_not_free_where_a_share_of_the_team_has_to_be() -> None:
    half = question(pooled=POOLED, team=Team(availability_percent=60))
    members = agent(), agent(agent=2), agent("10:00-11:00", agent=3)
    availability = answer(half, *members)
    assert shown(availability) == ["09:00", "10:00", "10:30"]
    assert availability.decide(HALF_PAST_NINE).reason is Rule.MEETING
    fewer = answer(half, agent(), *members[1:2], agent("10:00-11:00", agent=3), agent("10:00-11:00", agent=4))
    assert fewer.decide(HALF_PAST_NINE).reason is Rule.AVAILABILITY_PERCENT
