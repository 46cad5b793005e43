"""Seats that no race can take twice: many guests at once, on real parallel connections, and around the verbs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from tortoise import connections
from tortoise.exceptions import IntegrityError

from errors import AlreadyDecided, HoldExpired, NotFound, SlotTaken
from models.agent.agent import Agent
from models.claim import Claim
from models.conversation.conversation import Conversation, Member
from models.hold import Held, release
from models.meeting.changing import Change, cancel, reschedule
from models.meeting.leaving import end_empty
from models.meeting.meeting import Attendee, Meeting, MeetingChange
from models.meeting.seat import SeatHold
from models.words import MeetingStatus
from tests.builders import a_service, acting, an_agent
from tests.models.meeting.groups import (
    HALF_HOUR,
    NINE,
    NOW,
    a_class,
    class_of,
    come,
    comes,
    go,
    names_in,
    reserve,
    seats_of,
)
from tests.waiting import PATIENCE_SECONDS


def kinds(outcomes: Sequence[object]) -> dict[str, int]:
    names = [type(one).__name__ for one in outcomes]
    return {name: names.count(name) for name in sorted(names)}


async def at_once(*tries: Awaitable[Any]) -> list[Any]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return list(await asyncio.gather(*tries))


async def taken_twice() -> int:
    """Meetings with more guests than seats, and contacts who come twice."""
    [row] = await connections.get("default").execute_query_dict(
        "SELECT (SELECT count(*) FROM meeting m WHERE seats < (SELECT sum(seats) FROM attendee a"
        "  WHERE a.meeting_id = m.id AND left_at IS NULL))"
        " + (SELECT count(*) FROM (SELECT FROM attendee WHERE left_at IS NULL AND NOT companion"
        "  GROUP BY meeting_id, contact_id HAVING count(*) > 1) twice) AS found"
    )
    return int(row["found"])


async def test_of_64_guests_who_come_at_once_20_get_the_20_seats(anna: Agent) -> None:
    target = await a_class(anna)
    outcomes = await at_once(*(come(target, f"Guest{n}") for n in range(64)))
    assert kinds(outcomes) == {"Meeting": 20, "SlotTaken": 44}
    [meeting] = await Meeting.all()
    assert len(set(await names_in(meeting))) == await seats_of(meeting) == 20
    assert await Claim.all().count() == await Conversation.all().count() == 1
    assert await Member.filter(contact_id__isnull=False).count() == 20
    refused = [one for one in outcomes if isinstance(one, SlotTaken)]
    assert all(one.alternatives and NINE not in [slot.start for slot in one.alternatives] for one in refused)  # type: ignore[attr-defined]


async def test_the_same_where_the_agents_days_are_counted(anna: Agent) -> None:
    target = await a_class(anna, max_per_agent_per_day=1)
    outcomes = await at_once(*(come(target, f"Guest{n}") for n in range(40)))
    assert kinds(outcomes) == {"Meeting": 20, "SlotTaken": 20}
    assert await Meeting.all().count() == await Claim.all().count() == 1


async def test_when_one_class_is_full_the_next_agent_of_the_service_opens_another(anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    service = await a_service(await anna.organization, anna, ben)
    target = await a_class(service, anna, ben, seats=10)
    outcomes = await at_once(*(come(target, f"Guest{n}") for n in range(32)))
    assert kinds(outcomes) == {"Meeting": 20, "SlotTaken": 12}
    assert [await seats_of(meeting) for meeting in await Meeting.all()] == [10, 10]
    assert await taken_twice() == 0


async def test_parties_that_come_at_once_never_take_more_seats_than_there_are(anna: Agent) -> None:
    target = await a_class(anna, seats=10)
    outcomes = await at_once(
        *(come(target, f"Guest{n}", brings=tuple(f"Friend{n}x{m}" for m in range(n % 4))) for n in range(24))
    )
    [meeting] = await Meeting.all()
    assert kinds(outcomes).keys() == {"Meeting", "SlotTaken"}
    assert await seats_of(meeting) == len(await names_in(meeting)) == 10
    assert await Attendee.all().count() == 10


async def test_one_guest_who_comes_many_times_at_once_comes_once(anna: Agent) -> None:
    target = await a_class(anna)
    await comes(target, "Heidi")
    outcomes = await at_once(*(come(target, "Grace") for _ in range(12)))
    assert kinds(outcomes) == {"TakesPart": 11, "Meeting": 1}
    assert await taken_twice() == 0


async def test_the_database_itself_refuses_a_second_place_of_one_guest(anna: Agent) -> None:
    meeting = await comes(await a_class(anna))
    shared = {"organization_id": anna.organization_id, "meeting_id": meeting.id, "contact_id": meeting.guest_id}
    with pytest.raises(IntegrityError, match="attendee_once"):
        await Attendee.create(**shared, name="Grace")
    await Attendee.create(**shared, name="Greta", companion=True)


async def test_who_comes_while_others_leave_finds_the_seats_that_are_left(anna: Agent) -> None:
    target = await a_class(anna, seats=8)
    meeting = await comes(target, "Guest0")
    await at_once(*(come(target, f"Guest{n}") for n in range(1, 8)))
    leaving = [go(meeting, f"Guest{n}") for n in range(4)]
    outcomes = await at_once(*leaving, *(come(target, f"Late{n}") for n in range(12)))
    assert kinds(outcomes[:4]) == {"Meeting": 4}
    came = [one for one in outcomes[4:] if isinstance(one, Meeting)]
    assert await seats_of(meeting) == 4 + len(came)
    assert len(came) <= 4
    assert {one.id for one in came} <= {meeting.id}
    assert await taken_twice() == 0


async def test_when_the_last_guest_leaves_as_another_comes_the_class_is_theirs_or_a_new_one(
    anna: Agent,
) -> None:
    target = await a_class(anna)
    for number in range(12):
        first = await comes(target, "Grace")
        tries = go(first, "Grace"), come(target, "Heidi")
        left, came = await at_once(*tries) if number % 2 else reversed(await at_once(*reversed(tries)))
        assert isinstance(left, Meeting)
        assert isinstance(came, Meeting)
        ended = (await Meeting.get(id=first.id)).status is MeetingStatus.CANCELLED
        assert ended is (came.id != first.id)
        assert [claim.meeting_id for claim in await Claim.all()] == [came.id]
        assert (await names_in(came), await names_in(first)) == (["Heidi"], [] if ended else ["Heidi"])
        assert (await Meeting.get(id=came.id)).guest_id == (await Attendee.guests_of(came.id).get()).contact_id
        await go(came, "Heidi")
        assert await Claim.all().count() == 0


async def test_of_many_who_leave_at_once_each_leaves_once_and_the_last_ends_it(anna: Agent) -> None:
    target = await a_class(anna)
    meeting = await comes(target, "Guest0")
    await at_once(*(come(target, f"Guest{n}") for n in range(1, 8)))
    outcomes = await at_once(*(go(meeting, f"Guest{n}") for n in range(8) for _ in range(2)))
    assert kinds(outcomes)["Meeting"] == 8
    assert {type(one) for one in outcomes} <= {Meeting, NotFound, AlreadyDecided}
    changes = [change.kind.value async for change in MeetingChange.all().order_by("id")]
    assert [changes.count(kind) for kind in ("ATTENDEE_LEFT", "CANCELLED")] == [7, 1]
    assert await Claim.all().count() == 0


async def test_who_comes_while_an_agent_cancels_comes_to_it_before_or_to_another(anna: Agent) -> None:
    target = await a_class(anna)
    for number in range(6):
        meeting = await comes(target, "Grace")
        cancelling = cancel(meeting.id, Change(), actor=acting(anna), now=NOW)
        _, *came = await at_once(cancelling, *(come(target, f"Guest{number}x{n}") for n in range(6)))
        assert kinds(came) == {"Meeting": 6}
        assert (await Meeting.get(id=meeting.id)).status is MeetingStatus.CANCELLED
        others = {one.id for one in came} - {meeting.id}
        assert {claim.meeting_id for claim in await Claim.all()} == others
        for other in others:
            await cancel(other, Change(), actor=acting(anna), now=NOW)


async def test_who_comes_while_an_agent_moves_it_is_at_the_time_that_was_asked_for(anna: Agent) -> None:
    target = await a_class(anna, max_per_agent_per_day=10)
    for number in range(6):
        meeting = await comes(target, "Grace")
        moving = reschedule(
            meeting.id,
            Change(),
            start=NINE + 4 * HALF_HOUR,
            duration_minutes=None,
            actor=acting(anna),
            now=NOW,
        )
        _, *came = await at_once(moving, *(come(target, f"Guest{number}x{n}") for n in range(6)))
        assert kinds(came) == {"Meeting": 6}
        assert {one.start for one in came} == {NINE}
        for one in await Meeting.filter(status=MeetingStatus.SCHEDULED):
            await cancel(one.id, Change(), actor=acting(anna), now=NOW)
        assert await Claim.all().count() == 0


async def test_held_seats_count_like_taken_ones_however_many_come(anna: Agent) -> None:
    target = await a_class(anna, seats=10)
    await comes(target, "Grace")
    tries: list[Awaitable[object]] = []
    for n in range(16):
        tries += [reserve(target), come(target, f"Guest{n}")]
    outcomes = await at_once(*tries)
    held = [one for one in outcomes if isinstance(one, Held)]
    came = [one for one in outcomes if isinstance(one, Meeting)]
    assert len(held) + len(came) == 9
    assert await SeatHold.all().count() == len(held) == len({one.token for one in held})
    used = await at_once(*(come(target, f"Held{n}", token=one.token) for n, one in enumerate(held)))
    assert kinds(used) == ({"Meeting": len(held)} if held else {})
    [meeting] = await Meeting.all()
    assert await seats_of(meeting) == 10


async def test_of_many_who_come_with_one_hold_one_gets_its_seat(anna: Agent) -> None:
    target = await a_class(anna, seats=2)
    await comes(target, "Grace")
    held = await reserve(target)
    assert isinstance(held, Held)
    outcomes = await at_once(*(come(target, f"Guest{n}", token=held.token) for n in range(10)))
    assert kinds(outcomes) == {"HoldExpired": 9, "Meeting": 1}


async def test_of_a_release_and_a_booking_at_once_one_has_the_seats(anna: Agent) -> None:
    target = await a_class(anna, seats=2)
    meeting = await comes(target, "Grace")
    for number in range(8):
        held = await reserve(target)
        assert isinstance(held, Held)
        released, came = await at_once(
            release(held.token, now=NOW), come(target, f"Guest{number}", token=held.token)
        )
        assert isinstance(came, HoldExpired if released else Meeting)
        if not released:
            await go(meeting, f"Guest{number}")
    assert await SeatHold.all().count() == 0


async def test_who_holds_the_last_seats_of_a_class_that_empties_finds_it_there(anna: Agent) -> None:
    target = await a_class(anna, seats=4)
    for number in range(8):
        meeting = await comes(target, "Grace")
        held = await reserve(target)
        assert isinstance(held, Held)
        left, came = await at_once(go(meeting, "Grace"), come(target, f"Guest{number}", token=held.token))
        assert isinstance(left, Meeting)
        assert isinstance(came, Meeting)
        assert came.id == meeting.id
        assert await names_in(meeting) == [f"Guest{number}"]
        await go(meeting, f"Guest{number}")
        assert await Claim.all().count() == 0


async def test_an_empty_class_ends_once_however_many_look(anna: Agent) -> None:
    target = await a_class(anna)
    meeting = await comes(target, "Grace")
    held = await reserve(target)
    assert isinstance(held, Held)
    await go(meeting, "Grace")
    looks = [end_empty(now=held.expires_at) for _ in range(6)]
    came, *ended = await at_once(come(target, "Heidi"), *looks)
    assert isinstance(came, Meeting)
    assert sum(ended) == (0 if came.id == meeting.id else 1)
    assert [claim.meeting_id for claim in await Claim.all()] == [came.id]


async def test_services_that_share_their_agents_do_not_wait_for_each_other_in_a_ring(anna: Agent) -> None:
    organization = await anna.organization
    ben = await an_agent(organization, "Ben")
    first = await a_service(organization, anna, ben, name="First")
    second = await a_service(organization, ben, anna, name="Second")
    target = await a_class(first, anna, ben, seats=4)
    assert target.subject is not None
    other = await class_of(second, target.subject)
    alone = await class_of(anna, target.subject)
    outcomes = await at_once(*(come(one, f"Guest{n}") for n, one in enumerate([target, other, alone] * 10)))
    assert {type(one) for one in outcomes} <= {Meeting, SlotTaken}
    assert await taken_twice() == 0


async def test_a_class_that_nobody_has_yet_is_joined_too(anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    service = await a_service(await anna.organization, anna, ben, assign_on_booking=False)
    target = await a_class(service, anna, ben, seats=10)
    outcomes = await at_once(*(come(target, f"Guest{n}") for n in range(30)))
    assert kinds(outcomes) == {"Meeting": 20, "SlotTaken": 10}
    assert [await seats_of(meeting) for meeting in await Meeting.all()] == [10, 10]


async def test_a_hold_of_seats_has_expired_when_its_time_has_come(anna: Agent) -> None:
    target = await a_class(anna, seats=2)
    await comes(target, "Grace")
    held = await reserve(target)
    assert isinstance(held, Held)
    await SeatHold.all().update(expires_at=NOW - timedelta(seconds=1))
    assert isinstance(await come(target, "Heidi", token=held.token), HoldExpired)
    assert isinstance(await come(target, "Ivan"), Meeting)
