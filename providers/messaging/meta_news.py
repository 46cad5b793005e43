"""What Meta sends to the webhook of a WhatsApp number, and how it is known that it is Meta.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from providers.messaging.protocol import Delivered, Delivery, MetaCredentials, News

_HOW = {
    "sent": Delivered.SENT,
    "delivered": Delivered.DELIVERED,
    "read": Delivered.READ,
    "played": Delivered.READ,
    "failed": Delivered.FAILED,
}
_LONGEST = 200


def challenge_of(asked: Mapping[str, str], credentials: MetaCredentials) -> str | None:
    """What to answer when Meta asks whether the address is ours; None where it does not know the word."""
    token = asked.get("hub.verify_token", "")
    if asked.get("hub.mode") != "subscribe" or not _same(token, credentials.verify_token):
        return None
    return asked.get("hub.challenge", "")[:_LONGEST]


def is_signed(body: bytes, signature: str, credentials: MetaCredentials) -> bool:
    """Whether the X-Hub-Signature-256 is over this body, to the byte."""
    expected = hmac.digest(credentials.app_secret.encode(), body, "sha256").hex()
    return _same(signature, f"sha256={expected}")


def read_news(body: bytes, credentials: MetaCredentials) -> News:
    """What is told of this number: an app hears of all of its numbers at once. What is not understood is nothing."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return News()
    values = [value for value in _values(told) if _is_of(value, credentials)]
    return News(
        deliveries=tuple(
            one for value in values for status in _each(value, "statuses") for one in _read(status)
        ),
        troubles=tuple(_error(error) for value in values for error in _each(value, "errors")),
        has_messages=any(True for value in values for _ in _each(value, "messages")),
    )


def _values(told: Any) -> Iterator[Mapping[str, Any]]:
    for entry in _each(told, "entry"):
        for change in _each(entry, "changes"):
            if change.get("field") == "messages" and isinstance(change.get("value"), dict):
                yield change["value"]


def _is_of(value: Mapping[str, Any], credentials: MetaCredentials) -> bool:
    metadata = value.get("metadata")
    return isinstance(metadata, dict) and metadata.get("phone_number_id") == credentials.phone_number_id


def _read(status: Mapping[str, Any]) -> Iterator[Delivery]:
    id, how = status.get("id"), status.get("status")
    if isinstance(id, str) and isinstance(how, str) and how in _HOW:
        error = next((_error(one) for one in _each(status, "errors")), None)
        reference = status.get("biz_opaque_callback_data")
        known = reference if isinstance(reference, str) and len(reference) <= _LONGEST else None
        yield Delivery(id[:_LONGEST], _HOW[how], error, known)


def _error(error: Mapping[str, Any]) -> str:
    """Its number, and its title: the details may repeat what was said to whom."""
    title = error.get("title") or error.get("message")
    return f"{error.get('code', '')} {title or 'Unknown error'}".strip()[:_LONGEST]


def _each(of: Any, name: str) -> list[Mapping[str, Any]]:
    """The objects of a list that should be there."""
    found = of.get(name) if isinstance(of, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _same(shown: str, expected: str) -> bool:
    return hmac.compare_digest(shown.encode(errors="surrogatepass"), expected.encode())
