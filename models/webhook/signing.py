"""How what is sent is signed: the symmetric scheme of Standard Webhooks (https://www.standardwebhooks.com)."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from hmac import digest

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """A secret as receivers' libraries expect it: its bytes in Base64, behind a prefix."""
    return PREFIX + b64encode(secrets.token_bytes(_BYTES)).decode()


def signed_headers(body: bytes, *, message_id: str, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """The headers that prove the body, one signature for each secret; the moment is signed with it, so that nobody
    can send it again later."""
    timestamp = str(int(now.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    return "v1," + b64encode(digest(b64decode(secret.removeprefix(PREFIX)), signed, "sha256")).decode()
