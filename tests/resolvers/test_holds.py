"""Holding a slot, as a widget does it while the guest fills the form in."""

from __future__ import annotations

from typing import Any

import pytest

from models.claim import Claim
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from tests.builders import Clock, a_link, an_agent, an_organization
from tests.resolvers.conftest import Client
from tests.resolvers.documents import BOOK, GRACE, HOLD, NINE, RELEASE, SLOTS, TEN, codes, wish

HALF_PAST_NINE = "2027-03-01T08:30:00Z"


def slot(start: str = NINE, **changes: Any) -> dict[str, Any]:
    return {"slots": {"link": "acme/anna"}, "start": start, **changes}


async def token_of(client: Client, **asked: Any) -> str:
    held = await client.do(HOLD, input=slot(**asked))
    assert held["errors"] == []
    return str(held["hold"]["token"])


async def starts(client: Client) -> list[str]:
    asked = {"link": "acme/anna", "from": "2027-03-01", "to": "2027-03-01", "timeZone": "Europe/Rome"}
    days = (await client.do(SLOTS, input=asked))["days"]
    return [one["start"] for day in days for one in day["slots"]]


@pytest.fixture(autouse=True)
async def link(annas_link: ScheduleLink) -> ScheduleLink:
    return annas_link


async def test_a_held_slot_is_the_holders_for_ten_minutes(public: Client, clock: Clock) -> None:
    held = await public.do(HOLD, input=slot())
    assert held["errors"] == held["alternatives"] == []
    assert held["hold"]["token"].startswith("hold_")
    assert held["hold"] == {
        "token": held["hold"]["token"],
        "start": NINE,
        "end": HALF_PAST_NINE,
        "expiresAt": "2027-03-01T07:10:00Z",
    }
    assert NINE not in await starts(public)
    clock.advance(minutes=10)
    assert NINE in await starts(public)


async def test_nobody_else_has_a_held_slot_and_they_are_offered_others(public: Client) -> None:
    await token_of(public)
    for document, input in ((HOLD, slot()), (BOOK, wish())):
        refused = await public.do(document, input=input)
        assert codes(refused) == ["SLOT_TAKEN"]
    second = await public.do(HOLD, input=slot())
    assert second["hold"] is None
    assert second["alternatives"][0]["start"] == HALF_PAST_NINE


async def test_the_hold_becomes_the_meeting(public: Client) -> None:
    token = await token_of(public)
    booked = await public.do(BOOK, input=wish(holdToken=token))
    assert booked["errors"] == []
    assert booked["meeting"]["start"] == NINE
    assert NINE not in await starts(public)
    assert await Claim.all().count() == 1


async def test_the_same_booking_again_is_answered_though_its_hold_is_used(public: Client) -> None:
    token = await token_of(public)
    first, second = [await public.do(BOOK, input=wish(holdToken=token, idempotencyKey="k1")) for _ in range(2)]
    assert first["meeting"]["id"] == second["meeting"]["id"]
    assert await Meeting.all().count() == 1


async def test_an_expired_or_released_hold_books_nothing(public: Client, clock: Clock) -> None:
    released, expired = await token_of(public), await token_of(public, start=TEN)
    assert (await public.do(RELEASE, input={"token": released}))["released"]
    clock.advance(minutes=10)
    for token, start in ((released, NINE), (expired, TEN)):
        refused = await public.do(BOOK, input=wish(start, holdToken=token))
        assert [(error["code"], error["field"]) for error in refused["errors"]] == [
            ("HOLD_EXPIRED", ["holdToken"])
        ]
    assert await Meeting.all().count() == 0


async def test_a_hold_of_another_time_or_target_is_invalid(public: Client) -> None:
    token = await token_of(public)
    for other in (wish(TEN), wish(slots={"link": "acme/anna", "durationMinutes": 60})):
        assert codes(await public.do(BOOK, input={**other, "holdToken": token})) == ["INVALID"]
    assert codes(await public.do(BOOK, input=wish(holdToken=token))) == []


async def test_a_hold_of_another_organizations_slot_is_expired_here(public: Client) -> None:
    await a_link(await an_agent(await an_organization("rival"), "Eve"))
    token = await token_of(public, slots={"link": "rival/eve"})
    assert codes(await public.do(BOOK, input=wish(holdToken=token))) == ["HOLD_EXPIRED"]


async def test_a_released_slot_is_free_again_and_a_second_release_does_no_harm(public: Client) -> None:
    token = await token_of(public)
    assert await public.do(RELEASE, input={"token": token}) == {"released": True, "errors": []}
    assert NINE in await starts(public)
    assert codes(await public.do(BOOK, input=wish())) == []
    assert await public.do(RELEASE, input={"token": token}) == {"released": False, "errors": []}
    assert NINE not in await starts(public)


async def test_a_meetings_time_is_not_given_back_by_its_hold(public: Client) -> None:
    token = await token_of(public)
    await public.do(BOOK, input=wish(holdToken=token))
    assert not (await public.do(RELEASE, input={"token": token}))["released"]
    assert NINE not in await starts(public)


async def test_the_same_key_is_given_the_same_hold(public: Client, clock: Clock) -> None:
    first = await public.do(HOLD, input=slot(idempotencyKey="k1"))
    clock.advance(minutes=5)
    assert await public.do(HOLD, input=slot(idempotencyKey="k1")) == first
    assert codes(await public.do(HOLD, input=slot(TEN, idempotencyKey="k1"))) == ["IDEMPOTENCY_CONFLICT"]
    assert await Claim.all().count() == 1


async def test_a_key_whose_hold_has_ended_says_so_and_a_new_one_holds(public: Client, clock: Clock) -> None:
    await token_of(public, idempotencyKey="k1")
    clock.advance(minutes=10)
    again = await public.do(HOLD, input=slot(idempotencyKey="k1"))
    assert (codes(again), again["alternatives"][0]["start"]) == (["HOLD_EXPIRED"], NINE)
    assert await token_of(public, idempotencyKey="k2")


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ("2027-03-01T06:30:00Z", "TOO_SOON"),
        ("2027-03-01T08:10:00Z", "OUTSIDE_AVAILABILITY"),
        ("2027-03-01T20:00:00Z", "OUTSIDE_AVAILABILITY"),
        ("2027-06-01T08:00:00Z", "TOO_FAR_AHEAD"),
        ("2999-12-31T23:59:59Z", "TOO_FAR_AHEAD"),
        ("1900-01-01T00:00:00Z", "TOO_SOON"),
    ],
)
async def test_a_start_that_cannot_be_booked_cannot_be_held(public: Client, start: str, code: str) -> None:
    assert codes(await public.do(HOLD, input=slot(start))) == [code]
    assert await Claim.all().count() == 0


async def test_every_listed_slot_can_be_held_and_then_booked(public: Client) -> None:
    listed = await starts(public)
    tokens = [await token_of(public, start=start) for start in listed]
    assert await starts(public) == []
    for number, (start, token) in enumerate(zip(listed, tokens, strict=True)):
        guest = {**GRACE, "name": f"Guest {number}"}
        assert codes(await public.do(BOOK, input=wish(start, guest=guest, holdToken=token))) == []
