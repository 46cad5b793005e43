"""What Twilio sends to the webhook of a number, and how it is known that it is Twilio.

https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from urllib.parse import parse_qsl

from providers.messaging.protocol import Delivered, Delivery, News, TwilioCredentials

_HOW = {
    "sent": Delivered.SENT,
    "delivered": Delivered.DELIVERED,
    "read": Delivered.READ,
    "failed": Delivered.FAILED,
    "undelivered": Delivered.FAILED,
    "canceled": Delivered.FAILED,
}
_LONGEST = 200
MOST_FIELDS = 1_000
REFERENCE = "reference"
"""The part of the address at which it is told what became of one message."""


def is_signed(url: str, body: bytes, signature: str, credentials: TwilioCredentials) -> bool:
    """Whether the X-Twilio-Signature is over this form, sent to this address as Twilio knows it."""
    form = _form(body)
    if form is None:
        return False
    # Of a name that comes several times, each value once, in order.
    said = "".join(name + value for name, value in sorted(set(form)))
    expected = b64encode(hmac.digest(credentials.auth_token.encode(), (url + said).encode(), "sha1"))
    return hmac.compare_digest(signature.encode(errors="surrogatepass"), expected)


def read_news(body: bytes, credentials: TwilioCredentials, *, reference: str | None = None) -> News:
    """What is told of this account; of a message, at the address that has its reference. What is not understood is
    nothing."""
    form = dict(_form(body) or ())
    if form.get("AccountSid") != credentials.account_sid:
        return News()
    id, status = form.get("MessageSid"), form.get("MessageStatus", "")
    if id and status in _HOW:
        return News(deliveries=(Delivery(id[:_LONGEST], _HOW[status], _error(form), reference),))
    return News(has_messages=form.get("SmsStatus") == "received")


def _error(form: dict[str, str]) -> str | None:
    code = form.get("ErrorCode")
    return f"{code} {form.get('ErrorMessage', '')}".strip()[:_LONGEST] if code else None


def _form(body: bytes) -> list[tuple[str, str]] | None:
    try:
        return parse_qsl(
            body.decode(),
            keep_blank_values=True,
            strict_parsing=bool(body),
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        return None
