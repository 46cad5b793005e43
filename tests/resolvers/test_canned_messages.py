"""Canned replies in conversations: filled in, in the guest's language, by agents."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.conversation.message import Message
from models.desk.canned_reply import CannedReply
from models.desk.variables import VARIABLES
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from models.organization.service import Service
from models.words import MeetingStatus, Role
from resolvers import ids
from tests.builders import Clock, a_service, an_agent, an_organization
from tests.models.meeting.life import setting
from tests.resolvers import desk_documents as desk
from tests.resolvers.attachment_documents import upload
from tests.resolvers.conftest import Client, SignIn, Talk
from tests.resolvers.documents import CONVERSATION, SEND, codes, say


@pytest.fixture
async def support(organization: Organization, anna: Agent) -> Service:
    return await a_service(organization, anna)


async def a_reply(organization: Organization, text: str, shortcut: str = "hi", **more: Any) -> str:
    """The id of a canned reply."""
    reply = await CannedReply.create(organization=organization, shortcut=shortcut, text=text, **more)
    return ids.encode("CannedReply", reply.id)


async def sends(client: Client, talk: Talk, reply: str, **more: Any) -> dict[str, Any]:
    return await client.do(SEND, input={"conversationId": talk.id, "cannedReplyId": reply, **more})


async def said(client: Client, talk: Talk, reply: str, **more: Any) -> str:
    sent = await sends(client, talk, reply, **more)
    assert sent["errors"] == []
    return str(sent["message"]["text"])


EVERYTHING = "\n".join(f"{name}: {{{{ {name} }}}}" for name in VARIABLES)


async def test_everything_there_is_to_say_is_filled_in(
    talk: Talk, organization: Organization, support: Service
) -> None:
    await Conversation.all().update(service=support)
    await Meeting.all().update(title="Loans")
    reply = await a_reply(organization, EVERYTHING)
    assert await said(talk.anna, talk, reply) == (
        "guest_name: Grace Guest\nagent_name: Anna\norganization: Acme\nservice: Support\nmeeting_title: Loans\n"
        "meeting_when: Monday 1 March 2027, 09:00 (Europe/Rome, UTC+01:00)\n"
        "meeting_date: Monday 1 March 2027\nmeeting_time: 09:00"
    )


async def test_the_guest_reads_what_was_filled_in_like_any_text(talk: Talk, organization: Organization) -> None:
    reply = await a_reply(organization, "Hello {{ guest_name }}, I am {{ agent_name | upper }}.")
    asked = await say(talk.grace, talk.id, "Hello?")
    sent = await sends(talk.anna, talk, reply, replyToId=asked["id"])
    assert (sent["message"]["kind"], sent["message"]["replyTo"]["id"]) == ("TEXT", asked["id"])
    shown = await talk.grace.do(CONVERSATION, id=talk.id)
    assert shown["lastMessage"]["text"] == "Hello Grace Guest, I am ANNA."


async def test_what_there_is_nothing_of_is_left_out(
    talk: Talk, organization: Organization, clock: Clock
) -> None:
    reply = await a_reply(
        organization,
        "See you{% if meeting_time %} at {{ meeting_time }}{% else %} soon{% endif %}.{{ service }}",
    )
    assert await said(talk.anna, talk, reply) == "See you at 09:00."
    await Meeting.all().update(status=MeetingStatus.CANCELLED)
    assert await said(talk.anna, talk, reply) == "See you soon."
    await Meeting.all().update(status=MeetingStatus.SCHEDULED)
    clock.advance(hours=3)
    assert await said(talk.anna, talk, reply) == "See you soon."
    empty = await a_reply(organization, "{{ service }}", "empty")
    assert codes(await sends(talk.anna, talk, empty)) == ["INVALID"]


async def test_what_is_masked_from_an_agent_is_not_filled_in_for_them(
    talk: Talk, organization: Organization
) -> None:
    await Contact.all().update(name="393331234556")
    await Meeting.all().update(title="Call grace@guests.example")
    reply = await a_reply(organization, "Hello {{ guest_name }}! {{ meeting_title }} It is {{ agent_name }}.")
    told = "Hello 393331234556! Call grace@guests.example It is Anna."
    asked = {"reply": reply, "conversation": talk.id}
    assert (await talk.anna.run(desk.REPLY_TEXT, **asked)).data == {"cannedReplyText": told}
    await setting(organization.id, mask_contacts_from=["AGENT"])
    assert (await talk.anna.run(desk.REPLY_TEXT, **asked)).data == {"cannedReplyText": "Hello !  It is Anna."}
    assert await said(talk.anna, talk, reply) == "Hello !  It is Anna."


async def test_times_are_on_the_guests_clock(talk: Talk, organization: Organization) -> None:
    await Meeting.all().update(guest_time_zone="America/New_York")
    reply = await a_reply(organization, "{{ meeting_time }} in {{ meeting_when }}")
    assert await said(talk.anna, talk, reply) == (
        "03:00 in Monday 1 March 2027, 03:00 (America/New_York, UTC-05:00)"
    )


async def test_of_several_under_one_shortcut_the_one_in_the_guests_language_is_sent(
    talk: Talk, organization: Organization
) -> None:
    english = await a_reply(organization, "Hello! {{ meeting_date }}", locale="en")
    german = await a_reply(organization, "Hallo! {{ meeting_date }}", locale="de")
    for locale, expected in (
        ("de", "Hallo! Montag, 1. März 2027"),
        ("de-AT", "Hallo! Montag, 1. März 2027"),
        ("en-GB", "Hello! Monday 1 March 2027"),
    ):
        await Contact.all().update(locale=locale)
        for reply in (english, german):
            assert await said(talk.anna, talk, reply) == expected


async def test_where_there_is_none_in_it_the_one_for_every_language_is_or_the_one_that_was_named(
    talk: Talk, organization: Organization
) -> None:
    await Contact.all().update(locale="pt")
    await Conversation.all().update(language="pt")
    german = await a_reply(organization, "Hallo!", locale="de")
    await a_reply(organization, "Hello!", locale="en")
    assert await said(talk.anna, talk, german) == "Hallo!"
    await a_reply(organization, "👋")
    assert await said(talk.anna, talk, german) == "👋"


async def test_another_services_or_shortcuts_reply_does_not_stand_in(
    talk: Talk, organization: Organization, support: Service
) -> None:
    await Contact.all().update(locale="de")
    english = await a_reply(organization, "Hello!", locale="en")
    await a_reply(organization, "Hallo!", locale="de", service=support)
    await a_reply(organization, "Tschüss!", "bye", locale="de")
    await a_reply(await an_organization("rival"), "Huhu!", locale="de")
    assert await said(talk.anna, talk, english) == "Hello!"


async def test_it_may_be_a_note_or_come_with_a_file(talk: Talk, organization: Organization) -> None:
    reply = await a_reply(organization, "Ask {{ guest_name }}.")
    assert await said(talk.anna, talk, reply, kind="NOTE") == "Ask Grace Guest."
    assert "Ask" not in str(await talk.grace.do(CONVERSATION, id=talk.id))
    uploaded = await upload(talk.anna, talk.id)
    sent = await sends(talk.anna, talk, reply, attachmentId=uploaded["id"])
    assert (sent["message"]["kind"], sent["message"]["text"]) == ("ATTACHMENT", "Ask Grace Guest.")


async def test_the_same_key_says_it_once_also_when_the_reply_is_another_by_then(
    talk: Talk, organization: Organization
) -> None:
    reply = await a_reply(organization, "Hello!")
    first = await sends(talk.anna, talk, reply, idempotencyKey="k")
    await CannedReply.all().update(text="Bye!")
    assert await sends(talk.anna, talk, reply, idempotencyKey="k") == first
    await CannedReply.all().delete()
    assert await sends(talk.anna, talk, reply, idempotencyKey="k") == first
    assert await Message.filter(kind="TEXT").count() == 1


async def test_what_was_kept_before_there_were_variables_is_refused_where_it_cannot_be_filled_in(
    talk: Talk, organization: Organization
) -> None:
    for text in ("{{ guest }}", "{{", "{% for x in y %}"):
        await CannedReply.all().delete()
        refused = await sends(talk.anna, talk, await a_reply(organization, text))
        assert [(one["code"], one["field"]) for one in refused["errors"]] == [("INVALID", ["cannedReplyId"])]
    assert await Message.exclude(kind="SYSTEM").count() == 0


async def test_what_would_be_longer_than_a_message_is_refused_now_also_where_it_is_to_be_sent_later(
    talk: Talk, organization: Organization
) -> None:
    await Contact.all().update(name="G" * 200)
    reply = await a_reply(organization, "{{ guest_name }}" * 51)
    for more in ({}, {"sendAt": "2027-03-02T09:00:00Z"}):
        refused = await sends(talk.anna, talk, reply, **more)
        assert [(one["code"], one["field"]) for one in refused["errors"]] == [("INVALID", ["cannedReplyId"])]


async def test_guests_have_no_canned_replies(talk: Talk, organization: Organization) -> None:
    assert codes(await sends(talk.grace, talk, await a_reply(organization, "Hello!"))) == ["FORBIDDEN"]


async def test_another_organizations_reply_is_not_found(talk: Talk) -> None:
    theirs = await a_reply(await an_organization("rival"), "Hello!")
    assert codes(await sends(talk.anna, talk, theirs)) == ["NOT_FOUND"]


# ── Looked at before ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_agent_reads_what_would_be_said(
    talk: Talk, organization: Organization, sign_in: SignIn, anna: Agent, public: Client
) -> None:
    reply = await a_reply(organization, "Hello {{ guest_name }}, I am {{ agent_name }}.")
    asked = {"reply": reply, "conversation": talk.id}
    chief = sign_in.agent(await an_agent(await anna.organization, "Chief", role=Role.SUPERVISOR))
    for client, name in ((talk.anna, "Anna"), (chief, "Chief")):
        assert (await client.run(desk.REPLY_TEXT, **asked)).data == {
            "cannedReplyText": f"Hello Grace Guest, I am {name}."
        }
    ben = sign_in.agent(await an_agent(await anna.organization, "Ben"))
    assert (await ben.run(desk.REPLY_TEXT, **asked)).codes == ["BAD_REQUEST"]
    for client in (talk.grace, public):
        assert (await client.run(desk.REPLY_TEXT, **asked)).codes == ["UNAUTHENTICATED"]


async def test_those_whose_shortcut_begins_with_what_is_searched_for_come_first(
    talk: Talk, organization: Organization
) -> None:
    for shortcut, text in (("address", "Via Hi 1"), ("ahi", "x"), ("high", "x"), ("hi", "x"), ("zoo", "x")):
        await a_reply(organization, text, shortcut)

    async def found(search: str | None) -> list[str]:
        answer = await talk.anna.run(desk.REPLIES, search=search)
        return [one["shortcut"] for one in answer.data["cannedReplies"]]

    assert await found("hi") == ["hi", "high", "address", "ahi"]
    assert await found("HI") == ["hi", "high", "address", "ahi"]
    assert await found("hig") == ["high"]
    assert await found("%") == await found("_") == await found("\\") == []
    assert await found(None) == await found("") == ["address", "ahi", "hi", "high", "zoo"]
