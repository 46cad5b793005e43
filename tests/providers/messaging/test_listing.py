"""Templates are listed at Meta and Twilio, here by servers on the loopback that answer as the providers' descriptions
say."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from aiohttp import web

from errors import ProviderDown, ProviderRejected
from providers.fetching import LOOPBACK_TOO
from providers.messaging.asking import Asker
from providers.messaging.meta import MetaMessages
from providers.messaging.protocol import MetaCredentials, ProvidedTemplate, TwilioCredentials
from providers.messaging.twilio import TwilioMessages
from tests.providers.messaging.conftest import Provider

META = MetaCredentials(
    phone_number_id="106540352242922",
    business_account_id="102290129340398",
    access_token="EAAJB-a-token-of-a-system-user",
    app_secret="0123456789abcdef0123456789abcdef",
    verify_token="a-word-of-our-choice",
)
TWILIO = TwilioCredentials(account_sid="AC" + "0a" * 16, auth_token="fedcba9876543210fedcba9876543210")
PROMO = {
    "name": "2023_april_promo",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Fall Sale"},
        {"type": "BODY", "text": "Hi {{1}}, use {{2}}!", "example": {"body_text": [["Mark", "FALL25"]]}},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Stop promotions"}]},
    ],
    "language": "en_US",
    "status": "REJECTED",
    "category": "MARKETING",
    "id": "920070352646140",
}
WELCOME = {
    "name": "welcome",
    "components": [],
    "language": "it",
    "status": "APPROVED",
    "id": "1192339204654487",
}
SID = "HX" + "0b" * 16
CONTENT = {
    "sid": SID,
    "account_sid": TWILIO.account_sid,
    "friendly_name": "welcome_back",
    "language": "es_MX",
    "variables": {"1": "Mark"},
    "types": {"twilio/text": {"body": "Hola {{1}}"}},
    "approval_requests": {"name": "welcome_back", "category": "UTILITY", "status": "approved"},
}


def asker(**limits: Any) -> Asker:
    return Asker(addresses=LOOPBACK_TOO, **limits)


async def test_meta_lists_every_page_for_who_shows_the_token(provider: Provider) -> None:
    asked: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request)
        if "after" not in request.query:
            paging = {
                "cursors": {"before": "MAZDZD", "after": "MjQZD"},
                "next": "https://elsewhere.example/steal",
            }
            return web.json_response({"data": [PROMO], "paging": paging})
        return web.json_response({"data": [WELCOME], "paging": {"cursors": {"before": "b", "after": "c"}}})

    found = await MetaMessages(META, asker=asker(), graph=await provider(answer)).list_templates()
    assert found == [
        ProvidedTemplate(
            id="920070352646140",
            name="2023_april_promo",
            language="en-US",
            body="Hi {{1}}, use {{2}}!",
            variables=("1", "2"),
            status="REJECTED",
        ),
        ProvidedTemplate(
            id="1192339204654487", name="welcome", language="it", body="", variables=(), status="APPROVED"
        ),
    ]
    assert [one.path for one in asked] == ["/v23.0/102290129340398/message_templates"] * 2
    assert asked[1].query["after"] == "MjQZD"
    assert {one.headers["Authorization"] for one in asked} == {f"Bearer {META.access_token}"}


async def test_twilio_lists_every_page_and_follows_no_address_with_its_token(provider: Provider) -> None:
    asked: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request)
        first = "PageToken" not in request.query
        following = "https://elsewhere.example/v1/ContentAndApprovals?PageSize=500&Page=1&PageToken=DNH"
        raw = {**CONTENT, "sid": "HX" + "0c" * 16, "approval_requests": None, "variables": None}
        meta = {"next_page_url": following if first else None, "key": "contents", "page_size": 500}
        return web.json_response({"contents": [CONTENT if first else raw], "meta": meta})

    found = await TwilioMessages(TWILIO, asker=asker(), content=await provider(answer)).list_templates()
    assert found[0] == ProvidedTemplate(
        id=SID, name="welcome_back", language="es-MX", body="Hola {{1}}", variables=("1",), status="APPROVED"
    )
    assert (found[1].status, found[1].variables) == ("UNSUBMITTED", ("1",))
    assert [one.path for one in asked] == ["/v1/ContentAndApprovals"] * 2
    pair = b64encode(f"{TWILIO.account_sid}:{TWILIO.auth_token}".encode()).decode()
    assert {one.headers["Authorization"] for one in asked} == {f"Basic {pair}"}


TOKEN = {"error": {"message": "of EAAJB-…", "type": "OAuthException", "code": 190}}
SLOWER = {"error": {"message": "Rate limit hit", "type": "OAuthException", "code": 80007}}
PASSING = {"error": {"message": "Try later", "type": "GraphMethodException", "code": 77, "is_transient": True}}


@pytest.mark.parametrize(
    ("status", "said", "expected"),
    [
        (401, TOKEN, ProviderRejected),
        (400, SLOWER, ProviderDown),
        (400, PASSING, ProviderDown),
        (400, {}, ProviderRejected),
        (200, [], ProviderRejected),
        (302, {}, ProviderRejected),
        (429, {}, ProviderDown),
        (503, {}, ProviderDown),
    ],
)
async def test_whether_to_ask_again_is_told_apart(
    provider: Provider, status: int, said: Any, expected: type[Exception]
) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response(said, status=status, headers={"Retry-After": "7", "Location": "/elsewhere"})

    address = await provider(answer)
    with pytest.raises(expected) as raised:
        await MetaMessages(META, asker=asker(), graph=address).list_templates()
    assert "EAAJB" not in str(raised.value)
    if status >= 429:
        assert getattr(raised.value, "retry_after_seconds", None) == 7
    with pytest.raises((ProviderDown, ProviderRejected)):
        await TwilioMessages(TWILIO, asker=asker(), content=address).list_templates()


async def test_an_answer_that_never_ends_or_is_too_large_is_none(provider: Provider) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" " * 65_536)

    address = await provider(slow)
    with pytest.raises(ProviderRejected):
        await MetaMessages(META, asker=asker(most_bytes=1_000_000), graph=address).list_templates()


async def test_who_is_not_there_is_down_and_our_own_network_is_not_asked(provider: Provider) -> None:
    with pytest.raises(ProviderDown):
        await MetaMessages(META, asker=asker(), graph="http://127.0.0.1:9").list_templates()

    async def answer(request: web.Request) -> web.Response:
        raise AssertionError("asked")

    with pytest.raises(ProviderRejected):
        await MetaMessages(META, asker=Asker(), graph=await provider(answer)).list_templates()
