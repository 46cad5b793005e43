"""Secret calendars: the address under which an agent, or a guest, has all their meetings in a calendar program.

Whoever knows the address reads them, without signing in, so it can be renewed, and taken away. It is derived: nothing
is stored that could be read out of the database, and everybody has one from the beginning.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from tortoise import fields

from models.agent.agent import Agent
from models.base import Owned
from models.contact import Contact
from models.keyring import Keyring
from models.transactions import Transaction

Reader = Agent | Contact

_KINDS: dict[str, type[Reader]] = {"a": Agent, "g": Contact}
_ID_BYTES, _KEY_BYTES, _TAG_BYTES = 8, 4, 24
_LENGTH = 1 + (_ID_BYTES + _KEY_BYTES + _TAG_BYTES) // 3 * 4


class CalendarFeed(Owned):
    """How often somebody's address was renewed (`key`), and whether they have one; who has no row has their first."""

    agent: fields.OneToOneNullableRelation[Agent] = fields.OneToOneField(
        "frontdesk.Agent", related_name=False, null=True, on_delete=fields.CASCADE
    )
    agent_id: int | None
    contact: fields.OneToOneNullableRelation[Contact] = fields.OneToOneField(
        "frontdesk.Contact", related_name=False, null=True, on_delete=fields.CASCADE
    )
    contact_id: int | None
    key = fields.IntField(default=0)
    is_revoked = fields.BooleanField(default=False)

    class Meta:
        table = "calendar_feed"

    @classmethod
    async def of(cls, reader: Reader) -> CalendarFeed | None:
        return await cls.get_or_none(**{f"{_column(reader)}": reader.id})


async def calendar_url(reader: Reader, *, keys: Keyring, public_url: str) -> str | None:
    """The reader's address; None where it was revoked."""
    feed = await CalendarFeed.of(reader)
    if feed is not None and feed.is_revoked:
        return None
    return f"{public_url}/calendars/{_secret(reader, feed.key if feed else 0, keys=keys)}.ics"


async def renew_feed(tx: Transaction, reader: Reader) -> None:
    """Give the reader a new address, and make the one before worthless; part of a verb."""
    await _turn(tx, reader, is_revoked=False)


async def revoke_feed(tx: Transaction, reader: Reader) -> None:
    """Leave the reader without an address until it is renewed; part of a verb."""
    await _turn(tx, reader, is_revoked=True)


async def _turn(tx: Transaction, reader: Reader, *, is_revoked: bool) -> None:
    column = _column(reader)
    await tx.rows(
        f"INSERT INTO calendar_feed (organization_id, {column}, key, is_revoked) VALUES (%s, %s, 1, %s)"
        f" ON CONFLICT ({column}) DO UPDATE SET key = calendar_feed.key + 1, is_revoked = excluded.is_revoked",
        reader.organization_id, reader.id, is_revoked,
    )  # fmt: skip


async def reader_of(secret: str, *, keys: Keyring) -> Reader | None:
    """Whose address has this secret; None for one that is forged, was renewed or revoked, or is of an agent who is no
    longer active. What was not made here is told apart before the database is asked."""
    kind, id, key = _named(secret)
    if kind is None or not hmac.compare_digest(_signed(kind, id, key, keys=keys).encode(), secret.encode()):
        return None
    reader: Reader | None = await _KINDS[kind].filter(id=id).select_related("organization").first()
    if reader is None or (isinstance(reader, Agent) and not reader.is_active):
        return None
    feed = await CalendarFeed.of(reader)
    current, is_revoked = (feed.key, feed.is_revoked) if feed else (0, False)
    return None if is_revoked or current != key else reader


def _column(reader: Reader) -> str:
    return "agent_id" if isinstance(reader, Agent) else "contact_id"


def _secret(reader: Reader, key: int, *, keys: Keyring) -> str:
    return _signed("a" if isinstance(reader, Agent) else "g", reader.id, key, keys=keys)


def _signed(kind: str, id: int, key: int, *, keys: Keyring) -> str:
    fixed = id.to_bytes(_ID_BYTES, "big") + key.to_bytes(_KEY_BYTES, "big")
    tag = keys.sign("calendar-feed", kind.encode() + fixed)[:_TAG_BYTES]
    return kind + urlsafe_b64encode(fixed + tag).decode()


def _named(secret: str) -> tuple[str | None, int, int]:
    """What a secret says of itself, unproven."""
    if len(secret) != _LENGTH or secret[0] not in _KINDS:
        return None, 0, 0
    try:
        fixed = urlsafe_b64decode(secret[1:].encode("ascii"))[:-_TAG_BYTES]
    except ValueError:
        return None, 0, 0
    return secret[0], int.from_bytes(fixed[:_ID_BYTES], "big"), int.from_bytes(fixed[_ID_BYTES:], "big")
