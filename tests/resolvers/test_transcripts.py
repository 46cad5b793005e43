"""Transcripts: who is given which, what stands in them, and what those who may not see it do not get."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from aiohttp import ClientSession
from starlette.applications import Starlette

from models.actor import AgentActor
from models.agent.agent import Agent
from models.attachment.attachment import Attachment
from models.audit.entry import AuditEntry
from models.contact.changing import update_contact
from models.contact.contact import Contact
from models.conversation.conversation import Conversation, Member
from models.conversation.link import conversation_token
from models.conversation.message import Message
from models.words import MemberRole, Role
from resolvers import ids
from resolvers.context import World
from tests.builders import Clock, a_contact, acting, an_agent, an_organization
from tests.models.contact.merged import merged
from tests.models.meeting.life import setting
from tests.providers.transcripts.reading import words_of
from tests.resolvers.attachment_documents import send_file
from tests.resolvers.audit_documents import AUDIT
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import TEN, codes, say
from tests.resolvers.talk_documents import EXPORT, REDACT
from tests.resolvers.test_group_meetings import Class
from tests.resolvers.test_group_meetings import lesson as lesson
from tests.resolvers.test_group_meetings import yoga as yoga
from tests.resolvers.test_guest_sign_in import Door
from tests.resolvers.test_guest_sign_in import door as door
from tests.serving import serving
from web.transcripts import transcript_routes


@dataclass(frozen=True, slots=True)
class Download:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True, slots=True)
class Desk:
    """Where transcripts are exported, and downloaded."""

    address: str
    session: ClientSession

    async def link(self, client: Client, conversation: str, **more: Any) -> str:
        wish = {"conversationId": conversation, "format": "TEXT", **more}
        exported = await client.do(EXPORT, input=wish)
        assert exported["errors"] == []
        return str(exported["transcript"]["url"])

    async def get(self, link: str) -> Download:
        path = link.removeprefix("http://frontdesk.test")
        assert path.startswith("/transcripts/")
        async with self.session.get(self.address + path) as answer:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Download(answer.status, headers, await answer.read())

    async def text(self, client: Client, conversation: str, **more: Any) -> str:
        got = await self.get(await self.link(client, conversation, **more))
        assert got.status == 200
        return got.text


@pytest.fixture
async def desk(world: World) -> AsyncIterator[Desk]:
    async with serving(Starlette(routes=transcript_routes(world))) as address, ClientSession() as session:
        yield Desk(address, session)


@pytest.fixture
async def boss(talk: Talk, sign_in: SignIn, anna: Agent) -> Client:
    return sign_in.agent(await an_agent(await anna.organization, "Boss", role=Role.MANAGER))


def agent_of(client: Client) -> Agent:
    assert isinstance(client.actor, AgentActor)
    return client.actor.agent


async def test_who_exports_downloads_what_was_said(talk: Talk, boss: Client, desk: Desk, clock: Clock) -> None:
    hello = await say(talk.grace, talk.id, "Hello\n== forged ==")
    await say(talk.anna, talk.id, "Good morning", replyToId=hello["id"])
    got = await desk.get(await desk.link(boss, talk.id))
    assert got.status == 200
    assert got.headers["content-type"] == "text/plain; charset=utf-8"
    number = (await Conversation.get()).number
    assert got.headers["content-disposition"] == f'attachment; filename="conversation-{number}-2027-03-01.txt"'
    assert (got.headers["cache-control"], got.headers["referrer-policy"]) == (
        "private, no-store",
        "no-referrer",
    )
    assert got.text.startswith(f"Conversation {number} – ")
    assert "Guest: Grace Guest, grace@guests.example\n" in got.text
    assert "== Monday 1 March 2027 ==\n\n08:00  * The meeting is booked.\n" in got.text
    assert "08:00  Grace Guest (Guest)\n    Hello\n    == forged ==\n" in got.text
    assert "08:00  Anna\n    [In answer to Grace Guest, 08:00]\n    Good morning\n" in got.text


async def test_as_a_pdf_it_says_the_same(talk: Talk, boss: Client, desk: Desk) -> None:
    await say(talk.grace, talk.id, "Hello שלום 日本 👋")
    got = await desk.get(await desk.link(boss, talk.id, format="PDF"))
    assert (got.status, got.headers["content-type"]) == (200, "application/pdf")
    assert got.headers["content-disposition"].endswith('-2027-03-01.pdf"')
    words = words_of(got.body)
    assert "Grace Guest · Guest" in words
    assert "Hello" in words


async def test_times_and_language_are_the_readers_or_as_asked_for(
    talk: Talk, boss: Client, desk: Desk, anna: Agent
) -> None:
    await Agent.filter(id=agent_of(boss).id).update(languages=["de"], time_zone="Asia/Tokyo")
    german = await desk.text(boss, talk.id)
    assert german.startswith("Unterhaltung")
    assert "16:00  * " in german
    italian = await desk.text(boss, talk.id, locale="it-CH", timeZone="America/New_York")
    assert italian.startswith("Conversazione")
    assert "== lunedì 1º marzo 2027 ==\n\n02:00  * " in italian
    contact = await Contact.get(email="grace@guests.example")
    await Contact.filter(id=contact.id).update(locale="fr")
    assert "== lundi 1er mars 2027 ==" in await desk.text(talk.grace, talk.id)


@pytest.mark.parametrize("role", [Role.AGENT, Role.BOOKING_MANAGER, Role.SUPERVISOR])
async def test_other_roles_do_not_export(
    talk: Talk, desk: Desk, sign_in: SignIn, anna: Agent, role: Role
) -> None:
    await Agent.filter(id=anna.id).update(role=role)
    client = sign_in.agent(await Agent.get(id=anna.id))
    refused = await client.do(EXPORT, input={"conversationId": talk.id, "format": "PDF"})
    assert (refused["transcript"], codes(refused)) == (None, ["FORBIDDEN"])
    assert not await AuditEntry.filter(action="exportTranscript").exists()


async def test_a_guest_reads_no_note_and_no_whisper_and_who_exports_does(
    talk: Talk, boss: Client, desk: Desk
) -> None:
    await say(talk.anna, talk.id, "He is always late.", kind="NOTE")
    await say(boss, talk.id, "Be patient.", kind="WHISPER")
    await say(talk.anna, talk.id, "Good morning")
    by_guest = await desk.text(talk.grace, talk.id)
    assert "Good morning" in by_guest
    assert "late" not in by_guest
    assert "patient" not in by_guest
    by_boss = await desk.text(boss, talk.id)
    assert "Anna (internal note)\n    He is always late." in by_boss
    assert "Boss (whisper)\n    Be patient." in by_boss


async def test_what_was_removed_is_not_in_it_and_that_it_was_is_said(
    talk: Talk, boss: Client, desk: Desk
) -> None:
    said = await say(talk.grace, talk.id, "My card is 4111 1111 1111 1111.")
    link = await desk.link(boss, talk.id)
    await talk.grace.do(REDACT, id=said["id"])
    text = (await desk.get(link)).text
    assert "Grace Guest (Guest)\n    [This message was removed.]" in text
    assert "4111" not in text


async def test_files_are_named_with_their_sizes(talk: Talk, boss: Client, desk: Desk) -> None:
    sent = await send_file(talk.grace, talk.id, text="Here.")
    assert "    Here.\n    [Attachment: photo.png (1 KB)]" in await desk.text(boss, talk.id)
    await talk.grace.do(REDACT, id=sent["id"])
    assert "photo" not in await desk.text(boss, talk.id)


async def test_whom_contacts_are_masked_from_reads_no_address_and_no_number(
    talk: Talk, boss: Client, desk: Desk, anna: Agent
) -> None:
    contact = await Contact.get(email="grace@guests.example")
    await Contact.filter(id=contact.id).update(name="grace@guests.example", phone="+390612345678")
    await Conversation.all().update(title="Call of +39 06 1234 5678")
    await Message.filter(system_event="MEETING_BOOKED").update(text="grace@guests.example has booked.")
    await send_file(talk.grace, talk.id, text="Here.")
    await Attachment.all().update(filename="390612345678.vcf")
    await setting(anna.organization_id, mask_contacts_from=["MANAGER"])
    for format in ("TEXT", "PDF"):
        got = await desk.get(await desk.link(boss, talk.id, format=format))
        said = got.text if format == "TEXT" else words_of(got.body)
        for secret in ("grace", "guests.example", "0612", "1234"):
            assert secret not in said
            assert secret not in str(got.headers)
        for shown in (
            "g•••@•••, g•••@•••, +39 ••• ••78",
            "Call of +39 ••• ••78",
            "g•••@••• has booked.",
            "••• ••78.vcf",
        ):
            assert shown in said
    assert "Guest: grace@guests.example, grace@guests.example, +390612345678" in await desk.text(
        talk.grace, talk.id
    )


async def test_what_people_type_is_not_searched_for_addresses(
    talk: Talk, boss: Client, desk: Desk, anna: Agent
) -> None:
    await setting(anna.organization_id, mask_contacts_from=["MANAGER"])
    await say(talk.grace, talk.id, "Write to me@guests.example")
    assert "Write to me@guests.example" in await desk.text(boss, talk.id)


async def test_guests_of_a_group_meeting_know_nobody_else_by_name(
    lesson: Class, desk: Desk, sign_in: SignIn, anna: Agent
) -> None:
    await say(lesson.heidi, lesson.conversation, "I am late.")
    await say(lesson.grace, lesson.conversation, "Me too.")
    text = await desk.text(lesson.grace, lesson.conversation)
    assert "  Guest\n    I am late." in text
    assert "  Grace (Guest)\n    Me too." in text
    assert "heidi" not in text.lower()
    theirs = await desk.text(lesson.heidi, lesson.conversation)
    assert "grace" not in theirs.lower()


async def test_by_the_link_of_a_meeting_only_what_was_said_since_it_was_booked_is_read(
    talk: Talk, desk: Desk, sign_in: SignIn, anna: Agent
) -> None:
    await setting(anna.organization_id, one_conversation_per_guest_and_agent=True)
    secret = await say(talk.grace, talk.id, "I owe 40,000.")
    later = await a_talk(sign_in, anna, start=TEN)
    await say(later.anna, later.id, "So?", replyToId=secret["id"])
    assert "40,000" not in (text := await desk.text(later.grace, later.id))
    assert "    So?" in text
    assert "In answer to" not in text
    assert "40,000" in await desk.text(talk.grace, talk.id)


async def test_who_has_signed_in_exports_what_is_theirs(
    talk: Talk, desk: Desk, door: Door, sign_in: SignIn, anna: Agent
) -> None:
    await say(talk.anna, talk.id, "Good morning")
    grace = await door.client()
    assert "Good morning" in await desk.text(grace, talk.id)
    heidi = {"name": "Heidi", "email": "heidi@guests.example", "timeZone": "Europe/Rome"}
    await a_talk(sign_in, anna, start=TEN, guest=heidi)
    other = await door.client("heidi@guests.example")
    assert codes(await other.do(EXPORT, input={"conversationId": talk.id, "format": "PDF"})) == ["NOT_FOUND"]


async def test_by_a_link_of_the_conversation_a_guest_exports_until_they_leave_it(
    talk: Talk, desk: Desk, sign_in: SignIn, world: World
) -> None:
    member = await Member.get(role=MemberRole.GUEST)
    guest = await sign_in.bearer(conversation_token(member.id, keys=world.keys))
    link = await desk.link(guest, talk.id)
    assert (await desk.get(link)).status == 200
    await member.delete()
    assert (await desk.get(link)).status == 404


async def test_by_a_link_no_guest_reads_an_address_that_agents_have_added(
    talk: Talk, desk: Desk, door: Door, boss: Client, clock: Clock
) -> None:
    contact = await Contact.get(email="grace@guests.example")
    await update_contact(contact.id, actor=acting(agent_of(boss)), now=clock(), phone="+390612345678")
    text = await desk.text(talk.grace, talk.id)
    assert "Guest: Grace Guest, g•••@•••, +39 ••• ••78\n" in text
    signed_in = await door.client("grace@guests.example")
    assert "Guest: Grace Guest, grace@guests.example, +390612345678\n" in await desk.text(signed_in, talk.id)


async def test_who_was_merged_is_named_as_who_they_are_by_now(talk: Talk, boss: Client, desk: Desk) -> None:
    await say(talk.grace, talk.id, "Hello")
    grace = await Contact.get(email="grace@guests.example")
    await a_contact(await grace.organization, "Grace Hopper", email="hopper@guests.example")
    await merged("Grace Hopper", "Grace Guest")
    text = await desk.text(boss, talk.id)
    assert "08:00  Grace Hopper (Guest)\n    Hello\n" in text
    assert "Grace Guest" not in text
    assert "08:00  Grace Hopper (Guest)\n    Hello\n" in await desk.text(talk.grace, talk.id)


async def test_a_link_is_good_for_ten_minutes(talk: Talk, boss: Client, desk: Desk, clock: Clock) -> None:
    exported = await boss.do(EXPORT, input={"conversationId": talk.id, "format": "TEXT"})
    link, until = exported["transcript"]["url"], exported["transcript"]["expiresAt"]
    assert datetime.fromisoformat(until) == clock().replace(minute=clock().minute + 10)
    clock.advance(minutes=9, seconds=59)
    assert (await desk.get(link)).status == 200
    clock.advance(seconds=1)
    got = await desk.get(link)
    assert (got.status, got.text) == (410, "The link was good for ten minutes: ask for another one.\n")


async def test_what_is_no_link_is_not_found(talk: Talk, boss: Client, desk: Desk) -> None:
    link = await desk.link(boss, talk.id)
    for forged in (link[:-1], link + "A", "/transcripts/x", "/transcripts/%00", "/transcripts/" + "a" * 5_000):
        got = await desk.get(forged)
        assert (got.status, got.text) == (404, "There is no such transcript.\n")
        assert got.headers["cache-control"] == "private, no-store"


async def test_rights_are_asked_for_again_when_it_is_downloaded(
    talk: Talk, boss: Client, desk: Desk, anna: Agent
) -> None:
    link = await desk.link(boss, talk.id)
    agent = agent_of(boss)
    assert (await desk.get(link)).status == 200
    await Agent.filter(id=agent.id).update(role=Role.SUPERVISOR)
    assert (await desk.get(link)).status == 404
    await Agent.filter(id=agent.id).update(role=Role.MANAGER, is_active=False)
    assert (await desk.get(link)).status == 404
    await Agent.filter(id=agent.id).update(is_active=True)
    await setting(anna.organization_id, mask_contacts_from=["MANAGER"])
    got = await desk.get(link)
    assert got.status == 200
    assert "grace@" not in got.text
    rival = await an_organization("rival")
    await Agent.filter(id=agent.id).update(organization_id=rival.id)
    assert (await desk.get(link)).status == 404


async def test_a_conversation_that_is_gone_is_not_found(talk: Talk, boss: Client, desk: Desk) -> None:
    link = await desk.link(boss, talk.id)
    fake = ids.encode("Conversation", 999_999)
    assert codes(await boss.do(EXPORT, input={"conversationId": fake, "format": "TEXT"})) == ["NOT_FOUND"]
    other = link.rpartition("/")[2]
    assert (await desk.get(f"/transcripts/{other[::-1]}")).status == 404


async def test_it_can_be_had_from_a_message_on(talk: Talk, boss: Client, desk: Desk) -> None:
    first = await say(talk.grace, talk.id, "One")
    await say(talk.grace, talk.id, "Two", replyToId=first["id"])
    text = await desk.text(boss, talk.id, afterSeq=first["seq"])
    assert "One" not in text
    assert "[In answer to Grace Guest, 08:00]\n    Two" in text
    assert "Nothing has been said." in await desk.text(boss, talk.id, afterSeq=1_000)


async def test_who_exports_what_is_audited(
    talk: Talk, boss: Client, desk: Desk, sign_in: SignIn, anna: Agent
) -> None:
    ada = sign_in.agent(await an_agent(await anna.organization, "Ada", role=Role.ADMINISTRATOR))
    await desk.link(boss, talk.id, format="PDF")
    await desk.link(talk.grace, talk.id, afterSeq=3)
    entries = [edge["node"] for edge in (await ada.do(AUDIT, targetId=talk.id))["edges"]]
    by_guest, by_boss = entries
    contact = await Contact.get(email="grace@guests.example")
    assert (by_boss["action"], by_boss["actor"]["name"]) == ("exportTranscript", "Boss")
    assert by_boss["detail"] == {"format": "PDF"}
    assert by_guest["detail"] == {"format": "TEXT", "guest": ids.encode("Contact", contact.id), "afterSeq": 3}


async def test_nobody_waits_for_two_at_a_time(talk: Talk, boss: Client, desk: Desk) -> None:
    link, others = [await desk.link(client, talk.id, format="PDF") for client in (boss, talk.grace)]
    got = await asyncio.gather(desk.get(link), desk.get(link), desk.get(others))
    assert sorted(one.status for one in got) == [200, 200, 503]
    [refused] = [one for one in got if one.status == 503]
    assert refused.headers["retry-after"] == "10"
