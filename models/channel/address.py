"""The secret address at which a provider tells us what happens at an account.

It is derived, so that nothing is stored that could be read out of the database, and nobody can guess another one's.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from models.channel.account import ChannelAccount
from models.keyring import Keyring

_ID_BYTES, _TAG_BYTES = 8, 22
_LENGTH = (_ID_BYTES + _TAG_BYTES) // 3 * 4
PATH = "/channels/"


def webhook_url(account_id: int, *, keys: Keyring, public_url: str) -> str:
    return f"{public_url}{PATH}{_secret(account_id, keys=keys)}"


async def account_at(secret: str, *, keys: Keyring) -> ChannelAccount | None:
    """The account whose address has this secret; None for one that is forged or disconnected. What was not made here is
    told apart before the database is asked."""
    account_id = _named(secret)
    if account_id is None or not hmac.compare_digest(_secret(account_id, keys=keys).encode(), secret.encode()):
        return None
    return await ChannelAccount.get_or_none(id=account_id, deleted_at__isnull=True)


def _secret(account_id: int, *, keys: Keyring) -> str:
    fixed = account_id.to_bytes(_ID_BYTES, "big")
    return urlsafe_b64encode(fixed + keys.sign("channel-webhook", fixed)[:_TAG_BYTES]).decode()


def _named(secret: str) -> int | None:
    """Unproven."""
    if len(secret) != _LENGTH or not secret.isascii():
        return None
    try:
        return int.from_bytes(urlsafe_b64decode(secret)[:_ID_BYTES], "big")
    except ValueError:
        return None
