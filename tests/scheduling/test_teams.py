"""Several agents: whose turn it is, and how many must be free."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scheduling.agenda import Agenda
from scheduling.hours import Dates
from scheduling.question import Distribution, Team
from scheduling.rules import Rule
from scheduling.turns import CREDIT
from tests.scheduling.cases import (
    MONDAY,
    ROME,
    agent,
    answer,
    at,
    meeting,
    question,
    shown,
)


def team(*agents: Agenda, start: str = "2026-06-01 09:00", **asked: Any) -> Sequence[int]:
    return answer(question(**asked), *agents).decide(at(start, ROME)).agents


def test_round_robin_gives_in_turn_by_weight_and_to_whom_it_gave_longest_ago() -> None:
    yesterday, today = at("2026-05-31 10:00"), at("2026-06-01 10:00")
    assert team(agent(last_given=today), agent(agent=2, last_given=yesterday)) == (2, 1)
    assert team(agent(booked=1, last_given=yesterday), agent(agent=2, last_given=today)) == (2, 1)
    assert team(agent(booked=3, weight=4), agent(agent=2, booked=1)) == (1, 2)
    assert team(agent(), agent(agent=2)) == (1, 2)
    assert team(agent(), agent(agent=2, weight=2)) == (2, 1)
    assert team(agent("10:00-11:00"), agent(agent=2)) == (2,)


def test_bookings_are_shared_by_weight() -> None:
    agents = [agent(agent=number, weight=number) for number in (1, 2, 3)]
    for _ in range(60):
        chosen = team(*agents)[0]
        agents = [replace(one, booked=one.booked + (one.agent == chosen)) for one in agents]
    assert [one.booked for one in agents] == [10, 20, 30]


def test_who_is_far_behind_is_moved_up_with_those_beside_them_when_the_next_meeting_is_given() -> None:
    booked = {1: (500, 1), 2: (1000, 2), 3: (3, 1), 4: (0, 2)}
    agents = [agent(agent=id, booked=many, weight=weight) for id, (many, weight) in booked.items()]
    decision = answer(question(), *agents).decide(at("2026-06-01 09:00", ROME))
    assert decision.agents == (4, 3, 2, 1)
    assert {one.agent: one.booked for one in decision.standings} == {3: 500 - CREDIT, 4: 2 * (500 - CREDIT - 3)}


def test_who_is_a_few_turns_behind_catches_up_and_counts_as_they_were_given() -> None:
    agents = agent(booked=10), agent(agent=2, booked=10 - CREDIT), agent(agent=3, booked=10 - 2 * CREDIT)
    decision = answer(question(), *agents).decide(at("2026-06-01 09:00", ROME))
    assert (decision.agents, decision.standings) == ((3, 2, 1), ())


def test_the_least_busy_and_the_most_available_of_the_day_come_first() -> None:
    morning = (
        meeting(5, "2026-06-01 09:30", "2026-06-01 10:00"),
        meeting(6, "2026-06-01 10:00", "2026-06-01 10:10"),
    )
    long = (meeting(7, "2026-06-01 09:30", "2026-06-01 11:00"),)
    pair = agent(claims=morning), agent(agent=2, claims=long)
    assert team(*pair, team=Team(distribution=Distribution.LEAST_BUSY)) == (2, 1)
    assert team(*pair, team=Team(distribution=Distribution.MAX_AVAILABILITY)) == (1, 2)


def test_a_meeting_of_several_needs_them_free_together_on_the_grid_of_their_joint_hours() -> None:
    both = agent("09:00-11:00"), agent("09:20-10:30", agent=2)
    together = Team(distribution=Distribution.COLLECTIVE)
    availability = answer(question(team=together), *both)
    assert shown(availability) == ["09:20", "09:50"]
    assert availability.decide(at("2026-06-01 09:20", ROME)).chosen == (1, 2)
    refused = availability.decide(at("2026-06-01 10:20", ROME))
    assert [(one.agent, one.rule) for one in refused.refusals] == [(2, Rule.HOURS)]
    one_of_two = replace(together, required_agents=1)
    assert shown(answer(question(team=one_of_two), *both)) == ["09:00", "09:30", "10:00", "10:30"]


def test_a_slot_is_offered_only_while_enough_of_the_team_are_free() -> None:
    half = Team(availability_percent=60)
    members = agent(), agent(agent=2), agent("10:00-11:00", agent=3)
    availability = answer(question(team=half), *members)
    assert shown(availability) == ["09:00", "09:30", "10:00", "10:30"]
    most = answer(question(team=replace(half, availability_percent=70)), *members)
    assert shown(most) == ["10:00", "10:30"]
    assert most.decide(at("2026-06-01 09:00", ROME)).reason is Rule.AVAILABILITY_PERCENT


def test_a_team_of_nobody_has_no_slots_and_says_why() -> None:
    availability = answer(question())
    assert availability.total(Dates()) == 0
    assert availability.decide(at("2026-06-01 09:00", ROME)).reason is Rule.HOURS
    assert [one.rule for one in availability.effects(Dates(MONDAY, MONDAY))] == [Rule.HOURS]
