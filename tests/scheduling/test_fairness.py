"""A thousand bookings, given by the engine alone: who gets how many."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.agenda import Agenda, Claim, ClaimKind
from scheduling.availability import ask
from scheduling.hours import DateOverride
from scheduling.intervals import Interval
from scheduling.prepared import Timeline, prepare
from scheduling.question import Distribution, Question, Team
from scheduling.timeline import Span
from scheduling.turns import CREDIT
from tests.scheduling.cases import ROME, agent, at

BEGIN = at("2026-06-01 00:00")
HALF_HOUR, DAY = timedelta(minutes=30), timedelta(days=1)
WEIGHTS = (1, 1, 2, 4)


@dataclass
class Service:
    """A team that is booked: `given` are the agents in order, `free` how many meetings each could have been given, and
    `could` who could have been given the last one."""

    agendas: dict[int, Agenda]
    team: Team = field(default_factory=Team)
    given: list[int] = field(default_factory=list)
    free: Counter[int] = field(default_factory=Counter)
    could: tuple[int, ...] = ()
    _span: Span | None = None
    _prepared: dict[int, Timeline] = field(default_factory=dict)

    @classmethod
    def of(cls, *agendas: Agenda, distribution: Distribution = Distribution.ROUND_ROBIN) -> "Service":
        return cls({one.agent: one for one in agendas}, Team(distribution=distribution))

    def book(self, start: datetime, *, now: datetime) -> None:
        """Give the first bookable start from this one on to whose turn it is."""
        asked = Question(
            now=now,
            duration_minutes=30,
            interval_minutes=30,
            days_ahead=9,
            guest_zone=ROME,
            organization_zone=ROME,
            team=self.team,
        )
        availability = ask(asked, self._timelines(asked.span()))
        found = availability.next_after(start)
        assert found is not None
        decision = availability.decide(found)
        self.free.update(decision.agents)
        self.could = decision.agents
        (chosen,) = decision.chosen
        for standing in decision.standings:
            self._know(replace(self.agendas[standing.agent], booked=standing.booked))
        claim = Claim(len(self.given), ClaimKind.MEETING, decision.time)
        one = self.agendas[chosen]
        self._know(replace(one, booked=one.booked + 1, last_given=now, claims=(*one.claims, claim)))
        self.given.append(chosen)

    def join(self, newcomer: Agenda) -> None:
        self._know(newcomer)

    def _know(self, agenda: Agenda) -> None:
        self.agendas[agenda.agent] = agenda
        self._prepared.pop(agenda.agent, None)

    def _timelines(self, span: Span) -> list[Timeline]:
        if span != self._span:
            self._span, self._prepared = span, {}
        for number, agenda in self.agendas.items():
            if number not in self._prepared:
                self._prepared[number] = prepare(agenda, span)
        return list(self._prepared.values())


def weighted(**known: Any) -> list[Agenda]:
    return [
        agent("00:00-00:00", agent=id, weight=weight, **known) for id, weight in enumerate(WEIGHTS, start=1)
    ]


def one_after_another(service: Service, bookings: Iterable[int]) -> None:
    """Each half-hour a meeting for the day after: nobody has two at once."""
    for number in bookings:
        now = BEGIN + number * HALF_HOUR
        service.book(now + DAY, now=now)


def by_day(service: Service, bookings: int, *, seed: int) -> None:
    """Each half-hour a meeting between 9 and 21 in Rome, on one of the next five days."""
    draw = Random(seed)
    for number in range(bookings):
        now = BEGIN + number * HALF_HOUR
        midnight = BEGIN + (now - BEGIN) // DAY * DAY
        service.book(midnight + draw.randrange(1, 6) * DAY + draw.randrange(14, 38) * HALF_HOUR, now=now)


def now_and_then(seed: int, part: float) -> tuple[Interval, ...]:
    """Two hours here and two hours there, so much of a month."""
    draw = Random(seed)
    hours = (BEGIN + number * 4 * HALF_HOUR for number in range(32 * 12))
    return tuple(Interval(start, start + 4 * HALF_HOUR) for start in hours if draw.random() < part)


def per_day(service: Service, id: int) -> Counter[date]:
    claims = service.agendas[id].claims
    return Counter(claim.time.start.astimezone(ROME).date() for claim in claims)


def shares(given: Sequence[int]) -> dict[int, float]:
    """How many more each agent was given than their share."""
    counts, whole = Counter(given), sum(WEIGHTS)
    return {id: counts[id] - len(given) * weight / whole for id, weight in enumerate(WEIGHTS, start=1)}


def test_each_is_given_their_exact_share_and_is_never_a_whole_meeting_behind_or_more_than_one_ahead() -> None:
    service = Service.of(*weighted())
    one_after_another(service, range(1000))
    assert Counter(service.given) == {1: 125, 2: 125, 3: 250, 4: 500}
    for number in range(1000):
        assert all(-1 < more <= 1 for more in shares(service.given[:number]).values())


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("part", [0.1, 0.2])
def test_who_is_busy_at_times_is_given_their_share_all_the_same(part: float, seed: int) -> None:
    busy = [now_and_then(10 * seed + id, part) for id, _ in enumerate(WEIGHTS)]
    service = Service.of(*(replace(one, busy=busy[one.agent - 1]) for one in weighted()))
    one_after_another(service, range(1000))
    assert max(service.free.values()) < 1000
    assert all(abs(more) <= CREDIT for more in shares(service.given).values())


@pytest.mark.parametrize("seed", [1, 2])
def test_those_whose_hours_differ_are_given_as_many_each(seed: int) -> None:
    places = (
        ("07:00-16:00", ROME),
        ("12:00-21:00", ZoneInfo("Europe/London")),
        ("09:00-19:00", ROME),
        ("03:00-12:00", ZoneInfo("America/New_York")),
    )
    service = Service.of(*(agent(hours, zone, agent=id) for id, (hours, zone) in enumerate(places, start=1)))
    by_day(service, 1000, seed=seed)
    counts = Counter(service.given)
    assert all(abs(counts[id] - 250) <= CREDIT for id in service.agendas)


@pytest.mark.parametrize("away", [1, 2, 3, 4])
def test_who_was_away_is_given_their_share_of_the_rest_and_a_few_turns_more(away: int) -> None:
    week_off = tuple(DateOverride(date(2026, 6, 8) + number * DAY) for number in range(7))
    service = Service.of(*(replace(one, overrides=week_off if one.agent == away else ()) for one in weighted()))
    one_after_another(service, range(1000))
    counts, weight = Counter(service.given), WEIGHTS[away - 1]
    share = service.free[away] * weight / sum(WEIGHTS)
    assert service.free[away] == 1000 - 7 * 48
    assert share <= counts[away] <= share + CREDIT * weight
    others = [counts[id] / weight for id, weight in enumerate(WEIGHTS, start=1) if id != away]
    assert max(others) - min(others) <= 1


def test_a_newcomer_begins_a_few_turns_behind_the_others_and_not_with_all_they_were_given() -> None:
    *first, newcomer = weighted()
    service = Service.of(*first)
    one_after_another(service, range(500))
    service.join(newcomer)
    one_after_another(service, range(500, 1000))
    given = Counter(service.given)[newcomer.agent]
    assert 250 <= given <= 250 + CREDIT * newcomer.weight
    soon = service.given[500 : 500 + CREDIT * newcomer.weight + sum(WEIGHTS)]
    assert all(id in soon for id in service.agendas)


def test_the_least_busy_comes_first_so_that_all_have_as_many_on_a_day() -> None:
    service = Service.of(*weighted(), distribution=Distribution.LEAST_BUSY)
    one_after_another(service, range(1000))
    counts = [per_day(service, id) for id in service.agendas]
    assert sum(one.total() for one in counts) == 1000
    for day in set().union(*counts):
        assert max(one[day] for one in counts) - min(one[day] for one in counts) <= 1


def test_the_one_with_the_most_free_minutes_of_the_day_comes_first() -> None:
    busy = {one.agent: now_and_then(one.agent, 0.2 * one.agent) for one in weighted()}
    team = [replace(one, busy=busy[one.agent]) for one in weighted()]
    service = Service.of(*team, distribution=Distribution.MAX_AVAILABILITY)
    draw = Random(4)
    for number in range(1000):
        now = BEGIN + number * HALF_HOUR
        before = dict(service.agendas)
        service.book(now + draw.randrange(2, 96) * HALF_HOUR, now=now)
        start = service.agendas[service.given[-1]].claims[-1].time.start
        free = {id: minutes_free(before[id], start) for id in service.agendas if id in service.could}
        assert free[service.given[-1]] == max(free.values())


def minutes_free(agenda: Agenda, moment: datetime) -> int:
    """Of the date in Rome, what neither the calendar nor a meeting takes; all have the whole day as hours."""
    day = moment.astimezone(ROME).date()
    begin = at(f"{day} 00:00", ROME)
    taken = [*agenda.busy, *(claim.claimed for claim in agenda.claims)]
    minutes = (begin + timedelta(minutes=number) for number in range(0, 1440, 30))
    return sum(30 for minute in minutes if not any(one.start <= minute < one.end for one in taken))


@pytest.mark.parametrize("distribution", [Distribution.ROUND_ROBIN, Distribution.LEAST_BUSY])
def test_the_same_bookings_are_given_to_the_same_agents(distribution: Distribution) -> None:
    runs = [Service.of(*weighted(), distribution=distribution) for _ in range(2)]
    for service in runs:
        by_day(service, 200, seed=5)
    assert runs[0].given == runs[1].given


agents_of_all_sorts = st.tuples(
    st.sampled_from(["00:00-00:00", "08:00-12:00", "12:00-17:00", "10:00-14:00"]),
    st.integers(1, 4),
    st.sampled_from([0, 0, 3, 500]),
    st.sampled_from([0.0, 0.3, 0.6]),
)


@settings(max_examples=20, derandomize=True)
@given(st.lists(agents_of_all_sorts, min_size=2, max_size=5), st.integers(0, 9))
def test_nobody_who_is_free_is_passed_over_for_long(
    sorts: list[tuple[str, int, int, float]], seed: int
) -> None:
    """Whoever is free gets their share of those meetings, but for `CREDIT` turns, whatever each had been given."""
    service = Service.of(
        agent("00:00-00:00", agent=1),
        *(
            agent(hours, agent=id, weight=weight, booked=booked, busy=now_and_then(id, part))
            for id, (hours, weight, booked, part) in enumerate(sorts, start=2)
        ),
    )
    by_day(service, 200, seed=seed)
    whole, counts = sum(one.weight for one in service.agendas.values()), Counter(service.given)
    for id, free in service.free.items():
        weight = service.agendas[id].weight
        assert counts[id] >= free * weight / whole - CREDIT * weight
