"""What a message said is taken away: for everyone, for good, and by whom that is for."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from tortoise import connections

from models.agent.agent import Agent
from models.attachment.attachment import Attachment
from models.audit.entry import AuditEntry
from models.contact.contact import Contact
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.keyring import Keyring
from models.webhook.delivering import Answer, begin_attempt, store_answer
from models.webhook.naming import name_of
from models.webhook.webhook import Webhook, WebhookDelivery
from models.words import DeliveryState, MemberRole, Role
from resolvers import ids
from tests.builders import MONDAY, an_agent, an_organization
from tests.resolvers.attachment_documents import MESSAGES, send_file
from tests.resolvers.audit_documents import AUDIT
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import CONVERSATION, CONVERSATIONS, GRACE, SEND, TEN, codes, say
from tests.resolvers.feeds.following import conversation, inbox
from tests.resolvers.talk_documents import REDACT

SECRET = "My card is 4111 1111 1111 1111."


async def redacts(client: Client, message: dict[str, Any]) -> dict[str, Any]:
    return await client.do(REDACT, id=message["id"])


@pytest.fixture
async def chief(talk: Talk, sign_in: SignIn, anna: Agent) -> Client:
    return sign_in.agent(await an_agent(await anna.organization, "Chief", role=Role.SUPERVISOR))


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


async def test_what_it_said_is_gone_and_that_there_was_one_stays(talk: Talk, ben: Client) -> None:
    said = await say(talk.grace, talk.id, SECRET)
    answer = await redacts(talk.grace, said)
    assert answer == {
        "message": {
            "id": said["id"],
            "seq": said["seq"],
            "text": None,
            "redacted": True,
            "editedAt": MONDAY.isoformat().replace("+00:00", "Z"),
        },
        "errors": [],
    }
    for client in (talk.grace, talk.anna, ben):
        shown = await client.do(CONVERSATION, id=talk.id)
        assert SECRET not in str(shown)
        assert shown["lastMessage"] == {"seq": said["seq"], "kind": "TEXT", "text": None}
        assert shown["messages"]["edges"][-1]["node"]["author"] == {
            "__typename": "Contact",
            "name": "Grace Guest",
        }


async def test_nothing_of_it_is_left_in_the_database(talk: Talk) -> None:
    said = await say(talk.grace, talk.id, SECRET, idempotencyKey="k")
    await redacts(talk.grace, said)
    await redacts(talk.grace, await say(talk.grace, talk.id, f"{SECRET} Again."))
    connection = connections.get("default")
    tables = await connection.execute_query_dict(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
    )
    for table in tables:
        found = await connection.execute_query_dict(
            f"SELECT count(*) AS number FROM \"{table['name']}\" t WHERE t::text LIKE '%4111 1111%'"
        )
        assert found[0]["number"] == 0, table["name"]


async def test_its_attachment_goes_with_it(talk: Talk) -> None:
    said = await send_file(talk.grace, talk.id, text=SECRET)
    await redacts(talk.grace, said)
    shown = await talk.anna.do(MESSAGES, id=talk.id)
    last = shown["messages"]["edges"][-1]["node"]
    assert (last["kind"], last["text"], last["attachment"]) == ("ATTACHMENT", None, None)
    assert await Attachment.all().count() == 0


async def test_nobody_finds_a_conversation_by_it_any_more(talk: Talk) -> None:
    said = await say(talk.grace, talk.id, "My card is golden.")
    assert (await talk.anna.do(CONVERSATIONS, filter={"search": "golden"}))["totalCount"] == 1
    await redacts(talk.grace, said)
    assert (await talk.anna.do(CONVERSATIONS, filter={"search": "golden"}))["totalCount"] == 0


async def test_a_reply_quotes_that_it_was_redacted(talk: Talk) -> None:
    said = await say(talk.grace, talk.id, SECRET)
    await say(talk.anna, talk.id, "Please do not write that here.", replyToId=said["id"])
    await redacts(talk.grace, said)
    query = """query($id: ID!) { conversation(id: $id) {
      lastMessage { replyTo { seq text redacted } } } }"""
    shown = await talk.anna.do(query, id=talk.id)
    assert shown["lastMessage"]["replyTo"] == {"seq": said["seq"], "text": None, "redacted": True}


async def test_everyone_who_sees_it_hears_of_it(talk: Talk) -> None:
    said = await say(talk.grace, talk.id, SECRET)
    async with (
        conversation(talk.grace, talk) as grace,
        conversation(talk.anna, talk) as anna,
        inbox(talk.anna) as box,
    ):
        await redacts(talk.grace, said)
        for follower in (grace, anna):
            heard = await follower.next()
            assert heard["__typename"] == "MessageChanged"
            assert (heard["message"]["text"], heard["message"]["redacted"]) == (None, True)
        assert (await box.next())["conversation"]["lastMessage"] == {"text": None}


async def test_what_is_told_again_of_it_says_nothing(talk: Talk) -> None:
    async with conversation(talk.anna, talk) as anna:
        start = anna.cursor
    said = await say(talk.grace, talk.id, SECRET)
    await redacts(talk.grace, said)
    async with conversation(talk.anna, talk, after=start) as again:
        heard = [await again.next(), await again.next()]
    assert [event["__typename"] for event in heard] == ["MessageAdded", "MessageChanged"]
    assert SECRET not in str(heard)


@pytest.mark.parametrize("kind", ["NOTE", "WHISPER"])
async def test_who_did_not_see_it_hears_of_nothing(talk: Talk, chief: Client, ben: Client, kind: str) -> None:
    writer = talk.anna if kind == "NOTE" else chief
    said = await say(writer, talk.id, SECRET, kind=kind)
    others = [talk.grace] if kind == "NOTE" else [talk.grace, ben]
    for client in others:
        async with conversation(client, talk) as follower:
            await redacts(writer, said)
            await say(talk.grace, talk.id, "Hello?")
            assert (await follower.next())["__typename"] == "MessageAdded"
    async with conversation(talk.anna, talk) as anna:
        again = await say(writer, talk.id, SECRET, kind=kind)
        await redacts(writer, again)
        assert (await anna.until("MessageChanged"))[-1]["message"]["redacted"]


async def test_once_is_enough(talk: Talk) -> None:
    said = await say(talk.grace, talk.id, SECRET)
    first = await redacts(talk.grace, said)
    async with conversation(talk.anna, talk) as anna:
        assert await redacts(talk.grace, said) == first
        await say(talk.grace, talk.id, "Hello?")
        assert (await anna.next())["__typename"] == "MessageAdded"
    assert await AuditEntry.filter(action="redactMessage").count() == 1


async def test_of_many_at_once_one_does_it(talk: Talk, chief: Client) -> None:
    said = await say(talk.grace, talk.id, SECRET)
    answers = await asyncio.gather(*(redacts((talk.grace, chief)[n % 2], said) for n in range(16)))
    assert all(answer["errors"] == [] and answer["message"]["redacted"] for answer in answers)
    assert await AuditEntry.filter(action="redactMessage").count() == 1


async def test_that_it_was_redacted_is_audited_without_what_it_said(
    talk: Talk, chief: Client, sign_in: SignIn, anna: Agent
) -> None:
    said = await say(talk.grace, talk.id, SECRET)
    hers = await say(talk.grace, talk.id, "And the code is 123.")
    await redacts(chief, said)
    await redacts(talk.grace, hers)
    ada = sign_in.agent(await an_agent(await anna.organization, "Ada", role=Role.ADMINISTRATOR))
    [by_guest], [by_chief] = [(await ada.do(AUDIT, targetId=one["id"]))["edges"] for one in (hers, said)]
    by_guest, by_chief = by_guest["node"], by_chief["node"]
    assert (by_chief["action"], by_chief["actor"]["name"]) == ("redactMessage", "Chief")
    assert by_chief["detail"] == {"conversation": talk.id, "seq": said["seq"]}
    contact = await Contact.get(name="Grace Guest")
    assert by_guest["detail"]["guest"] == ids.encode("Contact", contact.id)
    assert SECRET not in str(by_chief)


# ── Webhooks ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def answers() -> list[str | None]:
    """What is kept of what receivers have answered."""
    return [one.answer for one in await WebhookDelivery.all().order_by("id")]


async def test_what_waits_for_a_webhook_says_nothing_any_more(talk: Talk, anna: Agent, keys: Keyring) -> None:
    said = await say(talk.grace, talk.id, SECRET)
    other = await say(talk.grace, talk.id, "Hello?")
    hook = await Webhook.create(
        organization_id=anna.organization_id, url="https://hooks.example", events=[], sealed_secret=b"1"
    )
    for message in (said, other):
        row = await Message.get(id=ids.decode(message["id"], "Message"))
        await WebhookDelivery.create(
            organization_id=anna.organization_id,
            webhook=hook,
            event="message.added",
            message_id=name_of("message", row.id, row.at),
            about=f"conversation:{row.conversation_id}",
            body=orjson.dumps({"data": {"message": {"id": message["id"], "text": row.text}}}).decode(),
            state=DeliveryState.PENDING,
            answer=f"What is this? {row.text}",
            created_at=MONDAY,
        )
    sending = [
        await begin_attempt(one.id, keys=keys, now=MONDAY) for one in await WebhookDelivery.all().order_by("id")
    ]
    await redacts(talk.grace, said)
    bodies = [orjson.loads(one.body)["data"]["message"] for one in await WebhookDelivery.all().order_by("id")]
    assert bodies == [{"id": said["id"], "text": None}, {"id": other["id"], "text": "Hello?"}]
    assert await answers() == [None, "What is this? Hello?"]
    for attempt in sending:
        assert attempt is not None
        answered = Answer(milliseconds=1, status=422, said=f"No: {attempt.body.decode()}"[:40])
        await store_answer(attempt, answered, now=MONDAY)
    kept = await answers()
    assert kept[0] is None and kept[1] is not None


# ── Who may ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_has_written_it_takes_it_away_and_who_supervises(talk: Talk, chief: Client) -> None:
    for writer in (talk.grace, talk.anna):
        for redactor in (writer, chief):
            said = await say(writer, talk.id, SECRET)
            assert codes(await redacts(redactor, said)) == []
    assert await Message.filter(text=SECRET).count() == 0


async def test_nobody_else_does(talk: Talk, ben: Client, sign_in: SignIn, anna: Agent, public: Client) -> None:
    asked, answered = await say(talk.grace, talk.id, SECRET), await say(talk.anna, talk.id, SECRET)
    for client, message in ((ben, asked), (ben, answered), (talk.anna, asked), (talk.grace, answered)):
        assert codes(await redacts(client, message)) == ["FORBIDDEN"]
    outsider = sign_in.agent(await an_agent(await anna.organization, "Outsider"))
    planner = sign_in.agent(await an_agent(await anna.organization, "Planner", role=Role.BOOKING_MANAGER))
    eve = sign_in.agent(await an_agent(await an_organization("rival"), "Eve", role=Role.ADMINISTRATOR))
    heidi = (await a_talk(sign_in, anna, start=TEN, guest={**GRACE, "name": "Heidi"})).grace
    for client in (outsider, planner, eve, heidi):
        assert codes(await redacts(client, asked)) == ["NOT_FOUND"]
    assert (await public.run(REDACT, id=asked["id"])).codes == ["UNAUTHENTICATED"]
    assert await Message.filter(text=SECRET).count() == 2


async def test_a_guest_does_not_find_a_note(talk: Talk) -> None:
    note = await say(talk.anna, talk.id, SECRET, kind="NOTE")
    assert codes(await redacts(talk.grace, note)) == ["NOT_FOUND"]


async def test_what_the_system_says_stays(talk: Talk, chief: Client) -> None:
    shown = await talk.anna.do(CONVERSATION, id=talk.id)
    booked = shown["messages"]["edges"][0]["node"]
    for client in (chief, talk.anna, talk.grace):
        assert codes(await redacts(client, booked)) == ["INVALID"]
    assert await Message.filter(redacted=True).count() == 0


async def test_a_guest_who_is_no_member_any_more_does_not(talk: Talk) -> None:
    said = await say(talk.grace, talk.id, SECRET)
    await Member.filter(contact_id__isnull=False).delete()
    assert codes(await redacts(talk.grace, said)) == ["NOT_FOUND"]


async def test_an_answer_of_another_counts_as_one_also_when_it_is_redacted(talk: Talk, ben: Client) -> None:
    asked = await say(talk.grace, talk.id, "Where do we meet?")
    await redacts(talk.anna, await say(talk.anna, talk.id, "Here."))
    again = {"conversationId": talk.id, "text": "There.", "expectedLastSeq": asked["seq"]}
    assert codes(await ben.do(SEND, input=again)) == ["REPLIED_MEANWHILE"]
