"""Of those who decide a meeting at once exactly one does, and its time is had by one: on real parallel connections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from random import Random
from typing import Any

import pytest

from errors import AlreadyDecided, Refused, SlotTaken
from models.agent.agent import Agent
from models.availability.target import Target
from models.claim import Claim
from models.meeting.changing import Change, cancel
from models.meeting.expiring import expire
from models.meeting.meeting import Meeting
from models.meeting.reassigning import reassign
from models.meeting.standing import ACTIVE
from models.transactions import transaction
from models.words import MeetingStatus
from tests.builders import a_service, acting
from tests.models.meeting.holding import HALF_HOUR, NINE, NOW
from tests.models.meeting.life import (
    DEADLINE,
    accepts,
    assert_all_is_as_drawn,
    awaited,
    confirms,
    declines,
    expire_due,
    guest_cancels,
    guest_moves,
    guests_confirm,
    kinds_of,
    status_of,
    to_be_accepted,
    tried,
)
from tests.models.meeting.teams import (
    a_planned_subject,
    a_team,
    assert_claims_are_whole,
    booked,
    deadlocks,
    target_of,
    together,
    try_to_book,
    try_to_move,
)
from tests.models.meeting.test_races import until_somebody_waits
from tests.waiting import PATIENCE_SECONDS

ROUNDS = 20
Outcome = Meeting | Refused | bool
Deed = Callable[[], Coroutine[Any, Any, Outcome]]


async def at_once(deeds: Sequence[Deed], chance: Random) -> list[Outcome]:
    """What comes of each; they begin in any order, a few steps apart, as some come to the row sooner than others."""

    async def begin(deed: Deed, steps: int) -> Outcome:
        for _ in range(steps):
            await asyncio.sleep(0)
        return await deed()

    before = await deadlocks()
    async with asyncio.timeout(PATIENCE_SECONDS):
        outcomes = await asyncio.gather(*(begin(deed, chance.randrange(200)) for deed in deeds))
    assert await deadlocks() == before
    return outcomes


async def in_a_queue(meeting: Meeting, deeds: Sequence[Deed], chance: Random) -> list[Outcome]:
    """What comes of each where all have come to the meeting's row before the first may have it, in any order."""
    order, held, let_go = chance.sample(range(len(deeds)), len(deeds)), asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with transaction() as tx:
            await tx.rows("SELECT id FROM meeting WHERE id = %s FOR UPDATE", meeting.id)
            held.set()
            await let_go.wait()

    async with asyncio.timeout(PATIENCE_SECONDS):
        holding = asyncio.create_task(hold())
        await held.wait()
        waiting: list[asyncio.Task[Outcome]] = []
        for number in order:
            waiting.append(asyncio.create_task(deeds[number]()))
            await until_somebody_waits(several=len(waiting))
        let_go.set()
        outcomes = await asyncio.gather(*waiting)
        await holding
    return [outcomes[order.index(number)] for number in range(len(deeds))]


def has_won(outcome: Outcome) -> bool:
    return outcome is True or isinstance(outcome, Meeting)


def assert_one_has_won(outcomes: Sequence[Outcome]) -> None:
    assert sum(map(has_won, outcomes)) == 1, outcomes
    lost = [one for one in outcomes if not has_won(one)]
    assert all(one is False or isinstance(one, AlreadyDecided) for one in lost), lost


async def assert_time_is_as_it_stands(meeting: Meeting) -> None:
    """It has its time where it is active, and none where it is not."""
    stored = await Meeting.get(id=meeting.id)
    claims = await Claim.filter(meeting_id=meeting.id)
    assert len(claims) == (1 if stored.status in ACTIVE else 0)
    assert all(claim.expires_at == stored.expires_at for claim in claims)


@pytest.mark.parametrize("seed", range(2))
async def test_of_accepting_declining_cancelling_and_expiring_one_wins(anna: Agent, seed: int) -> None:
    target, chance = await to_be_accepted(anna), Random(seed)
    decided = set()

    def deeds(meeting: Meeting) -> list[Deed]:
        return [
            lambda: accepts(meeting, anna),
            lambda: declines(meeting, anna),
            lambda: guest_cancels(meeting),
            lambda: expire(meeting.id, now=NINE),
            lambda: expire(meeting.id, now=NINE),
        ]

    for number in range(ROUNDS):
        meeting = await booked(target, NINE, f"Guest{number}")
        outcomes = await in_a_queue(meeting, deeds(meeting), chance)
        if has_won(outcomes[0]) and has_won(outcomes[2]):  # what was accepted first can still be cancelled
            assert await kinds_of(meeting) == ["BOOKED", "ACCEPTED", "CANCELLED"]
        else:
            assert_one_has_won(outcomes)
        await assert_time_is_as_it_stands(meeting)
        decided.add((await kinds_of(meeting))[1])
        await tried(cancel(meeting.id, Change(), actor=acting(anna), now=NOW))
    await assert_all_is_as_drawn()
    assert decided == {"ACCEPTED", "DECLINED", "CANCELLED", "EXPIRED"}


@pytest.mark.parametrize("seed", range(2))
async def test_of_a_confirmation_a_timeout_and_who_wants_the_time_one_wins(anna: Agent, seed: int) -> None:
    """The clocks of the three differ: for the guest it is before the deadline, for the others it is past."""
    chance, endings = Random(seed), set()

    def deeds(meeting: Meeting, target: Target, name: str) -> list[Deed]:
        return [
            lambda: confirms(meeting, now=NOW),
            lambda: expire(meeting.id, now=DEADLINE),
            lambda: try_to_book(target, NINE, name, now=DEADLINE),
        ]

    for number in range(ROUNDS):
        meeting = await awaited(anna, NINE, f"Guest{number}")
        target = await target_of(anna)
        confirmed, expired, other = await at_once(deeds(meeting, target, f"Heidi{number}"), chance)
        assert isinstance(confirmed, Meeting) != isinstance(other, Meeting), (confirmed, expired, other)
        assert expired is not isinstance(confirmed, Meeting)
        assert isinstance(confirmed, Meeting | AlreadyDecided)
        assert isinstance(other, Meeting | SlotTaken)
        await assert_time_is_as_it_stands(meeting)
        endings.add(await status_of(meeting))
        for one in await Meeting.filter(status__in=ACTIVE):
            await cancel(one.id, Change(), actor=acting(anna), now=NOW)
    await assert_all_is_as_drawn()
    assert endings <= {"SCHEDULED", "EXPIRED"}


@pytest.mark.parametrize("seed", range(2))
async def test_of_confirmations_and_cancellations_of_one_meeting_one_of_each_kind_is_heard(
    anna: Agent, seed: int
) -> None:
    chance = Random(seed)

    def deeds(meeting: Meeting) -> list[Deed]:
        confirmation: Deed = lambda: confirms(meeting)  # noqa: E731
        return [confirmation] * 3 + [lambda: guest_cancels(meeting)] * 3

    for number in range(ROUNDS):
        meeting = await awaited(anna, NINE, f"Guest{number}")
        outcomes = await at_once(deeds(meeting), chance)
        assert await status_of(meeting) == "CANCELLED"
        assert await kinds_of(meeting) in (["BOOKED", "CANCELLED"], ["BOOKED", "CONFIRMED", "CANCELLED"])
        assert sum(map(has_won, outcomes)) == len(await kinds_of(meeting)) - 1
        assert await Claim.all().count() == 0


async def test_of_many_workers_one_writes_down_that_a_meeting_has_expired(anna: Agent) -> None:
    await guests_confirm(anna)
    target = await target_of(anna)
    meetings = [await booked(target, NINE + n * HALF_HOUR, f"Guest{n}") for n in range(8)]
    async with asyncio.timeout(PATIENCE_SECONDS):
        written = await asyncio.gather(*(expire_due(now=DEADLINE) for _ in range(8)))
    assert sum(written) == len(meetings)
    for meeting in meetings:
        assert await kinds_of(meeting) == ["BOOKED", "EXPIRED"]


@pytest.mark.parametrize("seed", range(2))
async def test_moves_and_handing_over_at_once_with_an_answer_leave_every_claim_as_its_meeting_stands(
    anna: Agent, seed: int
) -> None:
    ben, chance = (await a_team(anna, "Ben"))[1], Random(seed)
    subject = await a_planned_subject([anna, ben], needs_acceptance=True)
    target = await target_of(anna, subject_id=subject.id)

    def deeds(meeting: Meeting) -> list[Deed]:
        return [
            lambda: accepts(meeting, anna),
            lambda: declines(meeting, anna),
            lambda: try_to_move(meeting, NINE + 2 * HALF_HOUR, anna),
            lambda: guest_moves(meeting, NINE + 4 * HALF_HOUR),
            lambda: tried(reassign(meeting.id, ben.id, Change(), actor=acting(anna), now=NOW)),
            lambda: expire(meeting.id, now=NINE),
        ]

    for number in range(ROUNDS):
        meeting = await booked(target, NINE, f"Guest{number}")
        await at_once(deeds(meeting), chance)
        await assert_claims_are_whole()
        await assert_time_is_as_it_stands(meeting)
        await tried(cancel(meeting.id, Change(), actor=acting(ben), now=NOW))
        await tried(cancel(meeting.id, Change(), actor=acting(anna), now=NOW))
    await assert_all_is_as_drawn()


@pytest.mark.parametrize("seed", range(2))
async def test_a_service_never_gives_more_than_it_has_where_some_meetings_expire(
    anna: Agent, seed: int
) -> None:
    await guests_confirm(anna)
    team, chance = await a_team(anna, "Ben"), Random(seed)
    service = await a_service(await anna.organization, *team, assign_on_booking=False)
    target = await target_of(service)

    async def expiring() -> Outcome:
        return await expire_due(now=DEADLINE) > 0

    for number in range(ROUNDS):
        first = [await booked(target, NINE, f"Guest{number}-{n}") for n in range(2)]
        deeds: list[Deed] = [partial(confirms, one, now=NOW) for one in first]
        names = [f"Heidi{number}-{n}" for n in range(3)]
        deeds += [partial(try_to_book, target, NINE, name, now=DEADLINE) for name in names]
        outcomes = await at_once([*deeds, expiring], chance)
        assert sum(isinstance(one, Meeting) for one in outcomes[:5]) <= len(team), outcomes
        await expire_due(now=DEADLINE)
        standing = await Meeting.filter(status__in=ACTIVE)
        assert len(standing) <= len(team)
        for one in standing:
            await cancel(one.id, Change(), actor=acting(anna), now=NOW)
    assert not await Meeting.filter(status=MeetingStatus.AWAITING_GUEST).exists()


@pytest.mark.parametrize("seed", range(2))
async def test_a_meeting_of_several_agents_expires_as_others_take_the_time_of_each(
    anna: Agent, seed: int
) -> None:
    await guests_confirm(anna)
    team, chance = await a_team(anna, "Ben", "Chandra"), Random(seed)
    both = await target_of(await together(*team))
    alone = [await target_of(one) for one in team]
    for number in range(ROUNDS):
        meeting = await booked(both, NINE, f"Guest{number}")
        deeds: list[Deed] = [
            partial(try_to_book, target, NINE, f"Heidi{number}-{n}", now=DEADLINE)
            for n, target in enumerate([*alone[::-1], both])
        ]
        deeds += [partial(confirms, meeting, now=NOW), partial(expire, meeting.id, now=DEADLINE)]
        outcomes = await at_once(deeds, chance)
        assert not isinstance(outcomes[3], Meeting) or not any(isinstance(one, Meeting) for one in outcomes[:3])
        for one in await Meeting.filter(status__in=ACTIVE):
            assert isinstance(await guest_cancels(one), Meeting)
        assert await Claim.all().count() == 0
