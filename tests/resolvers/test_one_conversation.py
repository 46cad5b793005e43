"""Who gives a guest's name and address is part of their conversation from then on, and sees nothing from before."""

from __future__ import annotations

from models.agent.agent import Agent
from models.conversation.conversation import Member
from tests.models.meeting.life import setting
from tests.resolvers import documents as say
from tests.resolvers.conftest import SignIn, Talk, a_talk
from tests.resolvers.talk_documents import LEAVE

NODE = "query($id: ID!) { node(id: $id) { ... on Message { text } } }"
TOLD = """query($id: ID!) { conversation(id: $id) { meetings { id } lastMessage { text }
  messages(first: 100) { edges { node { text meeting { id } } } } } }"""


async def test_by_the_link_of_a_later_meeting_the_earlier_one_is_not_seen(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    await setting(anna.organization_id, one_conversation_per_guest_and_agent=True)
    secret = await say.say(talk.grace, talk.id, "I owe 40,000.")
    later = await a_talk(sign_in, anna, start=say.TEN)
    assert later.id == talk.id
    for client, found in ((later.grace, None), (talk.grace, {"text": "I owe 40,000."})):
        assert (await client.run(NODE, id=secret["id"])).data == {"node": found}
    seen = await later.grace.do(TOLD, id=later.id)
    assert [one["node"] for one in seen["messages"]["edges"]] == [
        {"text": "The meeting is booked.", "meeting": {"id": later.meeting}}
    ]
    assert seen["meetings"] == [{"id": later.meeting}]
    reply = {"conversationId": later.id, "text": "So?", "replyToId": secret["id"]}
    assert (await later.grace.do(say.SEND, input=reply))["errors"][0]["code"] == "NOT_FOUND"


async def test_by_the_link_of_an_earlier_meeting_it_is_told_that_there_is_a_later_one_and_no_more(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    await setting(anna.organization_id, one_conversation_per_guest_and_agent=True)
    async with talk.grace.follow(say.CONVERSATION_EVENTS, id=talk.id, after="") as feed:
        await feed.next()
        later = await a_talk(sign_in, anna, start=say.TEN)
        await talk.anna.do(say.CANCEL, input={"meetingId": later.meeting})
        await talk.anna.do(say.CANCEL, input={"meetingId": talk.meeting})
        changed: list[str] = []
        while not changed:
            event = await feed.next()
            changed += [event["meeting"]["id"]] if event["__typename"] == "MeetingChanged" else []
    assert changed == [talk.meeting]
    seen = await talk.grace.do(TOLD, id=talk.id)
    assert [one["node"]["meeting"] for one in seen["messages"]["edges"]].count(None) == 2


async def test_a_guest_who_has_left_it_is_a_member_again_when_they_book(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    await setting(anna.organization_id, one_conversation_per_guest_and_agent=True)
    await talk.grace.do(LEAVE, input={"conversationId": talk.id})
    later = await a_talk(sign_in, anna, start=say.TEN)
    assert later.id == talk.id
    await say.say(later.grace, talk.id, "Here I am again.")
    await say.say(talk.grace, talk.id, "By the first link, too.")
    assert await Member.filter(contact_id__isnull=False).count() == 1
