"""An attendee says by a link of their own whether they come; nothing but the answer changes."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.keyring import Keyring
from models.link import ScheduleLink
from models.meeting.answering import answer_token, answer_url
from models.meeting.meeting import Attendee, Meeting
from models.words import AttendeeResponse
from resolvers import ids
from tests.resolvers import documents as say
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk

IVAN = {"name": "Ivan", "email": "ivan@guests.example"}
ATTENDEES = "query($id: ID) { meeting(id: $id) { version attendees { name response } } }"


@pytest.fixture
async def talk(sign_in: SignIn, anna: Agent, annas_link: ScheduleLink) -> Talk:
    """Grace brings Ivan along."""
    return await a_talk(sign_in, anna, attendees=[IVAN])


@pytest.fixture
async def token(talk: Talk, keys: Keyring) -> str:
    """Ivan's."""
    ivan = await Attendee.get(name="Ivan").select_related("meeting")
    return answer_token(ivan.meeting, ivan.id, keys=keys)


async def answers(client: Client, token: str, response: str) -> dict[str, Any]:
    return await client.do(say.RESPOND, input={"token": token, "response": response})


async def test_the_answer_is_kept_and_the_last_one_counts(talk: Talk, public: Client, token: str) -> None:
    for response in ("TENTATIVE", "DECLINED", "ACCEPTED"):
        assert await answers(public, token, response) == {"response": response, "errors": []}
        seen = await talk.anna.do(ATTENDEES, id=talk.meeting)
        assert seen["attendees"][1] == {"name": "Ivan", "response": response}
    assert seen["version"] == 1


async def test_who_follows_the_conversation_hears_of_it(talk: Talk, public: Client, token: str) -> None:
    async with talk.grace.follow(say.CONVERSATION_EVENTS, id=talk.id, after="") as feed:
        assert (await feed.next())["__typename"] == "Resync"
        await answers(public, token, "DECLINED")
        heard = await feed.next()
        assert (heard["__typename"], heard["change"]) == ("MeetingChanged", None)


async def test_a_token_is_good_for_its_attendee_and_nothing_else(
    talk: Talk, public: Client, sign_in: SignIn, token: str
) -> None:
    for forged in (
        "",
        "answer_",
        token[:-1],
        token[:-4] + "AAAA",
        token.replace("answer_", "guest_"),
        talk.token,
    ):
        [error] = (await answers(public, forged, "DECLINED"))["errors"]
        assert (error["code"], error["field"]) == ("NOT_FOUND", ["token"])
    assert (await Attendee.get(name="Ivan")).response is AttendeeResponse.NEEDS_ACTION
    assert (await public.run("query($t: String) { meeting(manageToken: $t) { id } }", t=token)).data == {
        "meeting": None
    }


async def test_no_answer_is_none(public: Client, token: str) -> None:
    [error] = (await answers(public, token, "NEEDS_ACTION"))["errors"]
    assert (error["code"], error["field"]) == ("INVALID", ["response"])


async def test_the_link_ends_with_the_manage_links_and_with_the_meeting(
    talk: Talk, public: Client, token: str, keys: Keyring
) -> None:
    key = ids.decode(talk.meeting, "Meeting")
    await Meeting.filter(id=key).update(link_key=1)
    assert say.codes(await answers(public, token, "DECLINED")) == ["NOT_FOUND"]
    ivan = await Attendee.get(name="Ivan").select_related("meeting")
    renewed = answer_token(ivan.meeting, ivan.id, keys=keys)
    assert say.codes(await answers(public, renewed, "DECLINED")) == []
    await talk.anna.do(say.CANCEL, input={"meetingId": talk.meeting})
    assert say.codes(await answers(public, renewed, "ACCEPTED")) == ["ALREADY_DECIDED"]


async def test_the_page_is_named_by_what_no_server_is_sent(talk: Talk, token: str, keys: Keyring) -> None:
    ivan = await Attendee.get(name="Ivan").select_related("meeting")
    url = answer_url(ivan.meeting, ivan.id, keys=keys, public_url="https://desk.example")
    assert url == f"https://desk.example/meeting/answer#{token}"
