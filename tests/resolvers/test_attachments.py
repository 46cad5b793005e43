"""Files in conversations: uploaded, sent once by who uploaded them, and refused where they cannot be meant."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models.agent.agent import Agent
from models.attachment.attachment import Attachment
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.organization.organization import Organization
from models.words import ConversationStatus, MemberRole
from providers.storage.fake import FakeStore
from resolvers import ids
from resolvers.context import World
from tests.builders import MONDAY, a_service, an_agent
from tests.resolvers.attachment_documents import MESSAGES, PNG, UPLOAD, a_file, send, send_file, upload
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import CONVERSATION, TEN, codes, say

WAV = (
    b"RIFF\x24\x00\x01\x00WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data"
    + (16_000).to_bytes(4, "little")
    + bytes(16_000)
)


@pytest.fixture
def store(world: World) -> FakeStore:
    assert isinstance(world.store, FakeStore)
    return world.store


async def refused(client: Client, talk: Talk, **input: Any) -> list[str]:
    return codes(await send(client, talk.id, **input))


async def an_upload(client: Client, talk: Talk, *, content: bytes = PNG, name: str = "photo.png") -> list[str]:
    return codes(await client.do(UPLOAD, id=talk.id, file=a_file(content, name)))


async def set_rules(**rules: Any) -> None:
    organization = await Organization.get(slug="acme")
    organization.stored_settings = {**organization.stored_settings, **rules}
    await organization.save()


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


# ── What is uploaded ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_file_is_kept_as_it_came_and_known_by_what_it_shows(talk: Talk, store: FakeStore) -> None:
    uploaded = await upload(talk.grace, talk.id, PNG, "C:\\Users\\Grace\\photo.exe")
    assert {**uploaded, "id": "", "url": ""} == {
        "id": "",
        "filename": "photo.exe.png",
        "mediaType": "image/png",
        "sizeBytes": len(PNG),
        "url": "",
        "durationSeconds": None,
        "state": "NOT_NEEDED",
    }
    assert list(store.objects.values()) == [PNG]


async def test_a_sound_has_a_duration(talk: Talk) -> None:
    uploaded = await upload(talk.anna, talk.id, WAV, "hello.wav")
    assert (uploaded["mediaType"], uploaded["durationSeconds"]) == ("audio/wav", 2)


async def test_an_empty_file_is_refused(talk: Talk, store: FakeStore) -> None:
    assert await an_upload(talk.grace, talk, content=b"") == ["INVALID"]
    assert (await Attachment.all().count(), store.asked) == (0, [])


async def test_a_file_may_be_as_large_as_the_organization_says_and_no_larger(
    talk: Talk, store: FakeStore
) -> None:
    await set_rules(max_attachment_megabytes=1)
    assert await an_upload(talk.grace, talk, content=b"x" * 1_048_577) == ["ATTACHMENT_TOO_LARGE"]
    assert store.asked == []
    assert await an_upload(talk.grace, talk, content=b"x" * 1_048_576) == []


async def test_where_no_files_are_sent_none_is_taken_and_none_that_was_uploaded_before(talk: Talk) -> None:
    uploaded = await upload(talk.grace, talk.id)
    await set_rules(attachments_enabled=False)
    for client in (talk.grace, talk.anna):
        assert await an_upload(client, talk) == ["FORBIDDEN"]
    assert await refused(talk.grace, talk, attachmentId=uploaded["id"]) == ["FORBIDDEN"]
    assert await refused(talk.grace, talk, text="Hello") == []


async def test_a_closed_conversation_opens_by_a_guests_file_as_by_their_words(talk: Talk) -> None:
    await Conversation.all().update(status=ConversationStatus.CLOSED)
    await send_file(talk.grace, talk.id)
    assert (await Conversation.get()).status is not ConversationStatus.CLOSED


async def test_who_does_not_see_the_conversation_or_is_no_member_uploads_nothing(
    talk: Talk, sign_in: SignIn, anna: Agent, public: Client, store: FakeStore
) -> None:
    organization = await anna.organization
    other = (await a_talk(sign_in, anna, start=TEN)).grace
    for client in (other, sign_in.agent(await an_agent(organization, "Zoe"))):
        assert await an_upload(client, talk) == ["NOT_FOUND"]
    colleague = await an_agent(organization, "Colleague")
    await Conversation.filter(id=ids.decode(talk.id, "Conversation", field=())).update(
        service_id=(await a_service(organization, colleague)).id
    )
    assert await an_upload(sign_in.agent(colleague), talk) == ["NOT_A_MEMBER"]
    answer = await public.run(UPLOAD, id=talk.id, file=a_file())
    assert answer.codes == ["UNAUTHENTICATED"]
    assert (await Attachment.all().count(), store.objects) == (0, {})


async def test_nobody_fills_the_place_with_files_that_they_do_not_send(talk: Talk) -> None:
    made = [await an_upload(talk.grace, talk) for _ in range(20)]
    assert made == [[]] * 20
    assert await an_upload(talk.grace, talk) == ["LIMIT_REACHED"]
    assert await an_upload(talk.anna, talk) == []
    waiting = await Attachment.filter(contact_id__isnull=False).first()
    assert waiting is not None
    assert await refused(talk.grace, talk, attachmentId=ids.encode("Attachment", waiting.id)) == []
    assert await an_upload(talk.grace, talk) == []


async def test_of_many_uploads_at_once_no_more_than_the_limit_come_through(talk: Talk) -> None:
    made = await asyncio.gather(*(an_upload(talk.grace, talk) for _ in range(30)))
    assert sorted(map(str, made)) == ["['LIMIT_REACHED']"] * 10 + ["[]"] * 20


async def test_while_files_cannot_be_kept_the_client_is_told_to_try_again(talk: Talk, store: FakeStore) -> None:
    for trouble in (store.go_down, store.reject, store.lose_answers):
        trouble()
        answer = await talk.grace.run(UPLOAD, id=talk.id, file=a_file())
        assert answer.codes == ["UNAVAILABLE"]
        store.recover()
    [*unfinished] = await Attachment.all()
    for one in unfinished:
        attachment_id = ids.encode("Attachment", one.id)
        assert await refused(talk.grace, talk, attachmentId=attachment_id) == ["NOT_FOUND"]


# ── What is sent ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["grace", "anna"])
async def test_a_message_has_the_file_that_its_writer_uploaded(talk: Talk, who: str) -> None:
    writer = {"grace": talk.grace, "anna": talk.anna}[who]
    uploaded = await upload(writer, talk.id)
    sent = (await send(writer, talk.id, attachmentId=uploaded["id"]))["message"]
    assert (sent["kind"], sent["text"], sent["attachment"]["id"]) == ("ATTACHMENT", None, uploaded["id"])
    for reader in (talk.grace, talk.anna):
        shown = (await reader.do(MESSAGES, id=talk.id))["messages"]["edges"][-1]["node"]
        assert shown["attachment"]["filename"] == "photo.png"


async def test_a_file_may_come_with_words_and_words_without_a_file(talk: Talk) -> None:
    sent = await send_file(talk.grace, talk.id, text="  That is me ", kind="ATTACHMENT")
    assert (sent["kind"], sent["text"]) == ("ATTACHMENT", "That is me")
    plain = (await send(talk.grace, talk.id, text="Hello"))["message"]
    assert (plain["kind"], plain["attachment"]) == ("TEXT", None)


async def test_a_note_with_a_file_is_for_agents_alone(talk: Talk) -> None:
    sent = await send_file(talk.anna, talk.id, kind="NOTE")
    assert (sent["kind"], sent["attachment"]["mediaType"]) == ("NOTE", "image/png")
    shown = await talk.grace.do(MESSAGES, id=talk.id)
    assert [edge["node"]["attachment"] for edge in shown["messages"]["edges"]] == [None]


async def test_a_recording_is_a_voice_message_and_a_picture_is_none(talk: Talk) -> None:
    recorded = await upload(talk.grace, talk.id, WAV)
    sent = (await send(talk.grace, talk.id, attachmentId=recorded["id"], kind="VOICE"))["message"]
    assert (sent["kind"], sent["attachment"]["durationSeconds"]) == ("VOICE", 2)
    picture = await upload(talk.grace, talk.id)
    assert await refused(talk.grace, talk, attachmentId=picture["id"], kind="VOICE") == ["INVALID"]
    assert await refused(talk.grace, talk, attachmentId=picture["id"]) == []


@pytest.mark.parametrize("kind", ["ATTACHMENT", "VOICE"])
async def test_what_is_nothing_without_a_file_is_not_sent_without(talk: Talk, kind: str) -> None:
    answer = await send(talk.grace, talk.id, text="Hello", kind=kind)
    assert [(error["code"], error["field"]) for error in answer["errors"]] == [("INVALID", ["attachmentId"])]


async def test_a_file_is_sent_once(talk: Talk) -> None:
    uploaded = await upload(talk.grace, talk.id)
    assert await refused(talk.grace, talk, attachmentId=uploaded["id"]) == []
    answer = await send(talk.grace, talk.id, attachmentId=uploaded["id"])
    assert [(error["code"], error["field"]) for error in answer["errors"]] == [("INVALID", ["attachmentId"])]
    assert await Message.filter(kind="ATTACHMENT").count() == 1


async def test_of_many_who_send_one_file_at_once_one_does(talk: Talk) -> None:
    uploaded = await upload(talk.grace, talk.id)
    answers = await asyncio.gather(*(refused(talk.grace, talk, attachmentId=uploaded["id"]) for _ in range(20)))
    assert sorted(answers) == [[], *[["INVALID"]] * 19]
    assert [message.seq for message in await Message.all().order_by("seq")] == [1, 2]


async def test_the_same_request_twice_sends_one_message(talk: Talk) -> None:
    uploaded = await upload(talk.grace, talk.id)
    twice = [
        await send(talk.grace, talk.id, attachmentId=uploaded["id"], idempotencyKey="once") for _ in range(2)
    ]
    assert twice[0] == twice[1]
    other = await upload(talk.grace, talk.id)
    assert await refused(talk.grace, talk, attachmentId=other["id"], idempotencyKey="once") == [
        "IDEMPOTENCY_CONFLICT"
    ]


async def test_nobody_sends_what_another_has_uploaded(talk: Talk, ben: Client) -> None:
    uploaded = await upload(talk.anna, talk.id)
    for client in (talk.grace, ben):
        assert await refused(client, talk, attachmentId=uploaded["id"]) == ["NOT_FOUND"]
    assert await refused(talk.anna, talk, attachmentId=uploaded["id"]) == []
    for client in (talk.grace, ben):
        assert await refused(client, talk, attachmentId=uploaded["id"]) == ["NOT_FOUND"]


async def test_a_file_is_sent_where_it_was_uploaded_and_nowhere_else(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    other = await a_talk(sign_in, anna, start=TEN)
    uploaded = await upload(talk.anna, talk.id)
    assert await refused(other.anna, other, attachmentId=uploaded["id"]) == ["NOT_FOUND"]


async def test_a_refused_message_leaves_the_file_to_be_sent(talk: Talk) -> None:
    uploaded = await upload(talk.grace, talk.id)
    nothing = ids.encode("Message", 999_999)
    assert await refused(talk.grace, talk, attachmentId=uploaded["id"], replyToId=nothing) == ["NOT_FOUND"]
    assert await refused(talk.grace, talk, attachmentId=uploaded["id"], text="x" * 10_001) == ["INVALID"]
    assert await refused(talk.grace, talk, attachmentId=uploaded["id"]) == []


async def test_a_file_is_an_answer_as_words_are(talk: Talk, ben: Client) -> None:
    asked = await say(talk.grace, talk.id, "Where do we meet?")
    await send_file(talk.anna, talk.id)
    assert await refused(ben, talk, text="Hi", expectedLastSeq=asked["seq"]) == ["REPLIED_MEANWHILE"]


async def test_a_file_counts_as_unread_and_as_the_last_message(talk: Talk) -> None:
    await send_file(talk.grace, talk.id)
    shown = await talk.anna.do(CONVERSATION, id=talk.id)
    assert shown["unreadCount"] == 2
    assert shown["lastMessage"]["text"] is None
