"""Through one link and past it, all at once, on real parallel connections: no time is had twice, none is lost."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from random import Random
from typing import Any

from errors import LinkExpired, Refused, SlotTaken
from models.actor import Public
from models.agent.agent import Agent
from models.availability.linking import create_link, delete_link, update_link
from models.claim import Claim
from models.contact.contact import Contact
from models.contact.details import GuestDetails
from models.conversation.conversation import Conversation
from models.hold import Held
from models.idempotency import IdempotencyKey, Once
from models.link import ScheduleLink
from models.meeting.booking import book
from models.meeting.meeting import Meeting
from models.meeting.wish import Wish
from models.transactions import transaction
from models.words import Distribution, Role
from tests.builders import a_link, a_service, acting, an_agent
from tests.models.meeting.holding import HALF_HOUR, NINE, NOW, kinds, overlaps, target_of, try_to_hold, use
from tests.models.meeting.offering import booked, offers, through, try_through
from tests.waiting import PATIENCE_SECONDS


async def test_of_20_bookings_at_once_through_a_single_use_link_one_wins_and_the_others_keep_nothing(
    anna: Agent,
) -> None:
    link = await a_link(anna, single_use=True)
    target = await through(link)
    starts = [NINE + n * HALF_HOUR for n in range(10)]
    outcomes = await asyncio.gather(*(use(target, starts[n % 10], name=f"Guest{n}") for n in range(20)))
    assert kinds(outcomes) == {"LinkExpired": 19, "Meeting": 1}
    for rows in (Meeting, Claim, Conversation, Contact):
        assert await rows.all().count() == 1, rows


async def test_a_single_use_link_is_not_used_by_who_is_refused(anna: Agent) -> None:
    """Nine ask for a time that is taken, one for a free one: whoever comes first, the tenth has the meeting."""
    link = await a_link(anna, single_use=True)
    await use(await target_of(anna), NINE, name="First")
    target = await through(link)
    wanted = [NINE] * 9 + [NINE + HALF_HOUR]
    Random(1).shuffle(wanted)
    outcomes = await asyncio.gather(*(use(target, start, name=f"Guest{n}") for n, start in enumerate(wanted)))
    assert kinds(outcomes)["Meeting"] == 1
    assert await booked() == [NINE, NINE + HALF_HOUR]


async def test_a_request_that_comes_again_gets_its_meeting_though_the_link_is_used(anna: Agent) -> None:
    link = await a_link(anna, single_use=True)
    target = await through(link)
    guest = GuestDetails(
        name="Grace", email="grace@guests.example", phone=None, locale=None, time_zone="Europe/Rome"
    )
    once = Once(organization_id=anna.organization_id, actor="public", verb="bookMeeting", key="k", asked="same")

    async def twin() -> Meeting:
        return await book(Wish(target=target, start=NINE, guest=guest), actor=Public(), now=NOW, once=once)

    outcomes = await asyncio.gather(*(twin() for _ in range(8)))
    assert len({meeting.id for meeting in outcomes}) == await Meeting.all().count() == 1
    assert await IdempotencyKey.all().count() == 1


async def test_while_an_offered_time_becomes_a_meeting_nobody_slips_in(anna: Agent) -> None:
    """One comes through the link, others past it, all at once: not for a moment is the time free."""
    anybody = await target_of(anna)
    for number in range(6):
        start = NINE + number * HALF_HOUR
        link = await offers(anna, start, start + timedelta(days=1))
        mine, *others = await asyncio.gather(
            try_through(link, start, name=f"Mine{number}"),
            *(use(anybody, start, name=f"Other{number}-{n}") for n in range(4)),
            *(try_to_hold(anybody, start) for _ in range(4)),
        )
        assert isinstance(mine, Meeting)
        assert kinds(others) == {"SlotTaken": 8}
        assert await Claim.all().count() == number + 1
    assert await overlaps() == 0


async def test_of_many_who_want_one_offered_time_one_has_it(anna: Agent) -> None:
    link = await offers(anna)
    target = await through(link)
    outcomes = await asyncio.gather(
        *(use(target, NINE, name=f"Guest{n}") for n in range(8)), *(try_to_hold(target, NINE) for _ in range(8))
    )
    assert sum(isinstance(one, Meeting | Held) for one in outcomes) == 1
    assert {type(one) for one in outcomes if isinstance(one, Refused)} == {SlotTaken}
    assert await overlaps() == 0


async def test_bookings_and_holds_of_all_the_times_at_once_leave_nothing_behind(anna: Agent) -> None:
    """A list is used by the first; what the others then take is free, and what nobody took is given back."""
    link = await offers(anna, *(NINE + n * HALF_HOUR for n in range(8)))
    target = await through(link)
    booking = [use(target, NINE + n * HALF_HOUR, name=f"Guest{n}") for n in range(0, 8, 2)]
    holding = [try_to_hold(target, NINE + n * HALF_HOUR) for n in (1, 3)]
    outcomes = await asyncio.gather(*booking, *holding)
    assert kinds(outcomes) == {"Held": 2, "Meeting": 4}
    assert await Claim.all().count() == 6
    assert await Claim.exclude(link_id=None).count() == 0
    assert await overlaps() == 0


async def test_of_lists_that_want_the_same_times_at_once_one_has_all_and_the_others_none(anna: Agent) -> None:
    """In opposite orders, with bookings between: nobody waits for each other in a ring."""
    times = [NINE + n * HALF_HOUR for n in range(6)]

    async def listing(number: int) -> ScheduleLink | Refused:
        try:
            return await offers(anna, *(times if number % 2 else reversed(times)), slug=f"list-{number}")
        except Refused as refused:
            return refused

    booking = [use(await target_of(anna), times[n], name=f"Guest{n}") for n in (1, 4)]
    outcomes = await asyncio.gather(*(listing(n) for n in range(8)), *booking)
    made = [one for one in outcomes if isinstance(one, ScheduleLink)]
    meetings = [one for one in outcomes if isinstance(one, Meeting)]
    assert len(made) <= 1
    assert (len(made), len(meetings)) in ((1, 0), (0, 2), (0, 1))
    assert await Claim.all().count() == 6 * len(made) + len(meetings)
    assert await overlaps() == 0


async def test_lists_of_a_service_are_made_booked_and_changed_at_once_without_a_ring(anna: Agent) -> None:
    organization = await anna.organization
    agents = [anna, *[await an_agent(organization) for _ in range(3)]]
    anna.role = Role.MANAGER
    one = await a_service(organization, *agents, name="One")
    other = await a_service(
        organization, *reversed(agents), name="Other", distribution=Distribution.COLLECTIVE, required_agents=2
    )

    async def life(number: int) -> Any:
        random = Random(number)
        times = [NINE + n * HALF_HOUR for n in random.sample(range(12), 4)]
        service = random.choice([one, other])
        try:
            link = await create_link(actor=acting(anna), now=NOW, service_id=service.id, offered_times=times)
            if random.random() < 0.3:
                await update_link(link.id, actor=acting(anna), now=NOW, offered_times=times[:2])
            if random.random() < 0.3:
                await delete_link(link.id, actor=acting(anna))
            return await try_through(link, times[0], name=f"Guest{number}")
        except Refused as refused:
            return refused

    async with asyncio.timeout(PATIENCE_SECONDS):
        outcomes = await asyncio.gather(*(life(number) for number in range(24)))
    assert any(isinstance(outcome, Meeting) for outcome in outcomes)
    assert await overlaps() == 0
    unused = await ScheduleLink.filter(used_at=None).values_list("id", flat=True)
    assert set(await Claim.exclude(link_id=None).values_list("link_id", flat=True)) <= set(unused)


async def test_who_deletes_or_ends_a_link_and_who_books_through_it_are_one_after_the_other(anna: Agent) -> None:
    for number in range(8):
        start = NINE + number * HALF_HOUR
        link = await offers(anna, start, single_use=True)
        target = await through(link)
        ending = delete_link(link.id, actor=acting(anna)) if number % 2 else switch_off(link, anna)
        outcome, _ = await asyncio.gather(use(target, start, name=f"Guest{number}"), ending)
        assert isinstance(outcome, Meeting | LinkExpired)
        assert await Claim.filter(starts_at=start).count() == await Meeting.filter(start=start).count()
        assert await Claim.exclude(link_id=None).count() == 0


async def switch_off(link: ScheduleLink, agent: Agent) -> None:
    await update_link(link.id, actor=acting(agent), now=NOW, is_active=False)


async def test_a_public_link_is_no_row_that_its_bookings_wait_for(anna: Agent) -> None:
    """Somebody holds the link's row, and bookings through it go on."""
    link = await a_link(anna)
    async with asyncio.timeout(PATIENCE_SECONDS):
        locked, done = asyncio.Event(), asyncio.Event()

        async def holder() -> None:
            async with transaction() as tx:
                await tx.rows("SELECT 1 FROM schedule_link WHERE id = %s FOR NO KEY UPDATE", link.id)
                locked.set()
                await done.wait()

        holding = asyncio.create_task(holder())
        await locked.wait()
        assert isinstance(await try_through(link, NINE), Meeting)
        done.set()
        await holding
    assert (await ScheduleLink.get(id=link.id)).used_at is None


async def test_at_a_lists_expiry_its_time_goes_to_one_whichever_clock_is_right(anna: Agent) -> None:
    """To one process the link is still good, to the other it has just ended."""
    for number in range(8):
        start = NINE + number * HALF_HOUR
        end: datetime = NOW + timedelta(minutes=10)
        link = await offers(anna, start, start + timedelta(days=1), expires_at=end)
        just_before = end - timedelta(microseconds=1)
        mine = try_through(link, start, name=f"Mine{number}", now=just_before)
        other = use(await target_of(anna), start, name=f"Other{number}", now=end)
        outcomes = await asyncio.gather(*((mine, other) if number % 2 else (other, mine)))
        assert kinds(outcomes) == {"Meeting": 1, "SlotTaken": 1}
        assert await Claim.filter(starts_at=start).count() == await Meeting.filter(start=start).count() == 1
    assert await overlaps() == 0
