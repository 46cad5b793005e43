"""An agent's inbox: what concerns them, and nothing else."""

from __future__ import annotations

from models.agent.agent import Agent
from models.link import ScheduleLink
from models.words import Role
from resolvers import ids
from tests.builders import a_link, an_agent, an_organization
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import (
    ASSIGN,
    CANCEL,
    ELEVEN,
    INBOX_EVENTS,
    MOVE,
    READ,
    TEN,
    say,
)
from tests.resolvers.feeds.following import inbox, kinds


async def test_an_inbox_hears_a_meetings_whole_life(
    sign_in: SignIn, anna: Agent, annas_link: ScheduleLink
) -> None:
    async with inbox(sign_in.agent(anna)) as follower:
        talk = await a_talk(sign_in, anna)
        booked = await follower.until("MeetingChanged")
        assert sorted(kinds(booked)) == ["AssignmentChanged", "ConversationChanged", "MeetingChanged"]
        assert booked[-1]["meeting"] == {
            "id": talk.meeting,
            "status": "SCHEDULED",
            "start": "2027-03-01T08:00:00Z",
        }
        [assigned] = [event for event in booked if event["__typename"] == "AssignmentChanged"]
        assert (assigned["conversation"]["id"], assigned["record"]["how"]) == (talk.id, "BOOKED")
        await say(talk.grace, talk.id, "Hello")
        [changed] = await follower.until("ConversationChanged")
        assert changed["conversation"] == {
            "id": talk.id,
            "lastSeq": 2,
            "unreadCount": 2,
            "lastMessage": {"text": "Hello"},
        }
        await talk.grace.do(MOVE, input={"meetingId": talk.meeting, "start": TEN})
        assert (await follower.until("MeetingChanged"))[-1]["change"] == {"kind": "RESCHEDULED"}
        await talk.grace.do(CANCEL, input={"meetingId": talk.meeting})
        assert (await follower.until("MeetingChanged"))[-1]["change"] == {"kind": "CANCELLED"}


async def test_an_agents_other_windows_hear_that_it_was_read(talk: Talk) -> None:
    async with inbox(talk.anna) as follower:
        await talk.anna.do(READ, input={"conversationId": talk.id, "seq": 1})
        assert (await follower.next())["conversation"]["unreadCount"] == 0


async def test_who_is_given_a_conversation_hears_it_and_who_had_it_too(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    async with inbox(talk.anna) as hers, inbox(sign_in.agent(ben)) as his:
        wanted = {"conversationId": talk.id, "agentId": ids.encode("Agent", ben.id)}
        await talk.anna.do(ASSIGN, input=wanted)
        for follower in (hers, his):
            assert kinds(await follower.until("ConversationChanged")) == [
                "AssignmentChanged",
                "ConversationChanged",
            ]


async def test_an_inbox_comes_back_with_its_cursor(
    sign_in: SignIn, anna: Agent, annas_link: ScheduleLink
) -> None:
    client = sign_in.agent(anna)
    async with inbox(client) as follower:
        cursor = follower.cursor
    first, second = await a_talk(sign_in, anna), await a_talk(sign_in, anna, start=TEN)
    async with inbox(client, after=cursor) as again:
        heard = await again.until("MeetingChanged") + await again.until("MeetingChanged")
    meetings = [event["meeting"]["id"] for event in heard if event["__typename"] == "MeetingChanged"]
    assert meetings == [first.meeting, second.meeting]


async def test_neither_colleagues_nor_strangers_hear_what_is_not_theirs(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    """Each hears first of all the meeting of their own that is booked last."""
    organization, rival = await anna.organization, await an_organization("rival")
    ben, eve = await an_agent(organization, "Ben"), await an_agent(rival, "Eve", role=Role.ADMINISTRATOR)
    await a_link(ben)
    await a_link(eve)
    async with inbox(sign_in.agent(ben)) as his, inbox(sign_in.agent(eve)) as hers:
        await say(talk.grace, talk.id, "Hello")
        await a_talk(sign_in, anna, start=TEN)
        await talk.grace.do(CANCEL, input={"meetingId": talk.meeting})
        for follower, agent, link in ((his, ben, "acme/ben"), (hers, eve, "rival/eve")):
            own = await a_talk(sign_in, agent, start=ELEVEN, link=link)
            heard = await follower.until("MeetingChanged")
            assert heard[-1]["meeting"]["id"] == own.meeting
            seen = {event["conversation"]["id"] for event in heard if "conversation" in event}
            assert seen == {own.id}


async def test_only_agents_have_an_inbox(talk: Talk, public: Client) -> None:
    for client in (talk.grace, public):
        async with client.follow(INBOX_EVENTS, after="") as feed:
            assert (await feed.refusal())["code"] == "UNAUTHENTICATED"
