"""Houses drawn at random, where time is awkward: near changes of the clock, in odd zones, across midnight."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import strategies as st

from tests.resolvers.proven.planned import kind_of
from tests.resolvers.proven.reckoning import oracle
from tests.resolvers.proven.sketch import MINUTE, Hold, House, Meeting, Team, Worker
from tests.resolvers.proven.staff import (
    buffers,
    faults,
    lengths,
    mostly,
    offices,
    perhaps,
    planned,
    settings,
    sometimes,
    ways,
    wishes,
    workers,
)
from tests.scheduling import worlds


@st.composite
def meetings(draw: st.DrawFn, house: House, free: list[datetime]) -> Meeting:
    """Something that is taken: mostly of the kind that is asked for, so that it can be counted, or joined."""
    kind, begin = kind_of(house), house.now.replace(second=0, minute=0)
    like, agents = draw(mostly), len(house.workers)
    anywhere = st.integers(-600, 5000).map(lambda minutes: begin + minutes * MINUTE)
    start = draw(st.sampled_from(free) if free and not draw(sometimes) else anywhere)
    whose = draw(st.frozensets(st.integers(1, agents), min_size=1, max_size=draw(st.sampled_from([1, 1, 2]))))
    if house.wish.of is not None and draw(st.booleans()):
        whose = frozenset({house.wish.of})
    of_service = house.wish.of is None if like else draw(st.booleans())
    unassigned = of_service and not house.team.assigns and not draw(sometimes)
    seats = draw(st.sampled_from([1, 3, 2] if kind.seats > 1 else [1]))
    return Meeting(
        agents=frozenset() if unassigned else whose,
        start=start,
        minutes=kind.minutes if like else draw(lengths),
        before=draw(buffers),
        after=draw(buffers),
        subject=(1 if house.wish.subject else None) if like else draw(st.sampled_from([None, 1, 2])),
        meeting_type=kind.meeting_type if like else draw(ways),
        at_office=house.wish.office if like else draw(st.booleans()),
        of_service=of_service,
        status=draw(st.sampled_from(["SCHEDULED"] * 6 + ["REQUESTED", "CANCELLED"])),
        seats=seats,
        taken=draw(st.sampled_from([1, 1, seats])),
    )


@st.composite
def holds(draw: st.DrawFn, house: House, free: list[datetime]) -> Hold:
    left = timedelta(minutes=draw(st.sampled_from([-5, 0, 1, 10])), seconds=draw(st.sampled_from([0, 0, 30])))
    what = draw(meetings(house, free))
    whose = what.agents or frozenset({1})
    meeting = replace(what, agents=whose, seats=1, status="SCHEDULED", of_service=False)
    return Hold(meeting=meeting, expires_at=house.now + left)


def apart(house: House, meetings: list[Meeting], holds: list[Hold]) -> House:
    """With those that take no time of an agent which one before has: no two ever do."""
    kept: list[Meeting] = []

    def fits(one: Meeting) -> bool:
        clear = all(not (one.agents & two.agents and one.claimed.overlaps(two.claimed)) for two in kept)
        if clear and one.is_active:
            kept.append(one)
        return clear

    taken = tuple(one for one in meetings if fits(one))
    return replace(house, meetings=taken, holds=tuple(one for one in holds if fits(one.meeting)))


@st.composite
def seats_held(draw: st.DrawFn, house: House) -> House:
    """Of group meetings some seats are held, or were."""

    def held(one: Meeting) -> Meeting:
        if one.seats == one.taken or not one.is_active or not draw(st.booleans()):
            return one
        left = timedelta(minutes=draw(st.sampled_from([-5, 0, 10])))
        return replace(one, held=((house.now + left, draw(st.integers(1, one.seats - one.taken))),))

    return replace(house, meetings=tuple(held(one) for one in house.meetings))


@st.composite
def houses(draw: st.DrawFn) -> House:
    now = draw(worlds.moments())
    if draw(st.booleans()):
        now = now.replace(second=0)
    agents = draw(st.sampled_from([1, 1, 2, 2, 3, 4]))
    house = House(
        now=now,
        zone=draw(worlds.zones),
        workers=tuple(draw(workers(now)) for _ in range(agents)),
        team=Team(
            distribution=draw(st.sampled_from(["ROUND_ROBIN", "LEAST_BUSY", "MAX_AVAILABILITY", "COLLECTIVE"])),
            required=draw(st.sampled_from([None, 1, 2])),
            percent=draw(st.sampled_from([0, 0, 50, 51, 100])),
            assigns=not draw(sometimes),
        ),
        wish=draw(wishes(now, agents)),
        settings=draw(settings()),
        rules=draw(planned(agents)),
        office=draw(offices(now)),
    )
    house = faulty(draw(asked_exactly(house)), None)
    free = sorted(oracle(house).slots())
    taken = [draw(meetings(house, free)) for _ in range(draw(st.integers(0, 6)))]
    reserved = [draw(holds(house, free)) for _ in range(draw(st.integers(0, 3)))]
    house, fault = draw(seats_held(apart(house, taken, reserved))), draw(faults)
    return faulty(house, fault) if fault else house


def faulty(house: House, fault: str | None) -> House:
    """With something that has whoever asks be refused; otherwise with an agent who is there, if one is asked for."""
    of = house.wish.of
    match fault:
        case "public":
            return replace(house, settings={**house.settings, "public_booking_enabled": False})
        case "office":
            return replace(house, office=replace(house.office, is_active=False))
        case "service":
            return replace(house, team=replace(house.team, is_active=False))
        case "subject":
            return replace(house, for_customers=False)
        case "seats":
            return replace(house, wish=replace(house.wish, seats=kind_of(house).seats + 1))
        case "agent":
            return replace(house, workers=tuple(replace(one, is_active=False) for one in house.workers))
    workers = [there(one) if number == of else one for number, one in enumerate(house.workers, 1)]
    return replace(house, workers=tuple(workers))


def there(worker: Worker) -> Worker:
    return replace(worker, is_active=True, online_planning=True, is_expert=True, at_office=True)


@st.composite
def asked_exactly(draw: st.DrawFn, house: House) -> House:
    """Of a way in which the subject is met, mostly, and with a duration and seats that are offered."""
    held = [one.meeting_type for one in house.rules if not one.at_office and one.enabled]
    as_held: bool = draw(mostly)
    if held and as_held:
        way, link = draw(perhaps(st.sampled_from(held))), house.wish.link
        link = link and replace(link, meeting_type=way)
        house = replace(house, wish=replace(house.wish, meeting_type=way, link=link))
    kind = kind_of(house)
    own = [one for one in house.rules if one.meeting_type == kind.meeting_type and one.durations]
    minutes = draw(perhaps(st.sampled_from(own[0].durations) if own else lengths))
    wish = replace(house.wish, minutes=minutes, seats=draw(st.integers(1, kind.seats)))
    if wish.link and draw(st.booleans()):
        wish = replace(wish, minutes=None, link=replace(wish.link, minutes=minutes))
    return replace(house, wish=wish)
