"""Coming to meetings and ending them, as guests and agents do it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.agent.agent import Agent
from models.keyring import Keyring
from models.meeting.link import manage_token
from models.meeting.meeting import Meeting
from resolvers import ids
from resolvers.context import World
from tests.builders import Clock
from tests.models.meeting.groups import a_class, comes, guest_named
from tests.resolvers.call_documents import ARRIVALS, COMPLETE, JOIN, JOINING, MISS
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import ELEVEN, codes
from tests.resolvers.feeds.following import conversation, inbox
from tests.resolvers.test_guest_sign_in import Door, door

__all__ = ["door"]


def of(meeting: str, **more: Any) -> dict[str, Any]:
    return {"meetingId": meeting, **more}


@pytest.fixture
def open_now(talk: Talk, clock: Clock) -> None:
    """A quarter of an hour before nine."""
    clock.advance(minutes=45)


async def test_the_guest_comes_and_everyone_sees_since_when(talk: Talk, open_now: None, clock: Clock) -> None:
    came = await talk.grace.do(JOIN, input=of(talk.meeting))
    grace = {"at": "2027-03-01T07:45:00Z", "party": {"__typename": "Contact", "name": "Grace Guest"}}
    assert (came["errors"], came["meeting"]["arrivals"]) == ([], [grace])
    clock.advance(minutes=1)
    await talk.anna.do(JOIN, input=of(talk.meeting))
    anna = {"at": "2027-03-01T07:46:00Z", "party": {"__typename": "Agent", "name": "Anna"}}
    for client in (talk.grace, talk.anna):
        assert (await client.do(ARRIVALS, id=talk.meeting))["arrivals"] == [grace, anna]


async def test_who_has_signed_in_comes_as_the_guest_of_the_meeting_and_sees_how_to_join(
    talk: Talk, door: Door, open_now: None
) -> None:
    await Meeting.all().update(call_state="DONE", join_url="https://meet.example.org/room")
    grace = await door.client()
    await talk.grace.do(JOIN, input=of(talk.meeting))
    again = await grace.do(JOIN, input=of(talk.meeting))  # the same person, by another way
    assert [one["party"]["name"] for one in again["meeting"]["arrivals"]] == ["Grace Guest"]
    shown = await grace.do(JOINING, id=talk.meeting)
    assert (shown["joinUrl"], shown["joinOpensAt"]) == ("https://meet.example.org/room", "2027-03-01T07:45:00Z")


async def test_who_has_signed_in_as_somebody_else_neither_comes_nor_sees_how(
    talk: Talk, door: Door, sign_in: SignIn, anna: Agent, open_now: None
) -> None:
    heidi = {"name": "Heidi", "email": "heidi@guests.example", "timeZone": "Europe/Rome"}
    await a_talk(sign_in, anna, start=ELEVEN, guest=heidi)
    other = await door.client("heidi@guests.example")
    assert codes(await other.do(JOIN, input=of(talk.meeting))) == ["NOT_FOUND"]
    assert (await other.run(JOINING, id=talk.meeting)).data == {"meeting": None}


async def test_who_comes_too_early_is_told_when_it_opens(talk: Talk) -> None:
    early = await talk.grace.do(JOIN, input=of(talk.meeting))
    [error] = early["errors"]
    assert (early["meeting"], error["code"], error["field"]) == (None, "TOO_SOON", ["meetingId"])
    assert "2027-03-01T07:45:00+00:00" in error["message"]


async def test_the_agent_hears_at_once_that_the_guest_is_there(talk: Talk, open_now: None) -> None:
    async with inbox(talk.anna) as follower, conversation(talk.grace, talk) as guests:
        await talk.grace.do(JOIN, input=of(talk.meeting))
        for one in (follower, guests):
            heard = (await one.until("MeetingChanged"))[-1]
            assert (heard["meeting"]["id"], heard["change"]) == (talk.meeting, None)


async def test_a_guest_does_not_end_a_meeting(talk: Talk, public: Client, clock: Clock) -> None:
    clock.advance(hours=2)
    for client in (talk.grace, public):
        for document in (COMPLETE, MISS):
            assert (await client.run(document, input=of(talk.meeting))).codes == ["UNAUTHENTICATED"]
    assert (await public.run(JOIN, input=of(talk.meeting))).codes == ["UNAUTHENTICATED"]


async def test_an_agent_completes_it(talk: Talk, clock: Clock) -> None:
    assert codes(await talk.anna.do(COMPLETE, input=of(talk.meeting))) == ["TOO_SOON"]
    clock.advance(hours=1)
    done = await talk.anna.do(COMPLETE, input=of(talk.meeting, expectedVersion=1))
    assert (done["errors"], done["meeting"]["status"], done["meeting"]["version"]) == ([], "COMPLETED", 2)
    again = await talk.anna.do(COMPLETE, input=of(talk.meeting))
    assert (codes(again), again["errors"][0]["message"]) == (["ALREADY_DECIDED"], "The meeting was held.")


async def test_an_agent_misses_a_guest_after_waiting_and_not_one_who_came(talk: Talk, clock: Clock) -> None:
    clock.advance(hours=1)
    early = await talk.anna.do(MISS, input=of(talk.meeting))
    assert codes(early) == ["TOO_SOON"]
    assert "2027-03-01T08:15:00+00:00" in early["errors"][0]["message"]
    await talk.grace.do(JOIN, input=of(talk.meeting))
    clock.advance(minutes=15)
    there = await talk.anna.do(MISS, input=of(talk.meeting))
    assert (codes(there), there["errors"][0]["message"]) == (["ALREADY_DECIDED"], "The guest has come.")


async def test_a_guest_who_was_missed_does_not_come_any_more(talk: Talk, clock: Clock) -> None:
    clock.advance(hours=1, minutes=15)
    missed = await talk.anna.do(MISS, input=of(talk.meeting, reason="Called twice."))
    assert (missed["errors"], missed["meeting"]["status"]) == ([], "NO_SHOW")
    late = await talk.grace.do(JOIN, input=of(talk.meeting))
    refusal = "The guest did not come to the meeting."
    assert (codes(late), late["errors"][0]["message"]) == (["ALREADY_DECIDED"], refusal)


async def test_guests_of_a_group_meeting_see_the_agents_and_themselves(
    world: World, sign_in: SignIn, anna: Agent, keys: Keyring, clock: Clock
) -> None:
    yoga = await a_class(anna, seats=4)
    lesson = await comes(yoga, "Grace")
    await comes(yoga, "Heidi")
    clients = {name: await _as_guest(sign_in, lesson, name, keys) for name in ("Grace", "Heidi")}
    agent, meeting = sign_in.agent(anna), ids.encode("Meeting", lesson.id)
    clock.advance(minutes=45)
    for client in (clients["Grace"], clients["Heidi"], agent):
        await client.do(JOIN, input=of(meeting))

    async def seen(client: Client) -> list[str]:
        shown = await client.do(ARRIVALS, id=meeting)
        return [one["party"]["name"] for one in shown["arrivals"]]

    assert await seen(clients["Grace"]) == ["Grace", "Anna"]
    assert await seen(clients["Heidi"]) == ["Heidi", "Anna"]
    assert await seen(agent) == ["Grace", "Heidi", "Anna"]


async def _as_guest(sign_in: SignIn, lesson: Meeting, name: str, keys: Keyring) -> Client:
    guest = await guest_named(lesson, name)
    return await sign_in.bearer(manage_token(lesson, guest.contact.id, keys=keys))


async def test_a_meeting_open_for_a_moment_is_over_at_its_end(talk: Talk, clock: Clock) -> None:
    clock.advance(hours=1, minutes=30)
    assert codes(await talk.grace.do(JOIN, input=of(talk.meeting))) == ["ALREADY_DECIDED"]
    clock.now -= timedelta(seconds=1)
    assert codes(await talk.grace.do(JOIN, input=of(talk.meeting))) == []
