"""Who hears of guests that come to a group meeting and leave it."""

from __future__ import annotations

from tests.resolvers.conftest import Client
from tests.resolvers.documents import CANCEL, CONVERSATION_EVENTS, codes, say
from tests.resolvers.feeds.following import following, inbox, kinds
from tests.resolvers.test_group_meetings import BOOK, Class
from tests.resolvers.test_group_meetings import lesson as lesson
from tests.resolvers.test_group_meetings import yoga as yoga

PARTIES = """subscription($id: ID!, $after: String) {
  conversationEvents(conversationId: $id, after: $after) {
    __typename
    ... on FeedEvent { cursor at }
    ... on MessageAdded { message { text author { __typename ... on Contact { name email } } } }
    ... on MembersChanged { conversation { members { party { __typename ... on Contact { name email } } } } }
    ... on MeetingChanged { meeting { seatsLeft attendees { name email } guest { name } }
      change { kind actor { ... on Contact { name email } } } }
    ... on Resync { cursor reason }
  }
}"""


async def test_other_guests_hear_that_somebody_came_and_not_who(public: Client, lesson: Class) -> None:
    async with following(lesson.grace, PARTIES, id=lesson.conversation, after="") as hers:
        await public.do(BOOK, input=lesson.wish("Ivan"))
        await say(lesson.heidi, lesson.conversation, "Hello")
        heard = await hers.until("MessageAdded")
        heard += await hers.until("MessageAdded")
    assert sorted(kinds(heard)) == ["MembersChanged", "MessageAdded", "MessageAdded"]
    assert [one["message"]["text"] for one in heard if "message" in one] == [
        "A guest has joined the meeting.",
        "Hello",
    ]
    assert not any(word in str(heard) for word in ("Ivan", "ivan@", "Heidi", "heidi@"))


async def test_agents_hear_who_came_and_who_left(public: Client, lesson: Class) -> None:
    async with inbox(lesson.anna) as hers:
        await public.do(BOOK, input=lesson.wish("Ivan"))
        assert (await hers.until("MeetingChanged"))[-1]["change"] == {"kind": "ATTENDEE_JOINED"}
        await lesson.grace.do(CANCEL, input={"meetingId": lesson.meeting})
        assert (await hers.until("MeetingChanged"))[-1]["change"] == {"kind": "ATTENDEE_LEFT"}
    async with following(lesson.anna, PARTIES, id=lesson.conversation, after="") as live:
        await lesson.heidi.do(CANCEL, input={"meetingId": lesson.meeting})
        left = (await live.until("MeetingChanged"))[-1]
    assert left["change"] == {
        "kind": "ATTENDEE_LEFT",
        "actor": {"name": "Heidi", "email": "heidi@guests.example"},
    }
    assert [one["name"] for one in left["meeting"]["attendees"]] == ["Ivan"]


async def test_who_has_left_hears_nothing_more(lesson: Class) -> None:
    async with lesson.grace.follow(CONVERSATION_EVENTS, id=lesson.conversation, after="") as feed:
        assert (await feed.next())["__typename"] == "Resync"
        await lesson.grace.do(CANCEL, input={"meetingId": lesson.meeting})
        await say(lesson.heidi, lesson.conversation, "She is gone")
        assert (await feed.refusal())["code"] == "FORBIDDEN"


async def test_who_has_left_cannot_follow_it_again(lesson: Class) -> None:
    await lesson.grace.do(CANCEL, input={"meetingId": lesson.meeting})
    async with lesson.grace.follow(CONVERSATION_EVENTS, id=lesson.conversation, after="") as feed:
        refused = await feed.refusal()
    assert refused.get("refusal", refused["code"]) == "NOT_FOUND"


async def test_everyone_hears_that_it_is_cancelled_for_all(lesson: Class) -> None:
    async with (
        following(lesson.grace, PARTIES, id=lesson.conversation, after="") as hers,
        following(lesson.heidi, PARTIES, id=lesson.conversation, after="") as heidis,
    ):
        cancelled = await lesson.anna.do(CANCEL, input={"meetingId": lesson.meeting})
        assert codes(cancelled) == []
        for follower, name in ((hers, "Grace"), (heidis, "Heidi")):
            heard = (await follower.until("MeetingChanged"))[-1]
            assert heard["change"]["kind"] == "CANCELLED"
            assert heard["meeting"]["guest"] == {"name": name}
            assert name in [one["name"] for one in heard["meeting"]["attendees"]]
            assert {"Grace", "Heidi"} - {name} not in [
                set(one["name"]) for one in heard["meeting"]["attendees"]
            ]
