"""What a hold is, and what becomes of it."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from errors import (
    Forbidden,
    HoldExpired,
    Invalid,
    OutsideAvailability,
    SlotTaken,
    TooFarAhead,
    TooSoon,
)
from models.actor import Public
from models.agent.agent import Agent
from models.availability.engine import Request, ask_engine
from models.availability.target import Named, find_target
from models.claim import Claim
from models.hold import Held, hold, release
from models.keyring import fingerprint
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from models.organization.service import ServiceMember
from scheduling.hours import Dates, WeeklyWindow, Window
from tests.builders import MONDAY, a_link, a_service, acting, an_agent, an_organization
from tests.models.meeting.holding import (
    HALF_HOUR,
    KEYS,
    NINE,
    NOW,
    TEN_MINUTES,
    take,
    target_of,
    try_to_hold,
    use,
)


async def test_a_hold_lasts_as_long_as_the_organization_has_set(organization: Organization) -> None:
    anna = await an_agent(await an_organization(settings={"hold_minutes": 3}))
    held = await take(await target_of(anna))
    assert (held.start, held.end) == (NINE, NINE + HALF_HOUR)
    assert held.expires_at == NOW + timedelta(minutes=3)
    ben = await an_agent(organization, "Ben")
    assert (await take(await target_of(ben))).expires_at == NOW + TEN_MINUTES


async def test_held_time_is_neither_booked_nor_held_again_and_others_are_offered(anna: Agent) -> None:
    target = await target_of(anna)
    await take(target)
    for refused in (await use(target), await try_to_hold(target)):
        assert isinstance(refused, SlotTaken)
        assert refused.message == "This time is being held for someone."
        assert len(refused.alternatives) == 3
    assert await Claim.all().count() == 1


async def test_what_is_stored_of_a_token_does_not_open_the_hold(anna: Agent) -> None:
    target = await target_of(anna)
    held = await take(target)
    stored = (await Claim.get()).hold_hash
    assert stored == fingerprint(held.token)
    assert isinstance(await use(target, token=stored), HoldExpired)
    assert not await release(stored, now=NOW)


async def test_a_hold_becomes_the_meeting_by_the_very_claim_that_it_was(anna: Agent) -> None:
    target = await target_of(anna)
    held = await take(target)
    before = await Claim.get()
    meeting = await use(target, token=held.token)
    assert isinstance(meeting, Meeting)
    claim = await Claim.get()
    assert (claim.id, claim.meeting_id) == (before.id, meeting.id)
    assert (claim.expires_at, claim.hold_hash) == (None, None)
    assert (meeting.start, meeting.end) == (NINE, NINE + HALF_HOUR)


async def test_the_agent_is_the_one_whose_turn_it_was_and_the_meeting_counts_as_theirs(anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    service = await a_service(await anna.organization, anna, ben)
    target = await find_target(Named(service_id=service.id), actor=Public(), now=NOW)
    first, second = await take(target), await take(target)
    assert [claim.agent_id for claim in await Claim.all().order_by("id")] == [anna.id, ben.id]
    assert isinstance(await try_to_hold(target), SlotTaken)
    meeting = await use(target, token=second.token)
    assert isinstance(meeting, Meeting)
    assert [agent.id for agent in await meeting.agents.all()] == [ben.id]
    given = {member.agent_id: member.given_count for member in await ServiceMember.all()}
    assert given == {anna.id: 0, ben.id: 1}
    assert isinstance(await use(target, token=first.token), Meeting)


async def test_a_hold_is_used_once(anna: Agent) -> None:
    target = await target_of(anna)
    held = await take(target)
    assert isinstance(await use(target, token=held.token), Meeting)
    assert isinstance(await use(target, token=held.token), HoldExpired)
    assert not await release(held.token, now=NOW)
    assert await Meeting.all().count() == await Claim.all().count() == 1


async def test_at_its_last_moment_a_hold_is_good_and_then_no_more(anna: Agent) -> None:
    target = await target_of(anna)
    late, good = await take(target), await take(target, NINE + HALF_HOUR)
    refused = await use(target, token=late.token, now=late.expires_at)
    assert isinstance(refused, HoldExpired)
    assert NINE in [slot.start for slot in refused.alternatives]  # type: ignore[attr-defined]
    just_before = good.expires_at - timedelta(microseconds=1)
    assert isinstance(await use(target, NINE + HALF_HOUR, good.token, now=just_before), Meeting)


async def test_an_expired_hold_blocks_nobody_though_no_worker_runs(anna: Agent) -> None:
    target = await target_of(anna)
    held = await take(target)
    request = Request(target=target, guest_zone=ZoneInfo("Europe/Rome"), actor=Public())
    assert not (await ask_engine(request, now=NOW)).availability.decide(NINE).bookable
    assert (await ask_engine(request, now=held.expires_at)).availability.decide(NINE).bookable
    assert await Claim.all().count() == 1
    assert isinstance(await use(target, now=held.expires_at), Meeting)
    assert isinstance(await use(target, token=held.token, now=NOW), HoldExpired)


async def test_holding_takes_expired_holds_of_the_agent_away_and_of_nobody_else(anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    for number in range(3):
        await take(await target_of(anna), NINE + number * HALF_HOUR)
    await take(await target_of(ben))
    await use(await target_of(anna), NINE + 4 * HALF_HOUR)
    await take(await target_of(anna), NINE + 6 * HALF_HOUR, now=NOW + TEN_MINUTES)
    assert await Claim.filter(agent_id=anna.id).count() == 2
    assert await Claim.filter(agent_id=ben.id).count() == 1


async def test_a_released_slot_is_free_at_once_and_releasing_again_changes_nothing(anna: Agent) -> None:
    target = await target_of(anna)
    held = await take(target)
    assert await release(held.token, now=NOW)
    assert isinstance(await use(target), Meeting)
    assert not await release(held.token, now=NOW)
    assert await Claim.all().count() == 1


async def test_an_expired_hold_is_not_released_any_more(anna: Agent) -> None:
    held = await take(await target_of(anna))
    assert not await release(held.token, now=held.expires_at)


async def test_a_hold_of_another_time_or_of_something_else_is_invalid_and_stays(anna: Agent) -> None:
    target = await target_of(anna)
    held = await take(target)
    longer = await target_of(anna, duration_minutes=60)
    ben = await target_of(await an_agent(await anna.organization, "Ben"))
    for other, start in ((target, NINE + HALF_HOUR), (longer, NINE), (ben, NINE)):
        refused = await use(other, start, held.token)
        assert isinstance(refused, Invalid)
        assert refused.field == ("holdToken",)
    assert isinstance(await use(target, token=held.token), Meeting)


async def test_what_is_held_may_be_named_in_another_way(anna: Agent) -> None:
    await a_link(anna)
    by_link = await find_target(Named(link="acme/anna"), actor=Public(), now=NOW)
    held = await take(by_link)
    assert isinstance(await use(await target_of(anna), token=held.token), Meeting)


async def test_a_hold_of_another_organization_is_none(anna: Agent) -> None:
    held = await take(await target_of(anna))
    eve = await an_agent(await an_organization("rival"), "Eve")
    assert isinstance(await use(await target_of(eve), token=held.token), HoldExpired)
    assert await Claim.filter(hold_hash=fingerprint(held.token)).count() == 1


@pytest.mark.parametrize("token", ["", "hold_", "hold_" + "A" * 43 + "=", "\0", "\ud800", "x" * 100_000, "é"])
async def test_a_token_of_none_is_refused(anna: Agent, token: str) -> None:
    target = await target_of(anna)
    await take(target)
    assert isinstance(await use(target, token=token), HoldExpired)
    assert not await release(token, now=NOW)
    assert await Claim.all().count() == 1


async def test_what_was_held_is_kept_though_the_calendar_or_the_notice_would_refuse_it_now(
    anna: Agent,
) -> None:
    organization = await anna.organization
    organization.stored_settings = {"public_minimum_notice_minutes": 60}
    await organization.save()
    target = await target_of(anna)
    held = await take(target)
    await Agent.filter(id=anna.id).update(week=[])
    assert isinstance(await use(target, token=held.token, now=NOW + timedelta(minutes=5)), Meeting)


async def test_a_hold_does_not_begin_a_meeting_in_the_past(anna: Agent) -> None:
    target = await target_of(anna)
    just_before, after = NINE - timedelta(minutes=1), NINE + timedelta(minutes=1)
    held = await take(target, now=just_before)
    assert isinstance(await use(target, token=held.token, now=after), TooSoon)
    assert await Meeting.all().count() == 0


async def test_a_hold_of_an_agent_who_has_left_the_service_is_gone(anna: Agent) -> None:
    service = await a_service(await anna.organization, anna)
    target = await find_target(Named(service_id=service.id), actor=Public(), now=NOW)
    held = await take(target)
    await ServiceMember.all().delete()
    assert isinstance(await use(target, token=held.token), HoldExpired)


async def test_where_only_agents_may_book_the_public_does_not_hold(anna: Agent) -> None:
    organization = await anna.organization
    organization.stored_settings = {"public_booking_enabled": False}
    await organization.save()
    target = await target_of(anna)
    with pytest.raises(Forbidden):
        await take(target)
    assert await hold(target, NINE, actor=acting(anna), keys=KEYS, now=NOW)


@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Pacific/Kiritimati", "Asia/Kathmandu"])
@pytest.mark.parametrize("hour", [0, 5, 11, 17, 23])
async def test_whatever_is_listed_on_the_last_day_for_a_guest_somewhere_can_be_held(
    organization: Organization, zone: str, hour: int
) -> None:
    always = tuple(WeeklyWindow(day, Window(time(0), time(0))) for day in range(7))
    anna = await an_agent(organization, "Anna", week=always)
    target, now = await target_of(anna), MONDAY.replace(hour=hour)
    request = Request(target=target, guest_zone=ZoneInfo(zone), actor=Public())
    listed = (await ask_engine(request, now=now)).availability
    last = listed.nearest(now + timedelta(days=60), 1)[0].start
    assert isinstance(await try_to_hold(target, last, now=now), Held)
    beyond = await try_to_hold(target, now + timedelta(days=32, minutes=30), now=now)
    assert isinstance(beyond, TooFarAhead)


async def test_a_date_of_a_link_is_one_of_the_guests_zone_wherever_that_is(anna: Agent) -> None:
    await a_link(anna, from_date=MONDAY.date() + timedelta(days=1))
    target = await find_target(Named(link="acme/anna"), actor=Public(), now=NOW)
    in_kiritimati_it_is_tuesday = MONDAY.replace(hour=12)
    assert isinstance(await try_to_hold(target, in_kiritimati_it_is_tuesday), Held)
    assert isinstance(await try_to_hold(target, NINE), OutsideAvailability)


async def test_a_slot_on_the_last_day_of_a_guest_in_a_zone_of_half_hours_can_be_held(
    organization: Organization,
) -> None:
    ben = await an_agent(organization, "Ben", zone="America/New_York")
    now = MONDAY.replace(hour=18, minute=40)
    target = await find_target(Named(agent_id=ben.id), actor=Public(), now=now)
    zone = ZoneInfo("Asia/Kolkata")
    answer = await ask_engine(Request(target=target, guest_zone=zone, actor=Public()), now=now)
    last = [slot.start for day in answer.availability.days(Dates()) for slot in day.slots][-1]
    held = await hold(target, last, actor=Public(), keys=KEYS, now=now)
    assert held.start == last
