"""What providers tell by webhook is read as they describe it, and only what they have signed is theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from providers.messaging import meta_news, twilio_news
from providers.messaging.protocol import Delivered, Delivery, News
from tests.providers.messaging.test_listing import META, TWILIO


def told(*statuses: dict[str, Any]) -> bytes:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": META.phone_number_id},
        "statuses": [{"timestamp": "1749416383", "recipient_id": "16505551234", **one} for one in statuses],
    }
    return orjson.dumps({"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]})


def test_meta_tells_how_far_messages_have_come() -> None:
    failed = [{"code": 131026, "title": "Message undeliverable", "error_data": {"details": "to +16505551234"}}]
    body = told(
        {"id": "wamid.1", "status": "sent"},
        {"id": "wamid.1", "status": "delivered"},
        {"id": "wamid.2", "status": "read"},
        {"id": "wamid.3", "status": "failed", "errors": failed},
        {"id": "wamid.4", "status": "deleted"},
    )
    assert meta_news.read_news(body, META).deliveries == (
        Delivery("wamid.1", Delivered.SENT),
        Delivery("wamid.1", Delivered.DELIVERED),
        Delivery("wamid.2", Delivered.READ),
        Delivery("wamid.3", Delivered.FAILED, "131026 Message undeliverable"),
    )


@pytest.mark.parametrize(
    ("status", "how"),
    [("sent", Delivered.SENT), ("delivered", Delivered.DELIVERED), ("undelivered", Delivered.FAILED)],
)
def test_twilio_tells_how_far_a_message_has_come(status: str, how: Delivered) -> None:
    sid = "SM" + "0e" * 16
    form = {"AccountSid": TWILIO.account_sid, "MessageSid": sid, "MessageStatus": status}
    if how is Delivered.FAILED:
        form |= {"ErrorCode": "63016"}
    error = "63016" if how is Delivered.FAILED else None
    news = twilio_news.read_news(urlencode(form).encode(), TWILIO)
    assert news == News(deliveries=(Delivery(sid, how, error),))


def test_what_is_told_of_a_message_names_our_reference_of_it() -> None:
    body = told(
        {"id": "wamid.1", "status": "sent", "biz_opaque_callback_data": "17"},
        {"id": "wamid.2", "status": "failed", "biz_opaque_callback_data": 18},
        {"id": "wamid.3", "status": "read", "biz_opaque_callback_data": "x" * 201},
    )
    assert [one.reference for one in meta_news.read_news(body, META).deliveries] == ["17", None, None]
    form = {"AccountSid": TWILIO.account_sid, "MessageSid": "SM1", "MessageStatus": "sent"}
    news = twilio_news.read_news(urlencode(form).encode(), TWILIO, reference="17")
    assert [one.reference for one in news.deliveries] == ["17"]


def test_what_twilio_tells_of_another_account_or_is_still_on_its_way_is_nothing() -> None:
    other = {"AccountSid": "AC" + "0f" * 16, "MessageSid": "SM1", "MessageStatus": "sent"}
    queued = {"AccountSid": TWILIO.account_sid, "MessageSid": "SM1", "MessageStatus": "queued"}
    for form in (other, queued, {}):
        assert twilio_news.read_news(urlencode(form).encode(), TWILIO) == News()


def test_the_signature_is_the_one_of_twilios_own_example() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE",
        "From": "+12349013030",
        "To": "+18005551212",
        "Caller": "+12349013030",
        "Digits": "1234",
    }
    url, body = "https://mycompany.com/myapp.php?foo=1&bar=2", urlencode(form).encode()
    known = replace(TWILIO, auth_token="12345")
    assert twilio_news.is_signed(url, body, "0/KCTR6DLpKmkAf8muzZqo1nDgQ=", known)
    assert not twilio_news.is_signed(url + "1", body, "0/KCTR6DLpKmkAf8muzZqo1nDgQ=", known)
    assert not twilio_news.is_signed(url, body, "0/KCTR6DLpKmkAf8muzZqo1nDgQ=", TWILIO)
