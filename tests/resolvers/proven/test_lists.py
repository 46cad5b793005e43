"""Links that offer a list of times, at houses drawn at random: what they take, and what can be had through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.claim import Claim
from resolvers import ids
from tests.builders import acting
from tests.models.meeting.teams import assert_claims_are_whole
from tests.resolvers.conftest import Client
from tests.resolvers.link_documents import CREATE
from tests.resolvers.proven.asking import Asking, Street
from tests.resolvers.proven.drawing import houses
from tests.resolvers.proven.examples import drawn
from tests.resolvers.proven.planned import kind_of, refused
from tests.resolvers.proven.reckoning import agendas, oracle, question
from tests.resolvers.proven.sketch import MINUTE, Hold, House, Link, Meeting
from tests.scheduling.oracle import Oracle


def of_one_agent(house: House) -> House:
    """Asked by the public for meetings of one guest with one agent, wherever they work."""
    wish = replace(house.wish, of=house.wish.of or 1, by_agent=False, office=False, language=None, seats=1)
    workers = [
        replace(one, is_active=True, online_planning=True, is_expert=True) if n == wish.of else one
        for n, one in enumerate(house.workers, 1)
    ]
    rules = tuple(replace(one, seats=1, agents=frozenset()) for one in house.rules)
    return replace(house, wish=replace(wish, link=None), workers=tuple(workers), rules=rules)


@drawn(15)
@given(houses().map(of_one_agent), st.data(), st.booleans())
async def test_a_list_takes_its_times_and_gives_them_to_who_comes_through_it(
    street: Street, house: House, data: st.DataObject, single_use: bool
) -> None:
    listed = [] if refused(house) else [start for start in oracle(house).slots() if start > house.now]
    if not listed:
        return
    near = st.sampled_from(listed).flatmap(lambda start: st.sampled_from([start, start, start + MINUTE]))
    times = data.draw(st.lists(near, min_size=1, max_size=3, unique=True))
    asking = await street.house(house)
    created = await offer(asking, times, single_use=single_use)
    held = with_list(house, times)
    assert bool(created["errors"]) == (held is None)
    assert await asking.starts() == oracle(held or house).slots()
    if held is not None:
        await assert_given(asking, held, times, data, single_use=single_use)
    await assert_claims_are_whole_but_for_lists()


async def offer(asking: Asking, times: Sequence[datetime], *, single_use: bool) -> dict[str, object]:
    built, wish, kind = asking.built, asking.house.wish, kind_of(asking.house)
    planner = Client(asking.street.public.world, acting(built.planner))
    assert wish.of is not None
    link = {
        "agentId": ids.encode("Agent", built.agents[wish.of].id),
        "subjectId": ids.encode("Subject", built.subjects[1].id) if wish.subject else None,
        "meetingType": kind.meeting_type,
        "durationMinutes": wish.minutes,
        "offeredTimes": [start.isoformat() for start in times],
        "singleUse": single_use,
        "slug": "link",
    }
    return await planner.do(CREATE, input=link)


def with_list(house: House, times: Sequence[datetime]) -> House | None:
    """The house with all the times taken, one after the other, as an agent may; None where one cannot be had."""
    kind = kind_of(house)
    assert house.wish.of is not None
    for start in sorted(times):
        if start not in through(house, times, by_agent=True).slots():
            return None
        meeting = Meeting(
            agents=frozenset({house.wish.of}),
            start=start,
            minutes=kind.minutes,
            before=kind.before,
            after=kind.after,
            subject=1 if house.wish.subject else None,
            meeting_type=kind.meeting_type,
        )
        house = replace(house, holds=(*house.holds, Hold(meeting=meeting, expires_at=start)))
    return house


def through(house: House, times: Sequence[datetime], *, by_agent: bool = False) -> Oracle:
    """What can be had of a list: as late as the agent may give it, and wherever the grid lies."""
    asked = replace(
        question(house),
        offered_starts=tuple(times),
        notice_minutes=house.setting("agent_minimum_notice_minutes", 0),
        earliest_day=house.setting("agent_earliest_day", 0),
    )
    return Oracle(replace(asked, guest_zone=house.zone) if by_agent else asked, agendas(house))


async def assert_given(
    asking: Asking, held: House, times: Sequence[datetime], data: st.DataObject, *, single_use: bool
) -> None:
    """Through the link its own times are free; the first booking gives the others back."""
    own = held.holds[-len(times) :]
    free = replace(held, holds=held.holds[: -len(times)])
    kind = kind_of(held)
    link = Link(fixes_subject=held.wish.subject, meeting_type=kind.meeting_type, minutes=held.wish.minutes)
    linked = replace(free, wish=replace(held.wish, link=link, subject=False, meeting_type=None, minutes=None))
    guest = Asking(asking.street, linked, replace(asking.built, house=linked))
    offered = through(free, times).slots()
    assert await guest.starts() == offered
    if not offered:
        return
    start = data.draw(st.sampled_from(sorted(offered)))
    await assert_held_and_given_back(guest, free, times, start, own)
    assert (await guest.book(start + MINUTE))["errors"] or start + MINUTE in offered
    if start + MINUTE in offered:
        return
    booked = await guest.book(start)
    assert not booked["errors"], (start, booked)
    meeting = replace(next(one.meeting for one in own if one.meeting.start == start), status="SCHEDULED")
    after = replace(free, meetings=(*free.meetings, meeting))
    assert await asking.starts() == oracle(after).slots()
    if single_use:
        assert not (await guest.book(start))["meeting"]
    else:
        assert await guest.starts() == through(after, times).slots()


async def assert_held_and_given_back(
    guest: Asking, free: House, times: Sequence[datetime], start: datetime, own: Sequence[Hold]
) -> None:
    held = await guest.hold(start)
    assert not held["errors"], (start, held)
    theirs = next(one for one in own if one.meeting.start == start)
    until = replace(theirs, expires_at=free.now + timedelta(minutes=10))
    assert await guest.starts() == through(replace(free, holds=(*free.holds, until)), times).slots()
    assert (await guest.release(held["hold"]["token"]))["released"]
    assert await guest.starts() == through(free, times).slots()


async def assert_claims_are_whole_but_for_lists() -> None:
    """Those of a list have no token."""
    await Claim.filter(link_id__isnull=False, hold_hash__isnull=True).update(hold_hash="list")
    await assert_claims_are_whole()
