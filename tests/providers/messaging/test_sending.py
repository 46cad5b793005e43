"""Templates are sent by Meta and Twilio as they describe it, and what may have been sent is never taken for unsent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import orjson
import pytest
from aiohttp import web

from errors import AnswerLost, ProviderDown, ProviderRejected, SenderRejected
from providers.messaging.asking import Asker
from providers.messaging.fake import FakeMessages
from providers.messaging.meta import MetaMessages
from providers.messaging.protocol import Messages, ProvidedTemplate, TemplateMessage
from providers.messaging.twilio import TwilioMessages
from tests.providers.messaging.conftest import Answer, Provider
from tests.providers.messaging.descriptions import unlike
from tests.providers.messaging.test_listing import META, SID, TWILIO, asker

NEWS = "https://desk.example/channels/a-secret"
WAMID = "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBJCOTY3NDc0NDFDRUI3NTA0Q0UA"
SM = "SM" + "0e" * 16
TAKEN_BY_META = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": "+393331234567", "wa_id": "393331234567"}],
    "messages": [{"id": WAMID, "message_status": "accepted"}],
}
TAKEN_BY_TWILIO = {"sid": SM, "account_sid": TWILIO.account_sid, "status": "queued", "error_code": None}


def a_message(**values: Any) -> TemplateMessage:
    return TemplateMessage(
        **{
            "sender": "+39065550100",
            "to": "+393331234567",
            "template_id": SID,
            "name": "welcome_back",
            "language": "es-MX",
            "values": {"1": "Grace Guest", "2": "10 %"},
            "reference": "17",
            "news_url": NEWS,
            **values,
        }
    )


def by_meta(address: str, ask: Asker) -> Messages:
    return MetaMessages(META, asker=ask, graph=address)


def by_twilio(address: str, ask: Asker) -> Messages:
    return TwilioMessages(TWILIO, asker=ask, content=address, api=address)


Open = Callable[[str, Asker], Messages]
BOTH = pytest.mark.parametrize(
    ("open", "taken"),
    [(by_meta, TAKEN_BY_META), (by_twilio, TAKEN_BY_TWILIO)],
    ids=["meta", "twilio"],
)


def answering(status: int, said: Any, **headers: str) -> Answer:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response(said, status=status, headers=headers)

    return answer


async def test_meta_is_sent_what_it_describes(provider: Provider) -> None:
    asked: list[tuple[web.Request, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append((request, orjson.loads(await request.read())))
        return web.json_response(TAKEN_BY_META)

    messages = by_meta(await provider(answer), asker())
    assert await messages.send_template(a_message()) == WAMID
    [(request, body)] = asked
    assert (request.method, request.path) == ("POST", f"/v23.0/{META.phone_number_id}/messages")
    assert request.headers["Authorization"] == f"Bearer {META.access_token}"
    # The excerpt does not have this field, which the reference of its webhooks says is given back.
    assert body.pop("biz_opaque_callback_data") == "17"
    assert unlike(body, "meta", "TemplateMessage") == []
    assert unlike(TAKEN_BY_META, "meta", "MessageResponsePayload") == []
    assert body["template"] == {
        "name": "welcome_back",
        "language": {"policy": "deterministic", "code": "es_MX"},
        "components": [
            {
                "type": "body",
                "parameters": [{"type": "text", "text": "Grace Guest"}, {"type": "text", "text": "10 %"}],
            }
        ],
    }


async def test_meta_is_told_variables_that_have_names_by_them(provider: Provider) -> None:
    bodies: list[Any] = []

    async def answer(request: web.Request) -> web.Response:
        bodies.append(orjson.loads(await request.read()))
        return web.json_response(TAKEN_BY_META)

    messages = by_meta(await provider(answer), asker())
    await messages.send_template(a_message(values={"first_name": "Grace"}))
    await messages.send_template(a_message(values={}))
    [named, bare] = [body["template"]["components"] for body in bodies]
    assert named[0]["parameters"] == [{"type": "text", "text": "Grace", "parameter_name": "first_name"}]
    assert bare == []


async def test_twilio_is_sent_what_it_describes(provider: Provider) -> None:
    asked: list[tuple[web.Request, dict[str, str]]] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append((request, dict(parse_qsl(await request.text(), strict_parsing=True))))
        return web.json_response(TAKEN_BY_TWILIO, status=201)

    messages = by_twilio(await provider(answer), asker())
    assert await messages.send_template(a_message()) == SM
    await messages.send_template(a_message(values={}))
    [(request, form), (_, bare)] = asked
    path = f"/2010-04-01/Accounts/{TWILIO.account_sid}/Messages.json"
    assert (request.method, request.path) == ("POST", path)
    assert request.headers["Authorization"].startswith("Basic ")
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert unlike(form, "twilio", "CreateMessageRequest") == []
    assert unlike(TAKEN_BY_TWILIO, "twilio", "api.v2010.account.message") == []
    assert (form["To"], form["From"]) == ("whatsapp:+393331234567", "whatsapp:+39065550100")
    assert orjson.loads(form["ContentVariables"]) == {"1": "Grace Guest", "2": "10 %"}
    assert form["StatusCallback"] == f"{NEWS}?reference=17"
    assert "ContentVariables" not in bare


def graph_error(code: int) -> dict[str, Any]:
    said = {"error": {"message": "to +393331234567", "type": "OAuthException", "code": code}}
    assert unlike(said, "meta", "GraphAPIError") == []
    return said


@pytest.mark.parametrize(
    ("status", "said", "expected"),
    [
        (400, graph_error(131026), ProviderRejected),
        (400, graph_error(132018), ProviderRejected),
        (400, graph_error(132012), SenderRejected),
        (404, graph_error(132001), SenderRejected),
        (401, graph_error(190), SenderRejected),
        (403, graph_error(131031), SenderRejected),
        (400, graph_error(130429), ProviderDown),
        (400, graph_error(131056), ProviderDown),
        (400, {}, ProviderRejected),
        (302, {}, ProviderRejected),
    ],
)
async def test_whom_meta_refuses_is_told_apart(
    provider: Provider, status: int, said: Any, expected: type[Exception]
) -> None:
    address = await provider(answering(status, said, Location="/elsewhere"))
    with pytest.raises(expected) as raised:
        await by_meta(address, asker()).send_template(a_message())
    assert type(raised.value) is expected
    assert "393331234567" not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, 21211, ProviderRejected),
        (400, 21656, ProviderRejected),
        (400, 63007, SenderRejected),
        (401, 20003, SenderRejected),
        (302, 0, ProviderRejected),
    ],
)
async def test_whom_twilio_refuses_is_told_apart(
    provider: Provider, status: int, code: int, expected: type[Exception]
) -> None:
    said = {"code": code, "message": "to +393331234567", "status": status}
    address = await provider(answering(status, said, Location="/elsewhere"))
    with pytest.raises(expected) as raised:
        await by_twilio(address, asker()).send_template(a_message())
    assert type(raised.value) is expected
    assert str(raised.value) == f"Twilio refuses: {code}"


@BOTH
@pytest.mark.parametrize("status", [408, 429, 503])
async def test_who_asks_to_wait_has_sent_nothing(
    provider: Provider, open: Open, taken: Any, status: int
) -> None:
    address = await provider(answering(status, {}, **{"Retry-After": "7"}))
    with pytest.raises(ProviderDown) as raised:
        await open(address, asker()).send_template(a_message())
    assert raised.value.retry_after_seconds == 7


@BOTH
async def test_who_is_not_there_has_sent_nothing(provider: Provider, open: Open, taken: Any) -> None:
    with pytest.raises(ProviderDown):
        await open("http://127.0.0.1:9", asker()).send_template(a_message())
    with pytest.raises(ProviderRejected):
        await open("http://127.0.0.1:9", Asker()).send_template(a_message())


@BOTH
@pytest.mark.parametrize("status", [500, 502, 504])
async def test_who_fails_may_have_sent_it(provider: Provider, open: Open, taken: Any, status: int) -> None:
    address = await provider(answering(status, {}))
    with pytest.raises(AnswerLost):
        await open(address, asker()).send_template(a_message())


@BOTH
async def test_who_hangs_up_may_have_sent_it(provider: Provider, open: Open, taken: Any) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    with pytest.raises(AnswerLost):
        await open(await provider(answer), asker()).send_template(a_message())


@BOTH
async def test_who_never_answers_may_have_sent_it(provider: Provider, open: Open, taken: Any) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    with pytest.raises(AnswerLost):
        await open(await provider(answer), asker(seconds=0.3)).send_template(a_message())


@BOTH
@pytest.mark.parametrize("said", [{}, [], {"messages": [{}]}, {"messages": [{"id": 1}]}, {"sid": ""}, None])
async def test_an_answer_that_names_no_message_is_lost(
    provider: Provider, open: Open, taken: Any, said: Any
) -> None:
    address = await provider(answering(200, said))
    with pytest.raises(AnswerLost):
        await open(address, asker()).send_template(a_message())


@BOTH
async def test_an_answer_that_is_too_large_is_lost(provider: Provider, open: Open, taken: Any) -> None:
    address = await provider(answering(200, {**taken, "more": "x" * 10_000}))
    with pytest.raises(AnswerLost):
        await open(address, asker(most_bytes=5_000)).send_template(a_message())


async def test_the_fake_takes_what_providers_would() -> None:
    fake = FakeMessages()
    welcome = {"id": SID, "name": "welcome_back", "language": "es-MX", "body": "{{1}}, {{2}}"}
    fake.templates = [ProvidedTemplate(**welcome, variables=("1", "2"), status="APPROVED")]
    fake.unreachable = {"+393330000000"}
    first, second = [await fake.send_template(a_message()) for _ in range(2)]
    assert first != second
    for bad in ({"values": {"1": "Grace"}}, {"values": {"1": "", "2": "x"}}, {"to": "+393330000000"}):
        with pytest.raises(ProviderRejected) as raised:
            await fake.send_template(a_message(**bad))
        assert type(raised.value) is ProviderRejected
    fake.templates = [ProvidedTemplate(**welcome, variables=("1", "2"), status="PAUSED")]
    with pytest.raises(SenderRejected):
        await fake.send_template(a_message())
    assert len(fake.sent) == 2
