"""The engine against a minute-by-minute oracle, in worlds drawn at random."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import reduce
from operator import and_

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.agenda import Agenda, Claim, ClaimKind, Office
from scheduling.availability import Availability, ask
from scheduling.hours import Dates
from scheduling.prepared import prepare, prepare_office
from scheduling.question import Question
from scheduling.rules import Rule
from scheduling.timeline import Span
from tests.scheduling.oracle import Oracle
from tests.scheduling.worlds import crowds, worlds

World = tuple[Question, list[Agenda], Office | None]
ALWAYS = Dates()
anything = st.one_of(worlds(least=0), crowds())
moderately = settings(max_examples=60, derandomize=True)


def answer(world: World, span: Span | None = None) -> Availability:
    question, agendas, office = world
    over = span or question.span()
    prepared = [prepare(agenda, over) for agenda in agendas]
    return ask(question, prepared, office=prepare_office(office, over) if office else None)


def starts(availability: Availability, asked: Dates = ALWAYS) -> dict[datetime, tuple[int, int]]:
    """How many agents, and how many seats, each listed start has."""
    slots = [slot for day in availability.days(asked) for slot in day.slots]
    return {slot.start: (slot.agent_count, slot.seats_left) for slot in slots}


def near(question: Question, minutes: list[int]) -> list[datetime]:
    """Starts worth trying: so many minutes after now, and where group meetings, or some that have no agent, are."""
    begin = question.now.replace(second=0)
    groups = [group.time.start for group in question.groups if not group.time.start.second]
    pooled = [one.start.replace(minute=0, second=0) + timedelta(hours=1) for one in question.pooled]
    return [*(begin + timedelta(minutes=minute) for minute in minutes), *groups, *pooled]


@settings(moderately, max_examples=80)
@given(anything)
def test_the_listed_starts_their_agents_and_seats_are_those_of_the_oracle(world: World) -> None:
    assert starts(answer(world)) == Oracle(*world).slots()


@moderately
@given(anything, st.lists(st.integers(-1500, 4000), min_size=3, max_size=8))
def test_a_start_is_refused_for_each_agent_by_the_rules_of_the_oracle(world: World, minutes: list[int]) -> None:
    oracle, availability = Oracle(*world), answer(world)
    for start in near(world[0], minutes):
        decision = availability.decide(start)
        if decision.bookable:
            assert decision.joins == oracle.joined_at(start)
            continue
        expected = oracle.refusals(start)
        for agent in [None, *(agenda.agent for agenda in world[1])]:
            rules = {one.rule for one in decision.refusals if one.agent == agent}
            # The oracle has but one rule for hours, overridden or not.
            merged = {Rule.HOURS if rule is Rule.DATE_OVERRIDE else rule for rule in rules}
            assert merged == expected.get(agent, set())


@moderately
@given(anything, st.lists(st.integers(-1500, 6000), max_size=20))
def test_exactly_what_is_listed_is_decided_bookable_and_the_rest_is_refused_with_a_reason(
    world: World, minutes: list[int]
) -> None:
    availability = answer(world)
    listed = starts(availability)
    for start in [*listed, *near(world[0], minutes)]:
        decision = availability.decide(start)
        assert decision.bookable == (start in listed)
        assert decision.joins is not None or len(decision.agents) >= listed.get(start, (0, 0))[0]
        assert bool(decision.refusals) == bool(decision.refused) == (not decision.bookable)
        assert len(decision.chosen) == (decision.agents_needed if decision.bookable else 0)


@moderately
@given(worlds(), st.integers(0, 3), st.integers(0, 9))
def test_answers_do_not_depend_on_how_much_more_time_was_prepared(world: World, back: int, ahead: int) -> None:
    span = world[0].span()
    longer = Span(span.origin - timedelta(days=back), span.minutes + (back + ahead) * 1440)
    assert starts(answer(world, longer)) == starts(answer(world))


@moderately
@given(worlds(), st.integers(-1500, 6000), st.integers(1, 5))
def test_alternatives_are_the_nearest_listed_starts(world: World, minute: int, limit: int) -> None:
    availability, wanted = answer(world), world[0].now + timedelta(minutes=minute)
    listed = starts(availability)
    nearest = sorted(listed, key=lambda start: (abs(start - wanted), start))[:limit]
    assert [slot.start for slot in availability.nearest(wanted, limit)] == nearest
    assert availability.next_after(wanted) == min((start for start in listed if start >= wanted), default=None)


@moderately
@given(anything, st.integers(-2, 4), st.integers(0, 3))
def test_the_effects_of_the_rules_add_up_from_the_asked_minutes_to_the_slots(
    world: World, first: int, more: int
) -> None:
    day = world[0].now.date() + timedelta(days=first)
    asked = Dates(day, day + timedelta(days=more))
    availability = answer(world)
    effects = availability.effects(asked)
    assert all(effect.removed_minutes >= 0 for effect in effects)
    assert effects[-1].remaining_minutes == availability.total(asked) == len(starts(availability, asked))
    removed = sum(effect.removed_minutes for effect in effects)
    assert removed + effects[-1].remaining_minutes >= more * 1440
    assert any(effect.removed_minutes for effect in effects)


@moderately
@given(worlds(), st.lists(st.integers(0, 8 * 1440), max_size=20))
def test_the_rules_one_by_one_leave_the_same_starts_as_the_rules_together(
    world: World, indices: list[int]
) -> None:
    availability = answer(world)
    indices += [availability.span.minutes - index // 40 - 1 for index in indices]
    for candidate in availability.candidates:
        alone = [check.starts(availability.span.full) for check in candidate.all_checks()]
        assert reduce(and_, alone) == candidate.starts
        for check, allowed in zip(candidate.all_checks(), alone, strict=True):
            assert all(check.refuses(at, span=availability.span) != (allowed >> at & 1) for at in indices)


@moderately
@given(worlds())
def test_a_slot_is_listed_under_its_date_in_the_guests_zone(world: World) -> None:
    days = answer(world).days(ALWAYS)
    shown: dict[date, list[datetime]] = {day.day: [slot.start for slot in day.slots] for day in days}
    assert list(shown) == sorted(shown) and len(shown) == len(days)
    for day, listed in shown.items():
        assert listed == sorted(listed)
        assert {start.astimezone(world[0].guest_zone).date() for start in listed} == {day}


@moderately
@given(worlds(), st.integers(-2, 4), st.integers(0, 3))
def test_the_texts_of_a_list_are_its_days_in_iso_8601(world: World, first: int, more: int) -> None:
    day = world[0].now.date() + timedelta(days=first)
    asked = Dates(day, day + timedelta(days=more))
    availability = answer(world)
    written = [
        (one.day, list(zip(one.starts, one.ends, one.agent_counts, strict=True)))
        for one in availability.texts(asked)
    ]
    length = timedelta(minutes=world[0].duration_minutes)
    assert written == [
        (
            one.day.isoformat(),
            [(text(s.start), text(s.start + length), s.agent_count) for s in one.slots],
        )
        for one in availability.days(asked)
    ]


def text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def joined(question: Question, meeting: int) -> Question:
    """The same question once the seats that it asks for are taken in the group meeting."""
    return replace(
        question,
        groups=tuple(
            replace(one, seats_left=one.seats_left - question.seats) if one.meeting == meeting else one
            for one in question.groups
        ),
    )


@settings(moderately, max_examples=25)
@given(worlds())
def test_booking_all_that_is_offered_never_lets_two_claims_of_an_agent_overlap(world: World) -> None:
    question, agendas, office = world
    question = replace(question, excluded_claims=frozenset())
    booked: list[tuple[int, Claim]] = []
    agendas = [replace(agenda, claims=()) for agenda in agendas]
    for number in range(12):
        availability = answer((question, agendas, office))
        start = availability.next_after(question.now)
        if start is None:
            break
        decision = availability.decide(start)
        if decision.joins is not None:
            question = joined(question, decision.joins)
            continue
        claim = Claim(number, ClaimKind.MEETING, decision.claimed, decision.time)
        for other in (other for agent, other in booked if agent in decision.chosen):
            assert not other.claimed.overlaps(claim.claimed)
        booked += [(agent, claim) for agent in decision.chosen]
        agendas = [
            replace(one, claims=(*one.claims, claim)) if one.agent in decision.chosen else one
            for one in agendas
        ]


@settings(moderately, max_examples=25)
@given(worlds(most=1), st.integers(0, 30))
def test_a_booked_start_is_free_again_for_the_meeting_that_is_moved_and_for_no_other(
    world: World, number: int
) -> None:
    question, (agenda,), office = world
    before = starts(answer(world))
    if not before:
        return
    start = sorted(before)[number % len(before)]
    decision = answer(world).decide(start)
    if decision.joins is not None:
        return
    claim = Claim(99, ClaimKind.MEETING, decision.claimed, decision.time)
    booked = replace(agenda, claims=(*agenda.claims, claim))
    moving = replace(question, excluded_claims=question.excluded_claims | {99})
    assert start not in starts(answer((question, [booked], office)))
    assert starts(answer((moving, [booked], office))) == before
