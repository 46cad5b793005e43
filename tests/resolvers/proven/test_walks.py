"""Guests come and go at houses drawn at random: after everything they do, what is listed is what the rules allow."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.models.meeting.teams import assert_claims_are_whole
from tests.resolvers.proven.asking import Street
from tests.resolvers.proven.drawing import houses
from tests.resolvers.proven.examples import drawn
from tests.resolvers.proven.planned import refused
from tests.resolvers.proven.reckoning import oracle
from tests.resolvers.proven.sketch import MINUTE, House
from tests.resolvers.proven.walking import REGULAR, Walk

DEEDS = ("book", "book", "hold", "use", "release", "cancel", "move", "wait", "miss")


@drawn(15)
@given(houses(), st.data())
async def test_whatever_guests_do_the_list_stays_what_the_rules_allow(
    street: Street, house: House, data: st.DataObject
) -> None:
    if refused(house) or not oracle(house).slots():
        return
    walk = Walk(await street.house(house), house)
    await walk.assert_listed()
    for deed in data.draw(st.lists(st.sampled_from(DEEDS), min_size=3, max_size=7)):
        await do(walk, deed, data)
        await walk.assert_listed()
        await assert_claims_are_whole()


async def do(walk: Walk, deed: str, data: st.DataObject) -> None:
    """What is drawn, where there is something to do it with."""
    listed = sorted(oracle(walk.house).slots())
    if deed == "wait":
        walk.pass_time(data.draw(st.sampled_from([MINUTE / 60, MINUTE, 10 * MINUTE, timedelta(hours=13)])))
    elif deed in ("book", "miss", "hold") and listed:
        await come(walk, deed, data.draw(st.sampled_from(listed)), data)
    elif deed in ("use", "release") and walk.held:
        held = data.draw(st.sampled_from(walk.held))
        await (walk.use(held) if deed == "use" else walk.release(held))
    elif deed == "cancel" and walk.bookings:
        await walk.cancel(data.draw(st.sampled_from(walk.bookings)))
    elif deed == "move":
        await move(walk, data)


async def come(walk: Walk, deed: str, start: datetime, data: st.DataObject) -> None:
    if deed == "hold":
        await walk.hold(start)
    elif deed == "book":
        await walk.book(start, data.draw(st.sampled_from([None, REGULAR])))
    else:
        await walk.book(start + data.draw(st.integers(-90, 90)) * MINUTE, None)


async def move(walk: Walk, data: st.DataObject) -> None:
    """What has not begun, and of which nobody holds seats."""
    movable = [
        one
        for one in walk.bookings
        if (meeting := walk.house.meetings[one.place]).start > walk.house.now and not meeting.held
    ]
    if not movable:
        return
    booking = data.draw(st.sampled_from(movable))
    there: list[datetime] = sorted(await walk.movable(booking))
    near = walk.house.meetings[booking.place].start + data.draw(st.integers(-90, 90)) * MINUTE
    await walk.move(booking, data.draw(st.sampled_from([*there, near])) if data.draw(st.booleans()) else near)
