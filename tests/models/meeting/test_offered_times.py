"""A list of offered times: each is held for whoever comes through the link, until one is booked or the link ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from errors import (
    HoldExpired,
    Invalid,
    LinkExpired,
    OutsideAvailability,
    SlotTaken,
    TimeRefused,
    TooFarAhead,
)
from models.agent.agent import Agent
from models.availability.linking import create_link, delete_link, update_link
from models.claim import Claim
from models.hold import Held, release
from models.link import ScheduleLink
from models.meeting.changing import Change, cancel
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.subject import Subject
from models.words import Distribution, MeetingType, Role
from tests.builders import a_service, acting, an_agent
from tests.models.meeting.holding import HALF_HOUR, NINE, NOW, take, target_of, try_to_hold, use
from tests.models.meeting.offering import MORNING, NOON, booked, offers, starts, through, try_through

TEN_PAST = NOW + timedelta(minutes=10)


async def test_the_link_lists_its_times_and_everybody_else_sees_them_taken(anna: Agent) -> None:
    everything = await starts(await target_of(anna))
    link = await offers(anna)
    assert await starts(await through(link)) == list(MORNING)
    assert await starts(await target_of(anna)) == [one for one in everything if one not in MORNING]
    assert isinstance(await use(await target_of(anna), NINE), SlotTaken)
    assert isinstance(await try_to_hold(await target_of(anna), NINE), SlotTaken)


async def test_offered_times_need_not_begin_where_other_slots_do(anna: Agent) -> None:
    seven_past = NINE + timedelta(minutes=7)
    link = await offers(anna, seven_past)
    assert await starts(await through(link)) == [seven_past]
    assert isinstance(await try_through(link, seven_past), Meeting)


async def test_a_time_that_is_not_offered_cannot_be_booked_through_the_link(anna: Agent) -> None:
    link = await offers(anna)
    refused = await try_through(link, NOON)
    assert isinstance(refused, OutsideAvailability)
    assert [one.start for one in refused.alternatives] == [MORNING[2], MORNING[1], MORNING[0]]  # type: ignore[attr-defined]


async def test_who_books_one_has_it_and_the_others_are_given_back(anna: Agent) -> None:
    link = await offers(anna)
    meeting = await try_through(link, MORNING[1])
    assert isinstance(meeting, Meeting)
    [claim] = await Claim.all()
    assert (claim.meeting_id, claim.link_id, claim.expires_at) == (meeting.id, None, None)
    assert MORNING[0] in await starts(await target_of(anna))
    assert isinstance(await use(await target_of(anna), MORNING[0], name="Other"), Meeting)


async def test_a_used_list_can_still_be_booked_where_its_times_are_free(anna: Agent) -> None:
    link = await offers(anna)
    await try_through(link, MORNING[0])
    assert await starts(await through(link)) == [MORNING[1], MORNING[2]]
    assert isinstance(await use(await target_of(anna), MORNING[1], name="Other"), Meeting)
    assert await starts(await through(link)) == [MORNING[2]]
    assert isinstance(await try_through(link, MORNING[2], name="Heidi"), Meeting)


async def test_a_booking_that_is_refused_leaves_the_list_as_it_was(anna: Agent) -> None:
    link = await offers(anna)
    assert isinstance(await try_through(link, NOON), OutsideAvailability)
    assert await Claim.filter(link_id=link.id).count() == 3
    assert (await ScheduleLink.get(id=link.id)).used_at is None


async def test_cancelling_a_meeting_does_not_renew_the_list_nor_a_single_use(anna: Agent) -> None:
    link = await offers(anna, single_use=True)
    meeting = await try_through(link, NINE)
    await cancel(meeting.id, Change(), actor=acting(anna), now=NOW)
    assert isinstance(await try_through(link, NINE), LinkExpired)
    assert await Claim.all().count() == 0


async def test_one_of_the_times_can_be_held_and_booked_by_the_hold(anna: Agent) -> None:
    link = await offers(anna)
    held = await take(await through(link))
    assert await starts(await through(link)) == [MORNING[1], MORNING[2]]
    assert isinstance(await try_through(link, NINE, name="Other"), SlotTaken)
    meeting = await use(await through(link), NINE, held.token)
    assert isinstance(meeting, Meeting)
    [claim] = await Claim.all()
    assert (claim.meeting_id, claim.link_id, claim.expires_at, claim.held_until) == (
        meeting.id,
        None,
        None,
        None,
    )


async def test_what_is_held_through_a_list_is_booked_through_it(anna: Agent) -> None:
    held = await take(await through(await offers(anna)))
    assert isinstance(await use(await target_of(anna), NINE, held.token), Invalid)


async def test_a_hold_that_ends_gives_the_time_back_to_the_list_and_to_nobody_else(anna: Agent) -> None:
    link = await offers(anna)
    held = await take(await through(link))
    later = held.expires_at
    assert await starts(await through(link, now=later), now=later) == list(MORNING)
    assert NINE not in await starts(await target_of(anna), now=later)
    assert isinstance(await use(await through(link), NINE, held.token, now=later), HoldExpired)
    assert isinstance(await use(await target_of(anna), NINE, now=later), SlotTaken)
    again = await take(await through(link), now=later)
    assert again.token != held.token
    assert isinstance(await use(await through(link), NINE, again.token, now=later), Meeting)


async def test_a_released_hold_gives_the_time_back_to_the_list(anna: Agent) -> None:
    link = await offers(anna)
    held = await take(await through(link))
    assert await release(held.token, now=NOW)
    assert not await release(held.token, now=NOW)
    assert await starts(await through(link)) == list(MORNING)
    assert NINE not in await starts(await target_of(anna))


async def test_what_a_guest_holds_of_a_list_stays_theirs_when_another_uses_it(anna: Agent) -> None:
    link = await offers(anna)
    held = await take(await through(link))
    assert isinstance(await try_through(link, MORNING[1], name="Other"), Meeting)
    assert await Claim.all().count() == 2
    assert isinstance(await try_to_hold(await target_of(anna), NINE), SlotTaken)
    assert isinstance(await use(await through(link), NINE, held.token), Meeting)
    assert await booked() == [NINE, MORNING[1]]


async def test_what_a_guest_holds_of_a_single_use_list_is_gone_when_another_uses_it(anna: Agent) -> None:
    link = await offers(anna, single_use=True)
    target = await through(link)
    held = await take(target)
    assert isinstance(await use(target, MORNING[1], name="Other"), Meeting)
    assert isinstance(await use(target, NINE, held.token), LinkExpired)
    assert await Claim.all().count() == 1


async def test_a_hold_through_a_used_list_holds_it_for_the_link_no_longer(anna: Agent) -> None:
    """Who has found the link before it was used holds a free time, as anybody may."""
    link = await offers(anna)
    before = await through(link)
    await try_through(link, MORNING[1])
    held = await try_to_hold(before)
    assert isinstance(held, Held)
    assert NINE in await starts(await target_of(anna), now=held.expires_at)


async def test_at_its_expiry_the_link_holds_nothing_though_nobody_clears_it_away(anna: Agent) -> None:
    link = await offers(anna, expires_at=TEN_PAST)
    assert NINE not in await starts(await target_of(anna), now=TEN_PAST - timedelta(microseconds=1))
    assert isinstance(await try_through(link, NINE, now=TEN_PAST), LinkExpired)
    assert set(MORNING) <= set(await starts(await target_of(anna), now=TEN_PAST))
    assert isinstance(await use(await target_of(anna), NINE, now=TEN_PAST), Meeting)


async def test_an_offered_time_is_held_until_it_comes(anna: Agent) -> None:
    link = await offers(anna)
    assert [claim.expires_at for claim in await Claim.all().order_by("starts_at")] == list(MORNING)
    assert await starts(await through(link, now=NINE + HALF_HOUR), now=NINE + HALF_HOUR) == list(MORNING[1:])


async def test_a_link_that_is_taken_away_or_switched_off_gives_its_times_back(anna: Agent) -> None:
    for end in ("delete", "off"):
        link = await offers(anna)
        held = await take(await through(link))
        if end == "delete":
            await delete_link(link.id, actor=acting(anna))
        else:
            await update_link(link.id, actor=acting(anna), now=NOW, is_active=False)
        assert await Claim.all().count() == 0
        assert isinstance(await use(await target_of(anna), NINE, held.token), HoldExpired)


async def test_a_link_that_is_switched_on_again_takes_its_times_again_or_says_which_is_gone(
    anna: Agent,
) -> None:
    link = await offers(anna)
    off = await update_link(link.id, actor=acting(anna), now=NOW, is_active=False)
    await update_link(link.id, actor=acting(anna), now=NOW, is_active=True)
    assert await Claim.filter(link_id=link.id).count() == 3
    await update_link(link.id, actor=acting(anna), now=NOW, is_active=False)
    await use(await target_of(anna), MORNING[1])
    with pytest.raises(SlotTaken) as refused:
        await update_link(link.id, actor=acting(anna), now=NOW, is_active=True)
    assert refused.value.field == ("offeredTimes", "1")
    assert not (await ScheduleLink.get(id=off.id)).is_active
    assert await Claim.filter(link_id=link.id).count() == 0


async def test_all_of_the_times_are_taken_or_none(anna: Agent) -> None:
    await use(await target_of(anna), MORNING[1])
    with pytest.raises(SlotTaken) as refused:
        await offers(anna, MORNING[2], MORNING[1], MORNING[0])
    assert refused.value.field == ("offeredTimes", "1")
    assert refused.value.message.startswith("2027-03-01 09:00 UTC: ")
    assert [one.start - MORNING[1] for one in refused.value.alternatives] == [  # type: ignore[attr-defined]
        -HALF_HOUR,
        HALF_HOUR,
        3 * HALF_HOUR,
    ]
    assert await Claim.filter(meeting_id=None).count() == await ScheduleLink.all().count() == 0


@pytest.mark.parametrize(
    ("time", "refusal"),
    [
        (NINE - HALF_HOUR, OutsideAvailability),
        (NINE + timedelta(days=5), OutsideAvailability),
        (NINE + timedelta(days=40), TooFarAhead),
        (NINE + timedelta(days=4_000), TooFarAhead),
    ],
)
async def test_a_time_at_which_the_agent_cannot_be_met_is_refused_with_the_reason(
    anna: Agent, time: object, refusal: type[TimeRefused]
) -> None:
    with pytest.raises(refusal) as refused:
        await offers(anna, NINE, time)  # type: ignore[arg-type]
    assert refused.value.field == ("offeredTimes", "1")


async def test_two_times_of_one_agent_do_not_overlap(anna: Agent) -> None:
    await offers(anna, NINE, NINE + HALF_HOUR)
    with pytest.raises(Invalid) as refused:
        await offers(anna, NOON, NOON + timedelta(minutes=29))
    assert refused.value.field == ("offeredTimes", "1")


async def test_two_times_of_one_agent_are_as_far_apart_as_the_buffers_ask(anna: Agent) -> None:
    subject = await Subject.create(organization_id=anna.organization_id, name="Loans")
    await anna.expertise.add(subject)
    await PlanningRule.create(
        organization_id=anna.organization_id,
        subject=subject,
        meeting_type=MeetingType.VIDEO,
        duration_options=[30],
        default_duration_minutes=30,
        slot_interval_minutes=30,
        buffer_after_minutes=10,
    )
    with pytest.raises(Invalid):
        await offers(anna, NINE, NINE + HALF_HOUR, subject_id=subject.id)
    link = await offers(anna, NINE, NINE + timedelta(minutes=40), subject_id=subject.id)
    assert await starts(await through(link)) == [NINE, NINE + timedelta(minutes=40)]
    assert isinstance(await try_through(link, NINE), Meeting)
    [claim] = await Claim.all()
    assert (claim.starts_at, claim.ends_at) == (NINE, NINE + timedelta(minutes=40))


async def test_a_longer_meeting_may_be_booked_over_two_of_the_times(anna: Agent) -> None:
    link = await offers(anna, NINE, NINE + HALF_HOUR)
    long = await through(link, duration_minutes=60)
    assert await starts(long) == [NINE, NINE + HALF_HOUR]
    assert isinstance(await use(long, NINE), Meeting)
    assert await Claim.all().count() == 1


async def test_a_service_offers_times_of_whom_it_has(anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    service = await a_service(await anna.organization, anna, ben)
    link = await offers_of(service.id, anna, NINE, NINE + timedelta(minutes=15))
    assert {claim.agent_id for claim in await Claim.all()} == {anna.id, ben.id}
    with pytest.raises(SlotTaken):
        await offers_of(service.id, anna, NINE + timedelta(minutes=20))
    assert await starts(await through(link)) == [NINE, NINE + timedelta(minutes=15)]
    assert isinstance(await try_through(link, NINE), Meeting)
    assert await Claim.all().count() == 1


async def test_a_service_that_meets_together_offers_everybodys_time(anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    service = await a_service(await anna.organization, anna, ben, distribution=Distribution.COLLECTIVE)
    link = await offers_of(service.id, anna, *MORNING)
    assert await Claim.filter(link_id=link.id).count() == 6
    held = await take(await through(link))
    assert await starts(await through(link)) == list(MORNING[1:])
    meeting = await use(await through(link), NINE, held.token)
    assert isinstance(meeting, Meeting)
    assert {claim.agent_id for claim in await Claim.all()} == {anna.id, ben.id}


async def test_a_service_that_assigns_later_has_the_time_held_until_it_is_booked(anna: Agent) -> None:
    service = await a_service(await anna.organization, anna, assign_on_booking=False)
    link = await offers_of(service.id, anna, *MORNING)
    assert isinstance(await use(await target_of(anna), NINE), SlotTaken)
    assert isinstance(await try_through(link, NINE), Meeting)
    assert await Claim.all().count() == 0


async def offers_of(service_id: int, agent: Agent, *times: object) -> ScheduleLink:
    agent.role = Role.MANAGER
    return await create_link(actor=acting(agent), now=NOW, service_id=service_id, offered_times=times)  # type: ignore[arg-type]


async def test_an_agent_may_offer_a_time_sooner_than_the_public_finds_one(anna: Agent) -> None:
    await Organization.filter(id=anna.organization_id).update(
        stored_settings={"public_minimum_notice_minutes": 600, "public_earliest_day": 1}
    )
    link = await offers(anna)
    assert await starts(await through(link)) == list(MORNING)
    assert isinstance(await try_through(link, MORNING[0]), Meeting)
