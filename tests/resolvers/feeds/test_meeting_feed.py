"""A meeting's feed: what is heard of it, by whom, and for how long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from tortoise.expressions import F

from models.actor import Public, SignedInGuest
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.organization.service import ServiceMember
from models.words import Role
from resolvers import ids
from resolvers.context import World
from tests.builders import a_link, a_service, an_agent
from tests.resolvers.conftest import Client, Feed, SignIn, Talk, a_talk
from tests.resolvers.documents import CANCEL, ELEVEN, MEETING_EVENTS, MOVE, REASSIGN, TEN, codes, say
from tests.resolvers.feeds.following import Follower, following, kinds
from tests.resolvers.talk_documents import TYPING
from tests.resolvers.test_group_meetings import BOOK, Class
from tests.resolvers.test_group_meetings import lesson as lesson
from tests.resolvers.test_group_meetings import yoga as yoga
from tests.waiting import until

HEIDI = {"name": "Heidi", "email": "heidi@guests.example", "timeZone": "Europe/Rome"}


@asynccontextmanager
async def by_id(client: Client, meeting: str, after: str = "") -> AsyncIterator[Follower]:
    async with following(client, MEETING_EVENTS, id=meeting, after=after) as follower:
        yield follower


@asynccontextmanager
async def by_token(client: Client, token: str, after: str = "") -> AsyncIterator[Follower]:
    async with following(client, MEETING_EVENTS, token=token, after=after) as follower:
        yield follower


async def move(client: Client, meeting: str, start: str = TEN) -> None:
    assert codes(await client.do(MOVE, input={"meetingId": meeting, "start": start})) == []


async def cancel(client: Client, meeting: str) -> None:
    assert codes(await client.do(CANCEL, input={"meetingId": meeting})) == []


async def test_its_agent_and_its_guest_hear_what_becomes_of_it(talk: Talk, public: Client) -> None:
    async with (
        by_id(talk.anna, talk.meeting) as anna,
        by_id(talk.grace, talk.meeting) as grace,
        by_token(public, talk.token) as anybody,
    ):
        await move(talk.grace, talk.meeting)
        await say(talk.grace, talk.id, "See you later")
        await cancel(talk.anna, talk.meeting)
        for each in (anna, grace, anybody):
            moved, cancelled = [await each.next(), await each.next()]
            assert [one["change"]["kind"] for one in (moved, cancelled)] == ["RESCHEDULED", "CANCELLED"]
            assert moved["meeting"]["start"] == TEN
            assert cancelled["change"]["actor"] == {"__typename": "Agent", "name": "Anna"}
            assert cancelled["meeting"]["status"] == "CANCELLED"


async def test_who_shows_its_token_is_shown_what_its_guest_is(
    talk: Talk, public: Client, sign_in: SignIn, anna: Agent
) -> None:
    other = await a_talk(sign_in, anna, start=ELEVEN, guest=HEIDI)
    async with by_id(talk.grace, talk.meeting) as hers:
        for client in (public, other.grace):
            async with by_token(client, talk.token) as shown:
                await move(talk.grace, talk.meeting, "2027-03-02T09:00:00Z")
                event = await shown.next()
                assert event["meeting"]["guest"] == {"name": "Grace Guest"}
                assert event["meeting"]["manageUrl"].endswith(talk.token)
                assert event["meeting"]["conversation"] == {"id": talk.id}
                assert event == await hers.next()
            await move(talk.grace, talk.meeting, TEN)
            await hers.next()


async def test_who_comes_back_hears_what_was_missed_once_and_in_order(talk: Talk) -> None:
    async with by_id(talk.anna, talk.meeting) as anna:
        await move(talk.grace, talk.meeting)
        await anna.next()
    await move(talk.grace, talk.meeting, ELEVEN)
    await say(talk.grace, talk.id, "Better so")
    await cancel(talk.grace, talk.meeting)
    async with by_id(talk.anna, talk.meeting, after=anna.cursor) as again:
        heard = [await again.next(), await again.next()]
    assert [one["change"]["kind"] for one in heard] == ["RESCHEDULED", "CANCELLED"]


@pytest.mark.parametrize("cursor", ["garbage", "\0", "x" * 10_000])
async def test_a_cursor_of_nobody_is_answered_by_a_resync(talk: Talk, cursor: str) -> None:
    async with talk.anna.follow(MEETING_EVENTS, id=talk.meeting, after=cursor) as feed:
        resync = await feed.next()
        assert (resync["__typename"], resync["reason"]) == ("Resync", "UNKNOWN_CURSOR")


async def test_nothing_is_heard_of_another_meeting_of_the_conversation(
    sign_in: SignIn, anna: Agent, annas_link: ScheduleLink
) -> None:
    organization = await anna.organization
    organization.stored_settings = {
        **organization.stored_settings,
        "one_conversation_per_guest_and_agent": True,
    }
    await organization.save()
    first, second = await a_talk(sign_in, anna), await a_talk(sign_in, anna, start=TEN)
    assert first.id == second.id
    async with (
        by_id(first.anna, first.meeting) as anna_hears,
        by_token(first.grace, first.token) as grace_hears,
    ):
        await cancel(second.anna, second.meeting)
        await move(first.grace, first.meeting, ELEVEN)
        for each in (anna_hears, grace_hears):
            heard = await each.next()
            assert (heard["meeting"]["id"], heard["change"]["kind"]) == (first.meeting, "RESCHEDULED")


async def refusal(client: Client, **named: str) -> str:
    async with client.follow(MEETING_EVENTS, **named) as feed:
        refused = await feed.refusal()
    return str(refused.get("refusal", refused["code"]))


async def test_one_meeting_is_named_in_one_way(talk: Talk) -> None:
    for client in (talk.anna, talk.grace):
        assert await refusal(client) == "BAD_REQUEST"
        assert await refusal(client, id=talk.meeting, token=talk.token) == "BAD_REQUEST"


async def test_who_may_not_see_it_follows_nothing(
    talk: Talk, public: Client, sign_in: SignIn, anna: Agent
) -> None:
    other = await a_talk(sign_in, anna, start=ELEVEN, guest=HEIDI)
    ben = await an_agent(await anna.organization, "Ben")
    assert await refusal(public, id=talk.meeting) == "UNAUTHENTICATED"
    assert await refusal(other.grace, id=talk.meeting) == "NOT_FOUND"
    assert await refusal(sign_in.agent(ben), id=talk.meeting) == "NOT_FOUND"
    assert await refusal(talk.anna, id=talk.id) == "NOT_FOUND"
    for token in (talk.token[:-4] + "AAAA", "guest_", "", "ÄÖÜ", "\0", "x" * 10_000):
        assert await refusal(public, token=token) == "UNAUTHENTICATED"


async def test_who_plans_meetings_follows_any(talk: Talk, sign_in: SignIn, anna: Agent) -> None:
    mia = sign_in.agent(await an_agent(await anna.organization, "Mia", role=Role.BOOKING_MANAGER))
    async with by_id(mia, talk.meeting) as hers, by_token(mia, talk.token) as by_its_token:
        await move(talk.grace, talk.meeting)
        for each in (hers, by_its_token):
            assert (await each.next())["meeting"]["start"] == TEN


async def test_a_guest_who_has_signed_in_follows_theirs(talk: Talk, world: World) -> None:
    contact = await Contact.get(name="Grace Guest")
    signed_in = SignedInGuest(
        contact,
        None,
        None,
        is_verified=True,
        session_id=1,
        email="grace@guests.example",
        expires_at=world.clock() + timedelta(days=1),
        all_ids=frozenset({contact.id}),
    )
    async with by_id(Client(world, signed_in), talk.meeting) as hers:
        await move(talk.anna, talk.meeting)
        assert (await hers.next())["meeting"]["guest"] == {"name": "Grace Guest"}


async def test_guests_of_a_group_hear_of_the_meeting_and_not_of_one_another(
    lesson: Class, public: Client
) -> None:
    tokens = [lesson.tokens[name] for name in ("grace", "heidi")]
    async with by_token(public, tokens[0]) as graces, by_token(public, tokens[1]) as heidis:
        assert codes(await public.do(BOOK, input=lesson.wish("Ivan"))) == []
        await cancel(lesson.anna, lesson.meeting)
        for each, name in ((graces, "Grace"), (heidis, "Heidi")):
            heard = await each.next()
            assert kinds([heard]) == ["MeetingChanged"]
            assert heard["change"]["kind"] == "CANCELLED"
            assert heard["meeting"]["guest"] == {"name": name}
            assert name in [one["name"] for one in heard["meeting"]["attendees"]]
            assert not ({"Grace", "Heidi", "Ivan"} - {name}) & {
                one["name"] for one in heard["meeting"]["attendees"]
            }


@pytest.mark.parametrize("by", ["token", "link"])
async def test_a_renewed_link_ends_it_and_its_agent_goes_on(talk: Talk, public: Client, by: str) -> None:
    named = {"token": talk.token} if by == "token" else {"id": talk.meeting}
    client = public if by == "token" else talk.grace
    async with client.follow(MEETING_EVENTS, **named, after="") as feed, by_id(talk.anna, talk.meeting) as anna:
        await begun(feed)
        await Meeting.all().update(link_key=F("link_key") + 1)
        assert (await feed.refusal())["code"] == "FORBIDDEN"
        await cancel(talk.anna, talk.meeting)
        assert (await anna.next())["change"]["kind"] == "CANCELLED"


async def test_who_leaves_a_group_hears_no_more_and_the_others_go_on(lesson: Class, public: Client) -> None:
    grace, heidi = lesson.tokens["grace"], lesson.tokens["heidi"]
    async with public.follow(MEETING_EVENTS, token=grace, after="") as feed, by_token(public, heidi) as heidis:
        await begun(feed)
        await cancel(lesson.grace, lesson.meeting)
        assert (await feed.refusal())["code"] == "FORBIDDEN"
        await cancel(lesson.anna, lesson.meeting)
        assert (await heidis.next())["change"]["kind"] == "CANCELLED"


async def test_an_agent_from_whom_it_is_taken_hears_no_more(talk: Talk, sign_in: SignIn, anna: Agent) -> None:
    organization = await anna.organization
    ben = await an_agent(organization, "Ben")
    chief = sign_in.agent(await an_agent(organization, "Chief", role=Role.ADMINISTRATOR))
    async with (
        talk.anna.follow(MEETING_EVENTS, id=talk.meeting, after="") as feed,
        by_id(chief, talk.meeting) as his,
    ):
        await begun(feed)
        given = {"meetingId": talk.meeting, "agentId": ids.encode("Agent", ben.id)}
        assert codes(await chief.do(REASSIGN, input=given)) == []
        assert (await feed.refusal())["code"] == "FORBIDDEN"
        assert (await his.next())["meeting"]["agents"] == [{"name": "Ben"}]


async def test_an_agent_who_leaves_its_service_hears_no_more(sign_in: SignIn, anna: Agent) -> None:
    """Of which the meeting's conversation tells nothing."""
    ben = await an_agent(await anna.organization, "Ben")
    support = await a_service(await anna.organization, anna)
    await a_link(support)
    talk = await a_talk(sign_in, anna, link="acme/support")
    await ServiceMember.create(organization_id=anna.organization_id, service=support, agent=ben)
    async with sign_in.agent(ben).follow(MEETING_EVENTS, id=talk.meeting, after="") as feed:
        await begun(feed)
        await ServiceMember.filter(agent_id=ben.id).delete()
        assert (await feed.refusal())["code"] == "FORBIDDEN"


async def begun(feed: Feed) -> None:
    assert (await feed.next())["__typename"] == "Resync"


async def test_nothing_is_left_of_who_has_stopped(talk: Talk, world: World) -> None:
    async with by_id(talk.anna, talk.meeting), by_token(Client(world, Public()), talk.token):
        assert world.hub.subscribers == 2
    assert world.hub.topics == world.hub.subscribers == 0


async def test_that_somebody_types_is_not_told_of_a_meeting(talk: Talk, public: Client) -> None:
    hub = talk.anna.world.hub

    async def are_live() -> bool:
        return hub.live == hub.subscribers == 2

    async with by_id(talk.anna, talk.meeting) as anna, by_token(public, talk.token) as anybody:
        heard = [asyncio.create_task(one.next()) for one in (anna, anybody)]
        await until(are_live)
        for typing in (True, False):
            wanted = {"conversationId": talk.id, "typing": typing}
            assert codes(await talk.grace.do(TYPING, input=wanted)) == []
        await move(talk.grace, talk.meeting)
        assert kinds(await asyncio.gather(*heard)) == ["MeetingChanged", "MeetingChanged"]
