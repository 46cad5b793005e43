"""Downloading attachments: who is given which file, for how long, and how browsers are kept from running it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256
from urllib.parse import unquote

import aiohttp
import pytest

from models.agent.agent import Agent
from models.attachment.attachment import Attachment
from models.attachment.forgetting import forget_attachment
from models.attachment.link import attachment_url
from models.conversation.conversation import Conversation, Member
from models.conversation.link import conversation_token
from models.conversation.message import Message
from models.guest.session import GuestSession
from models.keyring import Keyring, fingerprint
from models.transactions import transaction
from models.words import DeliveryState
from providers.media.fake import silence
from providers.storage.fake import FakeStore
from tests.builders import MONDAY, Clock, a_service, acting, an_agent, an_organization
from tests.resolvers.attachment_documents import MESSAGES, PNG, send, send_file, upload
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import TEN
from tests.resolvers.test_attachments import WAV
from tests.web.attachments.conftest import Browser

SAFE = (
    "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline';"
    " frame-ancestors 'none'"
)
NO_PARTS = ["bytes=0-1,4-5", "bytes=5-1", "bytes=-", "lines=1-2", "bytes=a-b", "bytes=" + "9" * 99]


async def url_of(client: Client, talk: Talk) -> str:
    """The address that the client has of the conversation's newest file."""
    shown = await client.do(MESSAGES, id=talk.id)
    found = [edge["node"]["attachment"] for edge in shown["messages"]["edges"]]
    return str([one["url"] for one in found if one][-1])


# ── How it is served ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_both_sides_are_given_the_file_as_it_was_sent(browser: Browser, talk: Talk) -> None:
    await send_file(talk.grace, talk.id)
    for client in (talk.grace, talk.anna):
        got = await browser.get(await url_of(client, talk))
        assert (got.status, got.body, got.headers["content-type"]) == (200, PNG, "image/png")
        assert got.headers["content-disposition"] == 'inline; filename="photo.png"'
        assert got.headers["content-length"] == str(len(PNG))


async def test_a_masked_agent_is_not_told_by_what_it_is_called(
    browser: Browser, talk: Talk, anna: Agent
) -> None:
    organization = await anna.organization
    organization.stored_settings = {"mask_contacts_from": ["AGENT"]}
    await organization.save()
    uploaded = await upload(talk.grace, talk.id, name="mail of grace@guests.example.png")
    await send(talk.grace, talk.id, attachmentId=uploaded["id"])
    told = {}
    for client in (talk.grace, talk.anna):
        got = await browser.get(await url_of(client, talk))
        told[client is talk.anna] = unquote(got.headers["content-disposition"])
    assert "grace@guests.example.png" in told[False]
    assert "mail of g•••@•••.png" in told[True] and "guests" not in told[True]


DANGEROUS = {
    "page.png": b"<!DOCTYPE html><script>alert(1)</script>",
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "feed.xml": b'<?xml version="1.0"?><?xml-stylesheet href="evil.xsl"?><a/>',
    "script.js": b"alert(document.cookie)",
    "program.jpg": b"MZ\x90\0\3\0\0\0",
    "unknown": b"\0\1\2\3",
}


@pytest.mark.parametrize("name", DANGEROUS)
async def test_what_a_browser_could_run_is_saved_and_its_type_not_said(
    browser: Browser, talk: Talk, name: str
) -> None:
    uploaded = await upload(talk.grace, talk.id, DANGEROUS[name], name)
    got = await browser.get(uploaded["url"])
    assert got.body == DANGEROUS[name]
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"] == f'attachment; filename="{name}"'


async def test_a_document_is_saved_as_what_it_is(browser: Browser, talk: Talk) -> None:
    uploaded = await upload(talk.grace, talk.id, b"%PDF-1.7\n\xff\0", "contract.pdf")
    got = await browser.get(uploaded["url"])
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"] == 'attachment; filename="contract.pdf"'


async def test_every_answer_keeps_the_browser_from_guessing_and_running(browser: Browser, talk: Talk) -> None:
    uploaded = await upload(talk.grace, talk.id)
    url = uploaded["url"]
    for got in (
        await browser.get(url),
        await browser.get(url, range="bytes=0-3"),
        await browser.get(url, range="bytes=999-"),
        await browser.get(url + "x"),
        await browser.get(url, if_none_match="*"),
    ):
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["content-security-policy"] == SAFE
        assert got.headers["referrer-policy"] == "no-referrer"


async def test_a_name_is_told_in_every_writing(browser: Browser, talk: Talk) -> None:
    uploaded = await upload(talk.grace, talk.id, b"%PDF-", 'Angebot "ü" 50% 漢字.pdf')
    got = await browser.get(uploaded["url"])
    assert got.headers["content-disposition"] == (
        'attachment; filename="Angebot ___ 50_ __.pdf"; '
        "filename*=UTF-8''Angebot%20_%C3%BC_%2050%25%20%E6%BC%A2%E5%AD%97.pdf"
    )


async def test_pages_of_any_site_may_read_what_they_have_an_address_of(browser: Browser, talk: Talk) -> None:
    uploaded = await upload(talk.grace, talk.id)
    got = await browser.get(uploaded["url"], origin="https://shop.example")
    assert got.headers["access-control-allow-origin"] == "*"
    assert got.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-3", (0, 4)),
        ("bytes=4-", (4, 33)),
        ("bytes=-5", (28, 33)),
        ("bytes=-99", (0, 33)),
        ("bytes=30-99", (30, 33)),
        ("Bytes= 32-32", (32, 33)),
    ],
)
async def test_a_part_is_sent_where_a_part_is_asked_for(
    browser: Browser, talk: Talk, asked: str, part: tuple[int, int]
) -> None:
    assert len(PNG) == 33
    got = await browser.get((await upload(talk.grace, talk.id))["url"], range=asked)
    start, end = part
    if part == (0, 33):
        assert (got.status, got.body) == (200, PNG)
        return
    assert (got.status, got.body) == (206, PNG[start:end])
    assert got.headers["content-range"] == f"bytes {start}-{end - 1}/33"


@pytest.mark.parametrize("asked", ["bytes=33-", "bytes=-0", "bytes=99-100"])
async def test_a_part_that_is_not_there_is_not_sent(browser: Browser, talk: Talk, asked: str) -> None:
    got = await browser.get((await upload(talk.grace, talk.id))["url"], range=asked)
    assert (got.status, got.headers["content-range"]) == (416, "bytes */33")


@pytest.mark.parametrize("asked", NO_PARTS)
async def test_what_cannot_be_meant_as_a_part_is_answered_with_the_whole(
    browser: Browser, talk: Talk, asked: str
) -> None:
    got = await browser.get((await upload(talk.grace, talk.id))["url"], range=asked)
    assert (got.status, got.body) == (200, PNG)


async def test_what_the_browser_has_is_not_sent_again(browser: Browser, talk: Talk) -> None:
    url = (await upload(talk.grace, talk.id))["url"]
    etag = (await browser.get(url)).headers["etag"]
    assert (await browser.get(url, if_none_match=f'"other", W/{etag}')).status == 304
    assert (await browser.get(url, if_none_match='"other"')).status == 200
    assert (await browser.get(url, if_range=etag, range="bytes=0-3")).status == 206
    assert (await browser.get(url, if_range='"other"', range="bytes=0-3")).status == 200


async def test_who_asks_for_headers_is_not_sent_the_file(
    browser: Browser, talk: Talk, store: FakeStore
) -> None:
    url = (await upload(talk.grace, talk.id))["url"]
    store.asked.clear()
    got = await browser.get(url, method="HEAD")
    assert (got.status, got.headers["content-length"], got.body, store.asked) == (200, "33", b"", [])
    assert (await browser.get(url, method="POST")).status == 405


async def test_a_large_file_arrives_as_it_was(browser: Browser, talk: Talk) -> None:
    content = bytes(range(256)) * 12_345
    assert (await browser.get((await upload(talk.anna, talk.id, content))["url"])).body == content


async def test_of_a_voice_message_there_is_what_was_made_of_it_and_what_was_recorded(
    browser: Browser, talk: Talk, store: FakeStore
) -> None:
    await send_file(talk.grace, talk.id, WAV, kind="VOICE")
    made = silence(2.0)
    store.objects["7/made"] = made
    await Attachment.all().update(
        state=DeliveryState.DONE,
        opus_key="7/made",
        opus_bytes=len(made),
        opus_sha256=sha256(made).hexdigest(),
    )
    url = await url_of(talk.anna, talk)
    played, recorded = await browser.get(url), await browser.get(f"{url}?original")
    assert (played.body, played.headers["content-type"]) == (made, "audio/ogg")
    assert (recorded.body, recorded.headers["content-type"]) == (WAV, "audio/wav")
    assert played.headers["etag"] != recorded.headers["etag"]
    assert played.headers["content-disposition"] == 'inline; filename="photo.png.ogg"'


# ── To whom it is served ───────────────────────────────────────────────────────────────────────────────────────────


async def test_an_address_is_good_for_ten_minutes(browser: Browser, talk: Talk, clock: Clock) -> None:
    url = (await upload(talk.grace, talk.id))["url"]
    clock.advance(minutes=10)
    assert (await browser.get(url)).status == 200
    clock.advance(minutes=5)
    got = await browser.get(url)
    assert (got.status, PNG in got.body) == (410, False)


async def test_an_address_stays_the_same_for_a_while_and_is_each_readers_own(talk: Talk, clock: Clock) -> None:
    await send_file(talk.grace, talk.id)
    first = await url_of(talk.grace, talk)
    assert await url_of(talk.anna, talk) != first
    clock.advance(minutes=4)
    assert await url_of(talk.grace, talk) == first
    clock.advance(minutes=5)
    assert await url_of(talk.grace, talk) != first


async def test_an_address_is_of_one_file_and_cannot_be_made(browser: Browser, talk: Talk) -> None:
    one = (await upload(talk.grace, talk.id, PNG))["url"]
    other = (await upload(talk.grace, talk.id, b"other"))["url"]
    assert one != other
    token = one.rpartition("/")[2]
    for forged in (
        "",
        "x",
        token[:-1],
        token + "A",
        other.rpartition("/")[2][:20] + token[20:],
        "%00",
        "../" + token,
    ):
        got = await browser.get(f"/attachments/{forged}")
        assert (got.status, PNG in got.body) == (404, False)


Losing = Callable[[Talk, Agent], Awaitable[object]]


async def _message_taken_back(talk: Talk, anna: Agent) -> None:
    async with transaction() as tx:
        await forget_attachment(tx, await Message.get(kind="ATTACHMENT"))


async def _agent_deactivated(talk: Talk, anna: Agent) -> None:
    await Agent.filter(id=anna.id).update(is_active=False)


async def _agent_no_longer_there(talk: Talk, anna: Agent) -> None:
    await Conversation.all().update(assignee_id=None)
    await Member.filter(agent_id=anna.id).delete()


async def _everything_deleted(talk: Talk, anna: Agent) -> None:
    await Message.all().delete()


@pytest.mark.parametrize(
    "loses", [_message_taken_back, _agent_deactivated, _agent_no_longer_there, _everything_deleted]
)
async def test_an_agent_who_may_not_see_it_any_more_is_not_given_it(
    browser: Browser, talk: Talk, anna: Agent, loses: Losing
) -> None:
    await send_file(talk.grace, talk.id)
    url = await url_of(talk.anna, talk)
    assert (await browser.get(url)).status == 200
    await loses(talk, anna)
    assert (await browser.get(url)).status == 404


async def test_a_guest_who_has_left_is_not_given_it(browser: Browser, talk: Talk) -> None:
    await send_file(talk.anna, talk.id)
    url = await url_of(talk.grace, talk)
    assert (await browser.get(url)).status == 200
    await Member.filter(contact_id__isnull=False).delete()
    assert (await browser.get(url)).status == 404


async def test_a_guest_by_the_conversations_link_is_given_it_while_a_member(
    browser: Browser, talk: Talk, sign_in: SignIn, keys: Keyring
) -> None:
    member = await Member.get(contact_id__isnull=False)
    grace = await sign_in.bearer(conversation_token(member.id, keys=keys))
    await send_file(grace, talk.id)
    url = await url_of(grace, talk)
    assert (await browser.get(url)).status == 200
    await member.delete()
    assert (await browser.get(url)).status == 404


async def test_a_guest_who_has_signed_in_is_given_it_until_they_sign_out(
    browser: Browser, talk: Talk, sign_in: SignIn
) -> None:
    organization_id = (await Conversation.get()).organization_id
    session = await GuestSession.create(
        organization_id=organization_id,
        email="grace@guests.example",
        token_hash=fingerprint("gs_graces"),
        created_at=MONDAY,
        expires_at=MONDAY + timedelta(days=7),
    )
    grace = await sign_in.bearer("gs_graces")
    await send_file(grace, talk.id)
    url = await url_of(grace, talk)
    assert (await browser.get(url)).status == 200
    await session.delete()
    assert (await browser.get(url)).status == 404


async def test_what_a_note_has_is_for_agents_whatever_a_guests_address_says(
    browser: Browser, talk: Talk, keys: Keyring, clock: Clock
) -> None:
    await send_file(talk.anna, talk.id, kind="NOTE")
    note = await Attachment.get()
    for client, status in ((talk.anna, 200), (talk.grace, 404)):
        url = attachment_url(note, reader=client.actor, keys=keys, public_url="", now=clock())
        assert (await browser.get(url or "")).status == status


async def test_nobody_else_is_given_a_file_even_with_an_address_in_their_name(
    browser: Browser, talk: Talk, sign_in: SignIn, anna: Agent, keys: Keyring, clock: Clock, public: Client
) -> None:
    await send_file(talk.grace, talk.id)
    sent = await Attachment.get()
    organization = await anna.organization
    other_guest = (await a_talk(sign_in, anna, start=TEN)).grace.actor
    zoe, eve = await an_agent(organization, "Zoe"), await an_agent(await an_organization("rival"), "Eve")
    ben = await an_agent(organization, "Ben")
    await a_service(organization, ben)
    for actor in (other_guest, acting(zoe), acting(eve), acting(ben)):
        url = attachment_url(sent, reader=actor, keys=keys, public_url="", now=clock())
        assert (await browser.get(url or "")).status == 404
    assert attachment_url(sent, reader=public.actor, keys=keys, public_url="", now=clock()) is None


async def test_what_is_not_sent_yet_only_who_uploaded_it_is_given(
    browser: Browser, talk: Talk, keys: Keyring, clock: Clock
) -> None:
    for uploader, other in ((talk.anna, talk.grace), (talk.grace, talk.anna)):
        await Attachment.all().delete()
        await upload(uploader, talk.id)
        waiting = await Attachment.get()
        for client, status in ((uploader, 200), (other, 404)):
            url = attachment_url(waiting, reader=client.actor, keys=keys, public_url="", now=clock())
            assert (await browser.get(url or "")).status == status


# ── Where it is kept ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_while_the_store_is_away_the_browser_is_told_to_come_again(
    browser: Browser, talk: Talk, store: FakeStore
) -> None:
    url = (await upload(talk.grace, talk.id))["url"]
    store.go_down()
    got = await browser.get(url)
    assert (got.status, got.headers["retry-after"]) == (503, "30")
    store.recover()
    store.objects.clear()
    assert (await browser.get(url)).status == 404


async def test_a_file_that_breaks_off_does_not_look_whole(
    browser: Browser, talk: Talk, store: FakeStore
) -> None:
    url = (await upload(talk.grace, talk.id, bytes(1_000_000)))["url"]
    [key] = store.objects
    store.objects[key] = bytes(500_000)
    with pytest.raises(aiohttp.ClientPayloadError):
        await browser.get(url)
