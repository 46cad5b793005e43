"""A guest at the limit is told what stands in the way, as far as they have shown whose it is."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from tests.models.meeting.life import setting
from tests.resolvers import documents as say
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import codes
from tests.resolvers.test_guest_sign_in import Door, door

BOOK = """mutation($input: BookMeetingInput!) { bookMeeting(input: $input) {
  meeting { id } conflictingMeetings { id start manageUrl } alternatives { start } errors { code message } } }"""
MOVE = """mutation($input: RescheduleMeetingInput!) { rescheduleMeeting(input: $input) {
  meeting { id } conflictingMeetings { id } errors { code message } } }"""
NEXT_DAY = "2027-03-02T09:00:00Z"
__all__ = ["door"]
FULL = "The guest has as many meetings as one may have."


@pytest.fixture
async def both(talk: Talk, sign_in: SignIn, anna: Agent) -> tuple[Talk, Talk]:
    """Two meetings of Grace with Anna, who has at most two of one guest."""
    other = await a_talk(sign_in, anna, start=say.TEN)
    await setting(anna.organization_id, max_upcoming_meetings_per_guest_and_agent=2)
    return talk, other


def ids(payload: dict[str, Any]) -> list[str]:
    return [one["id"] for one in payload["conflictingMeetings"]]


async def test_who_gives_no_more_than_an_address_is_told_how_many_there_are(
    both: tuple[Talk, Talk], public: Client
) -> None:
    refused = await public.do(BOOK, input=say.wish(say.ELEVEN))
    assert (codes(refused), ids(refused)) == (["LIMIT_REACHED"], [])
    assert refused["errors"][0]["message"] == f"{FULL} 2 meetings stand in the way."


async def test_who_holds_the_link_of_one_is_told_that_one_and_can_cancel_it_and_book(
    both: tuple[Talk, Talk],
) -> None:
    """The link of one meeting shows no other: whoever gives a name and an address is given such a link."""
    first, second = both
    for talk in both:
        refused = await talk.grace.do(BOOK, input=say.wish(say.ELEVEN))
        assert (codes(refused), ids(refused)) == (["LIMIT_REACHED"], [talk.meeting])
        assert refused["errors"][0]["message"].endswith("2 meetings stand in the way.")
    assert codes(await first.grace.do(say.CANCEL, input={"meetingId": first.meeting})) == []
    booked = await first.grace.do(BOOK, input=say.wish(say.ELEVEN))
    assert (codes(booked), ids(booked)) == ([], [])
    assert booked["meeting"]["id"] not in (first.meeting, second.meeting)


async def test_who_has_signed_in_is_told_all_of_them(both: tuple[Talk, Talk], door: Door) -> None:
    grace = await door.client()
    refused = await grace.do(BOOK, input=say.wish(say.ELEVEN))
    assert (codes(refused), ids(refused)) == (["LIMIT_REACHED"], [talk.meeting for talk in both])
    assert all(one["manageUrl"] for one in refused["conflictingMeetings"])
    assert codes(await grace.do(say.CANCEL, input={"meetingId": both[1].meeting})) == []
    assert codes(await grace.do(BOOK, input=say.wish(say.ELEVEN))) == []


async def test_also_as_they_move_one(both: tuple[Talk, Talk], door: Door, anna: Agent) -> None:
    await setting(anna.organization_id, max_upcoming_meetings_per_guest_and_agent=1)
    grace = await door.client()
    refused = await grace.do(MOVE, input={"meetingId": both[0].meeting, "start": say.ELEVEN})
    assert (codes(refused), ids(refused)) == (["LIMIT_REACHED"], [both[1].meeting])


async def test_other_guests_see_nothing_of_it(both: tuple[Talk, Talk], sign_in: SignIn, anna: Agent) -> None:
    heidi = {"name": "Heidi", "email": "heidi@guests.example", "timeZone": "Europe/Rome"}
    others = await a_talk(sign_in, anna, start=say.ELEVEN, guest=heidi)
    refused = await others.grace.do(BOOK, input=say.wish(NEXT_DAY))
    assert (codes(refused), ids(refused)) == (["LIMIT_REACHED"], [])


async def test_a_move_into_a_full_day_says_so_too_and_does_not_count_what_is_moved(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    await a_talk(sign_in, anna, start=NEXT_DAY)
    await setting(anna.organization_id, max_meetings_per_guest_per_day=1)
    move = {"meetingId": talk.meeting, "start": "2027-03-02T10:00:00Z"}
    refused = await talk.grace.do(MOVE, input=move)
    assert (codes(refused), ids(refused)) == (["LIMIT_REACHED"], [])
    assert refused["errors"][0]["message"] == f"{FULL} 1 meeting stands in the way."
    assert codes(await talk.grace.do(MOVE, input={**move, "start": say.ELEVEN})) == []


async def test_an_agent_is_bound_by_none_of_it(both: tuple[Talk, Talk]) -> None:
    booked = await both[0].anna.do(BOOK, input=say.wish(say.ELEVEN))
    assert (codes(booked), ids(booked)) == ([], [])
