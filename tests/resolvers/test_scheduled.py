"""Messages that are sent later: seen by their author alone until then, sent once, or told why not."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from tortoise import connections

from models.agent.agent import Agent
from models.attachment.attachment import Attachment
from models.attachment.forgetting import forget_unsent
from models.conversation import scheduling
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.conversation.scheduled import ScheduledMessage
from models.conversation.scheduling import MOST_WAITING
from models.desk.canned_reply import CannedReply
from models.organization.organization import Organization
from models.words import ConversationStatus, MemberRole, Role, ScheduledStatus
from resolvers import ids
from tests.builders import MONDAY, Clock, a_link, an_agent
from tests.resolvers.attachment_documents import upload
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import CONVERSATION, CONVERSATIONS, GRACE, TEN, codes, say, texts
from tests.resolvers.feeds.following import conversation, inbox, kinds
from tests.resolvers.talk_documents import CANCEL_SCHEDULED, REDACT, SCHEDULE, SCHEDULED

SECRET = "Do not forget your documents."
LATER = "2027-03-01T12:00:00Z"
DUE = MONDAY + timedelta(hours=5)


async def schedules(
    client: Client, talk: Talk, text: str = SECRET, *, at: str = LATER, **more: Any
) -> dict[str, Any]:
    return await client.do(
        SCHEDULE, input={"conversationId": talk.id, "text": text or None, "sendAt": at, **more}
    )


async def scheduled(client: Client, talk: Talk, text: str = SECRET, **more: Any) -> dict[str, Any]:
    """What waits, which must be taken."""
    answer = await schedules(client, talk, text, **more)
    assert (answer["message"], answer["errors"]) == (None, [])
    return dict(answer["scheduled"])


async def waiting(client: Client, talk: Talk) -> list[dict[str, Any]]:
    answer = await client.do(SCHEDULED, id=talk.id)
    return list(answer["scheduledMessages"])


async def cancels(client: Client, one: dict[str, Any]) -> dict[str, Any]:
    return await client.do(CANCEL_SCHEDULED, id=one["id"])


async def it_is_time(clock: Clock) -> None:
    """A worker does what is due."""
    clock.now = max(clock.now, DUE)
    for scheduled_id in await scheduling.due(now=clock(), limit=100):
        await scheduling.send_due(scheduled_id, now=clock())


@pytest.fixture
async def ben(talk: Talk, sign_in: SignIn, anna: Agent) -> Client:
    """Another agent of the conversation."""
    agent = await an_agent(await anna.organization, "Ben")
    await Member.create(
        organization_id=agent.organization_id,
        conversation=await Conversation.get(),
        agent=agent,
        role=MemberRole.AGENT,
        joined_at=MONDAY,
    )
    return sign_in.agent(agent)


@pytest.fixture
async def chief(talk: Talk, sign_in: SignIn, anna: Agent) -> Client:
    return sign_in.agent(await an_agent(await anna.organization, "Chief", role=Role.ADMINISTRATOR))


# ── Until then ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_it_waits_and_its_author_sees_it(talk: Talk) -> None:
    one = await scheduled(talk.anna, talk)
    assert one == {
        "id": one["id"],
        "kind": "TEXT",
        "text": SECRET,
        "sendAt": LATER,
        "status": "WAITING",
        "failure": None,
    }
    sooner = await scheduled(talk.anna, talk, "Sooner", at="2027-03-01T11:00:00+01:00")
    assert [row["id"] for row in await waiting(talk.anna, talk)] == [sooner["id"], one["id"]]
    node = "query($id: ID!) { node(id: $id) { id ... on ScheduledMessage { text conversation { id } } } }"
    assert (await talk.anna.do(node, id=one["id"]))["conversation"] == {"id": talk.id}


async def test_nobody_else_sees_or_hears_that_there_is_one(
    talk: Talk, ben: Client, chief: Client, public: Client
) -> None:
    node = "query($id: ID!) { node(id: $id) { id } }"
    seeing = (talk.grace, talk.anna, ben, chief)
    before = [await client.do(CONVERSATION, id=talk.id) for client in seeing]
    async with conversation(talk.grace, talk) as grace, conversation(ben, talk) as his, inbox(ben) as box:
        one = await scheduled(talk.anna, talk)
        assert [await client.do(CONVERSATION, id=talk.id) for client in seeing] == before
        await say(talk.grace, talk.id, "Hello")
        for follower in (grace, his):
            assert (await follower.next())["message"]["text"] == "Hello"
        assert (await box.next())["conversation"]["lastMessage"] == {"text": "Hello"}
    for client in (talk.grace, ben, chief, public):
        assert (await client.run(node, id=one["id"])).data == {"node": None}
    for client in (talk.grace, ben, chief):
        assert await waiting(client, talk) == []
    assert (await chief.do(CONVERSATIONS, filter={"search": "documents"}))["totalCount"] == 0


async def test_its_authors_windows_hear_of_it(talk: Talk) -> None:
    async with inbox(talk.anna) as box:
        one = await scheduled(talk.anna, talk)
        assert kinds([await box.next()]) == ["ConversationChanged"]
        await cancels(talk.anna, one)
        assert kinds([await box.next()]) == ["ConversationChanged"]


# ── When it is time ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_when_it_is_time_it_is_said_like_any_message(talk: Talk, ben: Client, clock: Clock) -> None:
    asked = await say(talk.grace, talk.id, "What shall I bring?")
    one = await scheduled(talk.anna, talk, replyToId=asked["id"])
    clock.now = DUE - timedelta(seconds=1)
    await scheduling.send_due(ids.decode(one["id"], "ScheduledMessage"), now=clock())
    assert texts(await talk.grace.do(CONVERSATION, id=talk.id)) == ["What shall I bring?"]
    async with conversation(talk.grace, talk) as grace, inbox(ben) as box:
        await it_is_time(clock)
        heard = await grace.next()
        assert heard["message"] == {
            "seq": 3,
            "kind": "TEXT",
            "text": SECRET,
            "replyTo": {"text": "What shall I bring?"},
        }
        assert (await box.next())["conversation"]["lastMessage"] == {"text": SECRET}
    sent = await Message.get(text=SECRET)
    assert (sent.at, sent.author_agent_id) == (DUE, (await Agent.get(name="Anna")).id)
    assert await waiting(talk.anna, talk) == []


async def test_it_is_sent_once_however_often_and_by_how_many_it_is_tried(talk: Talk, clock: Clock) -> None:
    some = [await scheduled(talk.anna, talk, f"{SECRET} {number}") for number in range(5)]
    clock.now = DUE
    keys = [ids.decode(one["id"], "ScheduledMessage") for one in some]
    await asyncio.gather(*(scheduling.send_due(key, now=clock()) for key in keys * 10))
    said = [message.text for message in await Message.filter(kind="TEXT").order_by("seq")]
    assert sorted(map(str, said)) == [f"{SECRET} {number}" for number in range(5)]
    seqs = [message.seq for message in await Message.all().order_by("seq")]
    assert seqs == list(range(1, 7))


async def test_what_was_sent_is_kept_in_one_place(talk: Talk, clock: Clock) -> None:
    one = await scheduled(talk.anna, talk)
    await it_is_time(clock)
    assert await ScheduledMessage.filter(status=ScheduledStatus.SENT, text__isnull=True).count() == 1
    sent = ids.encode("Message", (await Message.get(text=SECRET)).id)
    assert codes(await talk.anna.do(REDACT, id=sent)) == []
    assert codes(await cancels(talk.anna, one)) == ["ALREADY_DECIDED"]
    connection = connections.get("default")
    for table in ("message", "scheduled_message"):
        [found] = await connection.execute_query_dict(
            f"SELECT count(*) AS number FROM {table} t WHERE t::text LIKE '%documents%'"
        )
        assert found["number"] == 0


async def test_its_author_has_not_read_what_was_said_meanwhile(talk: Talk, clock: Clock) -> None:
    await scheduled(talk.anna, talk)
    await say(talk.grace, talk.id, "Hello?")
    await it_is_time(clock)
    assert (await talk.anna.do(CONVERSATION, id=talk.id))["unreadCount"] == 2  # that it was booked, and Grace's


@pytest.mark.parametrize("kind", ["NOTE", "WHISPER"])
async def test_notes_and_whispers_wait_too(talk: Talk, chief: Client, clock: Clock, kind: str) -> None:
    writer = talk.anna if kind == "NOTE" else chief
    await scheduled(writer, talk, kind=kind)
    await it_is_time(clock)
    assert SECRET not in str(await talk.grace.do(CONVERSATION, id=talk.id))
    assert (await talk.anna.do(CONVERSATION, id=talk.id))["lastMessage"]["kind"] == kind


async def test_a_file_waits_with_it_for_as_long_as_it_takes(talk: Talk, clock: Clock) -> None:
    uploaded = await upload(talk.anna, talk.id)
    await upload(talk.anna, talk.id)
    await scheduled(talk.anna, talk, attachmentId=uploaded["id"], at="2027-03-11T12:00:00Z")
    assert [one["attachment"] for one in await waiting(talk.anna, talk)] == [{"filename": uploaded["filename"]}]
    clock.advance(days=9)
    await forget_unsent(now=clock())
    assert await Attachment.all().count() == 1
    clock.advance(days=2)
    await it_is_time(clock)
    sent = await Message.get(text=SECRET)
    assert (sent.kind, (await Attachment.get()).message_id) == ("ATTACHMENT", sent.id)


async def test_a_canned_reply_says_what_it_said_then(
    talk: Talk, organization: Organization, clock: Clock
) -> None:
    reply = await CannedReply.create(organization=organization, shortcut="hi", text="Hello {{ guest_name }}")
    one = await scheduled(talk.anna, talk, "", cannedReplyId=ids.encode("CannedReply", reply.id))
    assert one["text"] == "Hello Grace Guest"
    await CannedReply.all().delete()
    await it_is_time(clock)
    assert await Message.filter(text="Hello Grace Guest").count() == 1


async def test_a_reply_to_what_was_redacted_meanwhile_is_sent_as_one(talk: Talk, clock: Clock) -> None:
    asked = await say(talk.grace, talk.id, "My card is 4111.")
    await scheduled(talk.anna, talk, replyToId=asked["id"])
    await talk.grace.do(REDACT, id=asked["id"])
    await it_is_time(clock)
    shown = await talk.grace.do(CONVERSATION, id=talk.id)
    assert shown["messages"]["edges"][-1]["node"]["replyTo"] == {"seq": asked["seq"], "text": None}


# ── What cannot be said any more ───────────────────────────────────────────────────────────────────────────────────


async def fails(talk: Talk, clock: Clock, code: str) -> None:
    """It is not sent, and its author reads why; again and again nothing else comes of it."""
    before = await Message.all().count()
    for _ in range(2):
        await it_is_time(clock)
    assert await Message.all().count() == before
    row = await ScheduledMessage.get()
    assert (row.status, row.failure, row.text) == ("FAILED", code, SECRET)


async def test_into_a_closed_conversation_it_is_not_sent_and_does_not_open_it(talk: Talk, clock: Clock) -> None:
    one = await scheduled(talk.anna, talk)
    await Conversation.all().update(status=ConversationStatus.CLOSED)
    async with inbox(talk.anna) as box:
        await fails(talk, clock, "CONVERSATION_CLOSED")
        assert kinds([await box.next()]) == ["ConversationChanged"]
    assert (await Conversation.get()).status is ConversationStatus.CLOSED
    [shown] = await waiting(talk.anna, talk)
    assert (shown["status"], shown["failure"], shown["text"]) == ("FAILED", "CONVERSATION_CLOSED", SECRET)
    assert (await cancels(talk.anna, one))["scheduled"] == {
        "id": one["id"],
        "status": "CANCELLED",
        "text": None,
    }
    assert await waiting(talk.anna, talk) == []


async def test_of_who_is_no_member_any_more_it_is_not_sent(talk: Talk, ben: Client, clock: Clock) -> None:
    await scheduled(ben, talk)
    await Member.filter(agent__name="Ben").delete()
    await fails(talk, clock, "NOT_A_MEMBER")


@pytest.mark.parametrize("how", [{"is_active": False}, {"deleted_at": MONDAY}])
async def test_of_who_does_not_work_here_any_more_it_is_not_sent(
    talk: Talk, ben: Client, clock: Clock, how: dict[str, Any]
) -> None:
    await scheduled(ben, talk)
    await Agent.filter(name="Ben").update(**how)
    await fails(talk, clock, "AGENT_UNAVAILABLE")


async def test_of_who_does_not_supervise_any_more_no_whisper_is_sent(
    talk: Talk, chief: Client, clock: Clock
) -> None:
    await scheduled(chief, talk, kind="WHISPER")
    await Agent.filter(name="Chief").update(role=Role.AGENT)
    await fails(talk, clock, "FORBIDDEN")


async def test_what_another_agent_has_answered_meanwhile_is_not_answered_again(
    talk: Talk, ben: Client, clock: Clock
) -> None:
    asked = await say(talk.grace, talk.id, "What shall I bring?")
    await scheduled(talk.anna, talk, expectedLastSeq=asked["seq"])
    await say(ben, talk.id, "Your passport.")
    await fails(talk, clock, "REPLIED_MEANWHILE")


async def test_one_that_cannot_be_sent_keeps_no_other_from_it(talk: Talk, ben: Client, clock: Clock) -> None:
    await scheduled(ben, talk)
    await scheduled(talk.anna, talk, "Hello")
    await Member.filter(agent__name="Ben").delete()
    await it_is_time(clock)
    assert texts(await talk.grace.do(CONVERSATION, id=talk.id)) == ["Hello"]


# ── Cancelled ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_cancelled_is_not_sent(talk: Talk, clock: Clock) -> None:
    one = await scheduled(talk.anna, talk)
    for _ in range(2):
        assert await cancels(talk.anna, one) == {
            "scheduled": {"id": one["id"], "status": "CANCELLED", "text": None},
            "errors": [],
        }
    await it_is_time(clock)
    assert await Message.filter(text=SECRET).count() == 0


async def test_of_cancelling_and_sending_at_once_one_has_happened(talk: Talk, clock: Clock) -> None:
    clock_then = clock.now
    for _ in range(10):
        clock.now = clock_then
        one = await scheduled(talk.anna, talk)
        clock.now = DUE
        key = ids.decode(one["id"], "ScheduledMessage")
        cancelled, *_ = await asyncio.gather(
            cancels(talk.anna, one), *(scheduling.send_due(key, now=clock()) for _ in range(3))
        )
        sent = await Message.filter(text=SECRET).count()
        assert (codes(cancelled), sent) in (([], 0), (["ALREADY_DECIDED"], 1))
        await Message.filter(text=SECRET).delete()
        await ScheduledMessage.all().delete()


async def test_only_its_author_cancels_it(talk: Talk, ben: Client, chief: Client, public: Client) -> None:
    one = await scheduled(talk.anna, talk)
    for client in (ben, chief):
        assert codes(await cancels(client, one)) == ["NOT_FOUND"]
    for client in (talk.grace, public):
        assert (await client.run(CANCEL_SCHEDULED, id=one["id"])).codes == ["UNAUTHENTICATED"]
    assert (await ScheduledMessage.get()).status == "WAITING"


# ── What is refused ────────────────────────────────────────────────────────────────────────────────────────────────


async def refused(client: Client, talk: Talk, **more: Any) -> tuple[str, list[str] | None]:
    answer = await schedules(client, talk, **more)
    assert (answer["message"], answer["scheduled"]) == (None, None)
    [error] = answer["errors"]
    return error["code"], error["field"]


async def test_the_time_is_to_come_and_within_a_year(talk: Talk, clock: Clock) -> None:
    for at in ("2027-03-01T07:00:00Z", "2027-03-01T06:59:59Z", "1900-01-01T00:00:00Z", "2028-03-02T07:00:01Z"):
        assert await refused(talk.anna, talk, at=at) == ("INVALID", ["sendAt"])
    await scheduled(talk.anna, talk, at="2028-02-29T07:00:00Z")
    await scheduled(talk.anna, talk, at="2027-03-01T07:00:01Z")


async def test_guests_say_it_now(talk: Talk) -> None:
    assert await refused(talk.grace, talk) == ("FORBIDDEN", ["sendAt"])


async def test_what_would_be_refused_now_is_refused_now(
    talk: Talk, ben: Client, chief: Client, sign_in: SignIn, anna: Agent
) -> None:
    asked = await say(talk.grace, talk.id, "Hello")
    await say(ben, talk.id, "Hello")
    assert await refused(chief, talk) == ("NOT_A_MEMBER", None)
    assert await refused(talk.anna, talk, kind="WHISPER") == ("FORBIDDEN", ["kind"])
    assert await refused(talk.anna, talk, text="") == ("INVALID", ["text"])
    assert await refused(talk.anna, talk, kind="VOICE") == ("INVALID", ["attachmentId"])
    assert await refused(talk.anna, talk, replyToId=ids.encode("Message", 1)) == ("NOT_FOUND", ["replyToId"])
    repeated = await refused(talk.anna, talk, expectedLastSeq=asked["seq"])
    assert repeated == ("REPLIED_MEANWHILE", ["expectedLastSeq"])
    his = await upload(ben, talk.id)
    assert await refused(talk.anna, talk, attachmentId=his["id"]) == ("NOT_FOUND", ["attachmentId"])
    mine = await upload(talk.anna, talk.id)
    assert await refused(talk.anna, talk, attachmentId=mine["id"], kind="VOICE") == ("INVALID", ["kind"])
    await scheduled(talk.anna, talk, attachmentId=mine["id"])
    assert await refused(talk.anna, talk, attachmentId=mine["id"]) == ("INVALID", ["attachmentId"])
    other = await an_agent(await anna.organization, "Zoe")
    await a_link(other)
    elsewhere = await a_talk(sign_in, other, start=TEN, link="acme/zoe", guest={**GRACE, "name": "Heidi"})
    assert await refused(talk.anna, elsewhere) == ("NOT_FOUND", ["conversationId"])
    await Conversation.all().update(status=ConversationStatus.CLOSED)
    assert await refused(talk.anna, talk) == ("CONVERSATION_CLOSED", None)


async def test_an_agent_has_only_so_many_waiting_in_a_conversation(talk: Talk, ben: Client) -> None:
    answers = await asyncio.gather(*(schedules(talk.anna, talk) for _ in range(MOST_WAITING + 5)))
    assert sorted(map(codes, answers)) == [*[[]] * MOST_WAITING, *[["LIMIT_REACHED"]] * 5]
    await scheduled(ben, talk)


async def test_the_same_key_schedules_it_once_and_says_what_became_of_it(talk: Talk, clock: Clock) -> None:
    first = await scheduled(talk.anna, talk, idempotencyKey="k")
    again = await asyncio.gather(*(scheduled(talk.anna, talk, idempotencyKey="k") for _ in range(8)))
    assert all(one == first for one in again)
    await it_is_time(clock)
    sent = await scheduled(talk.anna, talk, idempotencyKey="k")
    assert (sent["id"], sent["status"]) == (first["id"], "SENT")
    assert await Message.filter(text=SECRET).count() == 1
    other = await schedules(talk.anna, talk, at="2027-03-02T12:00:00Z", idempotencyKey="k")
    assert codes(other) == ["IDEMPOTENCY_CONFLICT"]


async def test_what_was_said_meanwhile_is_not_read_by_it_and_all_who_hear_of_it_hear_that(
    talk: Talk, clock: Clock
) -> None:
    await scheduled(talk.anna, talk)
    await say(talk.grace, talk.id, "Hello?")
    async with conversation(talk.grace, talk) as grace:
        await it_is_time(clock)
        assert kinds([await grace.next()]) == ["MessageAdded"]
        assert (await grace.next())["member"] == {"lastReadSeq": 0}
