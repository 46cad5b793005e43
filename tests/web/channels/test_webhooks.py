"""Providers tell what happens at connected numbers: only they are heard, and only at the number's secret address."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from aiohttp import ClientSession
from starlette.applications import Starlette
from yarl import URL

from models.campaign.campaign import CampaignRecipient
from models.campaign.hearing import reference_of
from models.channel.account import ChannelAccount
from models.channel.address import webhook_url
from models.channel.credentials import Credentials, sealed
from models.keyring import Keyring
from models.organization.organization import Organization
from models.words import MessageStatus, MessagingProvider
from providers.messaging.protocol import MetaCredentials, TwilioCredentials
from realtime.bus import MemoryBus
from realtime.cursors import Cursors
from realtime.hub import Hub
from realtime.store import DatabaseStore
from resolvers.context import World
from tests.builders import MONDAY, Clock, a_service
from tests.jobs.campaigning import Desk, a_desk
from tests.serving import serving
from web.channels import channel_routes
from web.channels.route import LARGEST_NEWS

DESK = "https://desk.example"
META = MetaCredentials(
    phone_number_id="106540352242922",
    business_account_id="102290129340398",
    access_token="EAAJB-a-token-of-a-system-user",
    app_secret="0123456789abcdef0123456789abcdef",
    verify_token="a-word-of-our-choice",
)
TWILIO = TwilioCredentials(account_sid="AC" + "0a" * 16, auth_token="fedcba9876543210fedcba9876543210")
EXPIRED = {"code": 131031, "title": "Business Account locked", "message": "Business Account locked"}


@pytest.fixture
async def site(db: None, keys: Keyring, clock: Clock) -> AsyncIterator[ClientSession]:
    hub = Hub(MemoryBus(), DatabaseStore())
    world = World(keys, Cursors(keys.key("cursors")), hub, clock=clock, public_url=DESK)
    async with serving(Starlette(routes=channel_routes(world))) as base, ClientSession(base) as session:
        yield session


async def an_account(organization: Organization, keys: Keyring, credentials: Credentials) -> ChannelAccount:
    provider = MessagingProvider.META if isinstance(credentials, MetaCredentials) else MessagingProvider.TWILIO
    return await ChannelAccount.create(
        organization=organization,
        name="Front door",
        provider=provider,
        address="+39065550100",
        service=await a_service(organization, name="Messages"),
        sealed_credentials=sealed(credentials, keys=keys),
    )


@pytest.fixture
async def meta(organization: Organization, keys: Keyring) -> ChannelAccount:
    return await an_account(organization, keys, META)


@pytest.fixture
async def twilio(organization: Organization, keys: Keyring) -> ChannelAccount:
    return await an_account(organization, keys, TWILIO)


def path_of(account: ChannelAccount, keys: Keyring) -> str:
    return webhook_url(account.id, keys=keys, public_url="")


def told(number: str = META.phone_number_id, **value: Any) -> bytes:
    metadata = {"display_phone_number": "39065550100", "phone_number_id": number}
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
    return orjson.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]})


def signed(body: bytes, secret: str = META.app_secret) -> dict[str, str]:
    return {"X-Hub-Signature-256": f"sha256={hmac.digest(secret.encode(), body, 'sha256').hex()}"}


def signed_form(
    account: ChannelAccount,
    keys: Keyring,
    form: dict[str, str],
    token: str = TWILIO.auth_token,
    *,
    query: str = "",
) -> str:
    url = webhook_url(account.id, keys=keys, public_url=DESK) + query
    said = url + "".join(name + form[name] for name in sorted(form))
    return b64encode(hmac.digest(token.encode(), said.encode(), "sha1")).decode()


async def health() -> tuple[bool, datetime | None, str | None]:
    account = await ChannelAccount.get()
    return account.is_well, account.last_inbound_at, account.last_error


async def test_meta_is_given_its_challenge_for_the_word_alone(
    site: ClientSession, meta: ChannelAccount, keys: Keyring
) -> None:
    good = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": META.verify_token}
    async with site.get(path_of(meta, keys), params=good) as answer:
        assert (answer.status, await answer.text()) == (200, "1158201444")
    for wrong in ({**good, "hub.verify_token": "guessed"}, {**good, "hub.mode": "ask"}, {}):
        async with site.get(path_of(meta, keys), params=wrong) as answer:
            assert answer.status == 403
            assert "1158201444" not in await answer.text()


async def test_what_is_wrong_with_a_number_of_metas_is_kept(
    site: ClientSession, meta: ChannelAccount, keys: Keyring
) -> None:
    body = told(errors=[EXPIRED])
    async with site.post(path_of(meta, keys), data=body, headers=signed(body)) as answer:
        assert answer.status == 200
    assert await health() == (False, None, "131031 Business Account locked")


async def test_when_somebody_wrote_last_is_kept_and_nothing_else_of_it(
    site: ClientSession, meta: ChannelAccount, keys: Keyring
) -> None:
    body = told(messages=[{"from": "39347", "id": "wamid.1", "type": "text", "text": {"body": "Hello"}}])
    async with site.post(path_of(meta, keys), data=body, headers=signed(body)) as answer:
        assert answer.status == 200
    assert await health() == (True, MONDAY, None)


async def test_what_meta_has_not_signed_is_not_heard(
    site: ClientSession, meta: ChannelAccount, keys: Keyring
) -> None:
    body = told(errors=[EXPIRED])
    shown = [
        {},
        signed(body + b" "),
        signed(body, "another secret of another app"),
        {"X-Hub-Signature-256": hmac.digest(META.app_secret.encode(), body, "sha256").hex()},
        {"X-Hub-Signature-256": "sha256=é"},
        {"X-Hub-Signature": f"sha1={hmac.digest(META.app_secret.encode(), body, 'sha1').hex()}"},
    ]
    for headers in shown:
        async with site.post(path_of(meta, keys), data=body, headers=headers) as answer:
            assert answer.status == 403
    assert await health() == (True, None, None)


async def test_what_is_told_of_another_number_or_cannot_be_read_is_answered_and_ignored(
    site: ClientSession, meta: ChannelAccount, keys: Keyring
) -> None:
    odd = [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"entry": {}}',
        b'{"entry": [{"changes": [null, {"field": "messages"}]}]}',
    ]
    odd += [told(number="1", errors=[EXPIRED]), told(statuses=[{"id": 1}, {"status": "lost"}], errors={})]
    for body in odd:
        async with site.post(path_of(meta, keys), data=body, headers=signed(body)) as answer:
            assert answer.status == 200, body
    assert await health() == (True, None, None)


async def test_what_twilio_has_signed_is_heard(
    site: ClientSession, twilio: ChannelAccount, keys: Keyring
) -> None:
    form = {"SmsStatus": "received", "Body": "Hello & goodbye é", "AccountSid": TWILIO.account_sid, "Empty": ""}
    headers = {"X-Twilio-Signature": signed_form(twilio, keys, form)}
    async with site.post(path_of(twilio, keys), data=form, headers=headers) as answer:
        assert answer.status == 200
    assert await health() == (True, MONDAY, None)


async def test_twilio_signs_all_of_the_address_at_which_it_tells_of_a_message(
    site: ClientSession, twilio: ChannelAccount, keys: Keyring
) -> None:
    form = {"SmsStatus": "received", "AccountSid": TWILIO.account_sid}
    path, query = path_of(twilio, keys), "?reference=17&%20=%C3%A9"
    headers = {"X-Twilio-Signature": signed_form(twilio, keys, form, query=query)}
    for other in ("", "?reference=18&%20=%C3%A9"):
        async with site.post(URL(path + other, encoded=True), data=form, headers=headers) as answer:
            assert answer.status == 403
    async with site.post(URL(path + query, encoded=True), data=form, headers=headers) as answer:
        assert answer.status == 200
    assert await health() == (True, MONDAY, None)


async def a_recipient(desk: Desk) -> CampaignRecipient:
    """One who has been sent a campaign's template under the id SM1."""
    campaign = await desk.campaign(now=MONDAY)
    contact = await desk.contact(1)
    return await CampaignRecipient.create(
        organization_id=campaign.organization_id,
        campaign=campaign,
        contact=contact,
        phone=contact.phone,
        status=MessageStatus.SENT,
        message_id="SM1",
    )


async def test_what_became_of_a_campaigns_messages_is_kept(
    site: ClientSession, organization: Organization, keys: Keyring
) -> None:
    desk = await a_desk(organization, keys)
    recipient = await a_recipient(desk)
    form = {"AccountSid": TWILIO.account_sid, "MessageSid": "SM1", "MessageStatus": "undelivered"}
    form |= {"ErrorCode": "63024"}
    headers = {"X-Twilio-Signature": signed_form(desk.account, keys, form)}
    async with site.post(path_of(desk.account, keys), data=form, headers=headers) as answer:
        assert answer.status == 200
    await recipient.refresh_from_db()
    assert (recipient.status, recipient.error) == (MessageStatus.FAILED, "63024")
    await ChannelAccount.all().update(
        provider=MessagingProvider.META, sealed_credentials=sealed(META, keys=keys)
    )
    await CampaignRecipient.all().update(status=MessageStatus.UNKNOWN, message_id=None)
    status = {"id": "wamid.1", "status": "read", "biz_opaque_callback_data": reference_of(recipient.id)}
    body = told(statuses=[{"id": "wamid.0", "status": "read"}, status])
    async with site.post(path_of(desk.account, keys), data=body, headers=signed(body)) as answer:
        assert answer.status == 200
    await recipient.refresh_from_db()
    assert (recipient.status, recipient.message_id) == (MessageStatus.READ, "wamid.1")


async def test_what_twilio_has_not_signed_is_not_heard(
    site: ClientSession, twilio: ChannelAccount, keys: Keyring
) -> None:
    form = {"SmsStatus": "received", "AccountSid": TWILIO.account_sid}
    good = signed_form(twilio, keys, form)
    cases: list[tuple[bytes, dict[str, str]]] = [
        (urlencode(form).encode(), {}),
        (urlencode({**form, "Body": "more"}).encode(), {"X-Twilio-Signature": good}),
        (urlencode(form).encode(), {"X-Twilio-Signature": signed_form(twilio, keys, form, "guessed")}),
        (urlencode(form).encode(), {"X-Twilio-Signature": "é"}),
        (b"\xff=\xff", {"X-Twilio-Signature": good}),
    ]
    for body, headers in cases:
        async with site.post(path_of(twilio, keys), data=body, headers=headers) as answer:
            assert answer.status == 403, body
    assert await health() == (True, None, None)


async def test_nothing_is_at_an_address_that_is_forged_or_of_a_number_that_is_disconnected(
    site: ClientSession, meta: ChannelAccount, keys: Keyring
) -> None:
    path, body = path_of(meta, keys), told(errors=[EXPIRED])
    forged = path[:-1] + ("A" if path[-1] != "A" else "B")
    for wrong in (
        forged,
        path + "A",
        "/channels/" + "A" * 40,
        "/channels/x",
        "/channels/%00",
        "/channels/%C3%A9",
    ):
        async with site.post(wrong, data=body, headers=signed(body)) as answer:
            assert answer.status == 404, wrong
    await ChannelAccount.filter(id=meta.id).update(deleted_at=MONDAY, sealed_credentials=None)
    async with site.post(path, data=body, headers=signed(body)) as answer:
        assert answer.status == 404
    assert await health() == (True, None, None)


async def test_a_body_that_is_too_large_is_not_read(
    site: ClientSession, meta: ChannelAccount, keys: Keyring
) -> None:
    body = b" " * (LARGEST_NEWS + 1)
    async with site.post(path_of(meta, keys), data=BytesIO(body), headers=signed(body)) as answer:
        assert answer.status == 413
