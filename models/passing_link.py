"""Links that are good for some minutes: what they are for stands in them, signed, and nothing is stored.

Whoever holds one is served, so what it is for names also the one whom it was made for, and whoever serves it looks
again whether they may still have it.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

from models.keyring import Keyring

_TAG_BYTES = 24
_TIME_BYTES = 5
_LONGEST = 512  # characters of a token, which are as much as anybody has to look at


class BadLink(Exception):
    """The token is forged, or of another purpose."""


class PastLink(BadLink):
    """The token was good until lately."""


def token_for(content: str, *, purpose: str, until: datetime, keys: Keyring) -> str:
    """A url-safe token that says `content` to whoever reads it for the same purpose before `until`, in whole seconds.

    It is the same one each time, and not secret as such: anybody can read what it says.
    """
    fixed = int(until.timestamp()).to_bytes(_TIME_BYTES, "big") + content.encode()
    return urlsafe_b64encode(fixed + keys.sign(_key(purpose), fixed)[:_TAG_BYTES]).decode().rstrip("=")


def content_of(token: str, *, purpose: str, keys: Keyring, now: datetime) -> str:
    """What the token says; raises BadLink, and PastLink where its time is over."""
    content, until = _unproven(token)
    expected = token_for(content, purpose=purpose, until=until, keys=keys)
    # Comparing whole tokens, not tags, leaves every content exactly one spelling.
    if not hmac.compare_digest(expected.encode(), token.encode()):
        raise BadLink
    if until <= now:
        raise PastLink
    return content


def _key(purpose: str) -> str:
    return f"passing-link {purpose}"


def _unproven(token: str) -> tuple[str, datetime]:
    if len(token) > _LONGEST or not token.isascii():
        raise BadLink
    try:
        fixed = urlsafe_b64decode(token + "=" * (-len(token) % 4))[:-_TAG_BYTES]
        until = datetime.fromtimestamp(int.from_bytes(fixed[:_TIME_BYTES], "big"), UTC)
        return fixed[_TIME_BYTES:].decode(), until
    except (ValueError, OverflowError, OSError):
        raise BadLink from None
