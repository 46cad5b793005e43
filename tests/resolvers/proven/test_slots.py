"""The rules of when, through the database and the API, against the oracle: in houses drawn at random.

What is listed is what the rules allow, all of it can be held and booked, and nothing else can.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.claim import Claim
from models.meeting.meeting import Meeting
from resolvers import ids
from scheduling.rules import Rule
from tests.models.meeting.teams import assert_claims_are_whole
from tests.resolvers.proven.asking import DAY, Asking, Street, moment, starts_of
from tests.resolvers.proven.drawing import houses
from tests.resolvers.proven.examples import drawn
from tests.resolvers.proven.planned import kind_of, refused
from tests.resolvers.proven.reckoning import free_at, oracle
from tests.resolvers.proven.sketch import MINUTE, House
from tests.scheduling.oracle import Oracle

# Beside one of those on the right, the rule on the left says nothing of its own.
SAID_BY = {
    Rule.BUFFER: {Rule.CALENDAR_BUSY, Rule.MEETING, Rule.HOLD},
    Rule.SLOT_GRID: {Rule.HOURS},
}


@drawn(30)
@given(houses(), st.integers(-2, 4), st.integers(0, 4))
async def test_what_is_listed_is_what_the_rules_allow(
    street: Street, house: House, first: int, more: int
) -> None:
    asking = await street.house(house)
    if refused(house):
        await assert_refused_with_a_reason(asking)
        return
    expected = oracle(house).slots()
    listed = await asking.listed()
    assert starts_of(listed) == expected
    assert listed["durationMinutes"] == kind_of(house).minutes
    await assert_a_part_is_told(asking, expected, house.now.date() + first * DAY, more)


async def assert_refused_with_a_reason(asking: Asking) -> None:
    """What is not offered at all is not listed, and not booked."""
    answer = await asking.run(
        "query($input: SlotsInput!) { slots(input: $input) { total } }", input=asking.dates()
    )
    assert answer.codes and "INTERNAL" not in answer.codes
    book = await asking.run(
        "mutation($input: BookMeetingInput!) { bookMeeting(input: $input) { errors { code } } }",
        input={
            "slots": asking.built.target(),
            "start": (asking.house.now + DAY).isoformat(),
            "guest": {"name": "Grace", "email": "grace@guests.example", "timeZone": "UTC"},
        },
    )
    assert book.codes or book.data["bookMeeting"]["errors"]
    assert "INTERNAL" not in book.codes


async def assert_a_part_is_told(
    asking: Asking, expected: dict[datetime, tuple[int, int]], first: date, more: int
) -> None:
    """Of some dates: the slots, under their dates; how many; the next one; and what the rules took."""
    zone = asking.house.wish.zone
    last = first + more * DAY
    day_of = {start: start.astimezone(zone).date() for start in sorted(expected)}
    within = {start: day for start, day in day_of.items() if first <= day <= last}
    listed = await asking.listed(first, last)
    assert [(moment(slot["start"]), day["date"]) for day in listed["days"] for slot in day["slots"]] == [
        (start, str(day)) for start, day in within.items()
    ]
    assert listed["total"] == len(within)
    assert listed["nextAvailable"] == next(
        (start.isoformat().replace("+00:00", "Z") for start, day in day_of.items() if day >= first), None
    )
    explained = await asking.explained(first=first, last=last)
    assert explained["rules"][-1]["remainingMinutes"] == len(within)
    assert within or any(one["removedMinutes"] for one in explained["rules"])
    ok = [one["ok"] for one in explained["checks"]]
    assert expected or any(one["removedMinutes"] for one in explained["rules"]) or not all(ok)


@drawn(20)
@given(houses(), st.data())
async def test_what_is_listed_can_be_held_and_booked(street: Street, house: House, data: st.DataObject) -> None:
    expected = {} if refused(house) else oracle(house).slots()
    if not expected:
        return
    asking = await street.house(house)
    some = data.draw(st.lists(st.sampled_from(sorted(expected)), min_size=1, max_size=3, unique=True))
    for start in some:
        asking = await assert_can_be_had(asking, start)
    await assert_claims_are_whole()


async def assert_can_be_had(asking: Asking, start: datetime) -> Asking:
    """Held and given back, held and booked, and booked at once; each leaves everything as it was."""
    truth = oracle(asking.house)
    before = truth.slots()
    held = await asking.hold(start)
    assert not held["errors"], (start, held)
    assert (await asking.release(held["hold"]["token"]))["released"]
    assert await asking.starts() == before
    for by_hold in (True, False):
        token = (await asking.hold(start))["hold"]["token"] if by_hold else None
        booked = await asking.book(start, token)
        assert not booked["errors"], (start, by_hold, booked)
        await assert_taken_as_the_rules_say(asking, start, truth, booked, by_hold=by_hold)
        await assert_claims_are_whole()
        if (await asking.cancel(booked))["errors"]:  # it has begun
            assert start <= asking.house.now
            asking = await asking.street.house(asking.house)
        assert await asking.starts() == before
    explained = await asking.explained(start)
    assert explained["at"]["bookable"] and not explained["at"]["refusals"]
    assert moment(explained["at"]["nextBookable"]) == start
    return asking


async def assert_taken_as_the_rules_say(
    asking: Asking, start: datetime, truth: Oracle, booked: dict[str, object], *, by_hold: bool
) -> None:
    """Of those who are free, of as many as it takes, with its buffers; or nothing, where it is joined or pooled."""
    house, kind, shown = asking.house, kind_of(asking.house), booked["meeting"]
    assert isinstance(shown, dict)
    assert moment(shown["start"]) == start
    id = ids.decode(shown["id"], "Meeting")
    meeting = await Meeting.get(id=id).prefetch_related("agents")
    names = {agent.id: number for number, agent in asking.built.agents.items()}
    given = {names[agent.id] for agent in meeting.agents}
    joined = truth.joined_at(start)
    if joined is not None:
        assert id == asking.built.meetings[joined].id
        assert given == set(house.meetings[joined].agents)
        return
    pooled = house.wish.of is None and not house.team.assigns and house.team.distribution != "COLLECTIVE"
    assert given <= free_at(truth, start, by_hold=by_hold)
    assert len(given) == (0 if pooled else truth.needed())
    claims = await Claim.filter(meeting_id=id)
    taken = [(one.starts_at, one.ends_at) for one in claims]
    end = start + kind.minutes * MINUTE
    assert taken == [(start - kind.before * MINUTE, end + kind.after * MINUTE)] * len(given)


@drawn(20)
@given(houses(), st.data())
async def test_what_is_not_listed_is_refused_with_a_reason(
    street: Street, house: House, data: st.DataObject
) -> None:
    if refused(house):
        return
    truth = oracle(house)
    listed = truth.slots()
    asking = await street.house(house)
    near = sorted({*misses(house, listed)} - listed.keys())
    for start in data.draw(st.lists(st.sampled_from(near), min_size=2, max_size=6, unique=True)):
        booked = await asking.book(start)
        [error] = booked["errors"]
        assert error["code"] != "INTERNAL"
        assert {moment(one["start"]) for one in booked["alternatives"]} <= listed.keys()
        await assert_not_held(asking, start, truth)
        explained = await asking.explained(start)
        assert not explained["at"]["bookable"]
        assert explained["at"]["refusals"]
        next_one = explained["at"]["nextBookable"]
        assert (next_one and moment(next_one)) == min((one for one in listed if one >= start), default=None)
        # Of what is past, or far ahead, hardly more is told than that.
        if not start.second and house.now <= start < house.now + (kind_of(house).ahead + 3) * DAY:
            assert rules_told(explained["at"]["refusals"], house) == rules_expected(truth, start, house)
    assert await asking.starts() == listed
    await assert_claims_are_whole()


async def assert_not_held(asking: Asking, start: datetime, truth: Oracle) -> None:
    """Where not only the dates of the guest's zone, of which a hold knows nothing, stand against it."""
    by_dates = {Rule.BOOKING_HORIZON, Rule.LINK_DATES}
    held = await asking.hold(start)
    if held["hold"] is None:
        assert held["errors"]
        return
    assert not all(rules - by_dates for rules in truth.refusals(start).values())
    assert (await asking.release(held["hold"]["token"]))["released"]


def misses(house: House, listed: Iterable[datetime]) -> Iterable[datetime]:
    """Starts that could be taken for bookable: beside those that are, and beside all that is busy or taken."""
    now, kind = house.now.replace(second=0), kind_of(house)
    starts = sorted(listed)
    for start in (*starts[:3], *starts[-3:]):
        for minutes in (-1, 1, -kind.interval, kind.interval):
            yield start + minutes * MINUTE
        yield start + timedelta(seconds=30)
    taken = [one.core for one in house.meetings] + [one.meeting.core for one in house.holds]
    for one in (*taken, *(busy for worker in house.workers for busy in worker.busy)):
        for edge in (one.start, one.end, one.start - kind.minutes * MINUTE):
            yield edge.replace(second=0)
            yield edge.replace(second=0) + kind.after * MINUTE
    for days in (-1, 0, kind.ahead, kind.ahead + 1, kind.ahead + 2):
        yield now + days * DAY
        yield (now + days * DAY).replace(hour=0, minute=0)
    yield now + kind.notice * MINUTE
    yield now - MINUTE


def rules_told(refusals: list[dict[str, object]], house: House) -> set[tuple[str | None, str]]:
    """By whom each rule is told to refuse; the oracle has but one rule for hours."""
    found = set()
    for one in refusals:
        rule = "HOURS" if one["rule"] == "DATE_OVERRIDE" else one["rule"]
        agent = one["agent"]
        found.add((agent["name"] if isinstance(agent, dict) else None, str(rule)))
    return found


def rules_expected(truth: Oracle, start: datetime, house: House) -> set[tuple[str | None, str]]:
    """Agents of the organization are told by whom; anybody else only which rules there are."""
    found = set()
    for agent, rules in truth.refusals(start).items():
        for rule in rules:
            if rules.isdisjoint(SAID_BY.get(rule, set())):
                by_name = house.wish.by_agent and agent is not None
                found.add((f"Agent {agent}" if by_name else None, rule.value))
    return found
