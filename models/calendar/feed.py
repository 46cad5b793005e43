"""Secret calendars: the address under which an agent, or a guest, has all their meetings in a calendar program.

Whoever knows the address reads them, without signing in, so it can be renewed, and taken away. It is derived: nothing
is stored that could be read out of the database, and everybody has one from the beginning. A guest is whoever an e-mail
address belongs to: every contact that has it. A contact with another one has another calendar.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from tortoise import fields

from models.agent.agent import Agent
from models.base import Owned
from models.contact.contact import Contact
from models.keyring import Keyring
from models.transactions import Transaction

Reader = Agent | Contact

_KINDS: dict[str, type[Reader]] = {"a": Agent, "g": Contact}
_ID_BYTES, _KEY_BYTES, _MARK_BYTES, _TAG_BYTES = 8, 4, 6, 24
_LENGTH = 1 + (_ID_BYTES + _KEY_BYTES + _MARK_BYTES + _TAG_BYTES) // 3 * 4


class CalendarFeed(Owned):
    """How often the address of an agent's calendar, or of a guest's, was renewed (`key`), and whether there is one; who
    has no row has their first."""

    agent: fields.OneToOneNullableRelation[Agent] = fields.OneToOneField(
        "frontdesk.Agent", related_name=False, null=True, on_delete=fields.CASCADE
    )
    agent_id: int | None
    email = fields.CharField(max_length=320, null=True)
    key = fields.IntField(default=0)
    is_revoked = fields.BooleanField(default=False)

    class Meta:
        table = "calendar_feed"
        unique_together = (("organization_id", "email"),)

    @classmethod
    async def of(cls, reader: Reader) -> CalendarFeed | None:
        if isinstance(reader, Agent):
            return await cls.get_or_none(agent_id=reader.id)
        return await cls.get_or_none(organization_id=reader.organization_id, email=reader.email)


async def calendar_url(reader: Reader, *, keys: Keyring, public_url: str) -> str | None:
    """The reader's address; None where it was revoked, and of a contact without an e-mail address."""
    if isinstance(reader, Contact) and reader.email is None:
        return None
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
    agent_id, email = (reader.id, None) if isinstance(reader, Agent) else (None, reader.email)
    place = "agent_id" if agent_id else "organization_id, email"
    await tx.rows(
        "INSERT INTO calendar_feed (organization_id, agent_id, email, key, is_revoked) VALUES (%s, %s, %s, 1, %s)"
        f" ON CONFLICT ({place}) DO UPDATE SET key = calendar_feed.key + 1, is_revoked = excluded.is_revoked",
        reader.organization_id, agent_id, email, is_revoked,
    )  # fmt: skip


async def reader_of(secret: str, *, keys: Keyring) -> Reader | None:
    """Whose address has this secret; None for one that is forged, was renewed or revoked, or is of an agent who is no
    longer active. What was not made here is told apart before the database is asked."""
    named = _named(secret)
    if named is None or not hmac.compare_digest(_signed(named, keys=keys).encode(), secret.encode()):
        return None
    reader: Reader | None = await _KINDS[named.kind].filter(id=named.id).select_related("organization").first()
    if reader is None or (isinstance(reader, Agent) and not reader.is_active):
        return None
    feed = await CalendarFeed.of(reader)
    current = _named(_secret(reader, feed.key if feed else 0, keys=keys))
    return None if current != named or (feed is not None and feed.is_revoked) else reader


@dataclass(frozen=True, slots=True)
class _Named:
    """What a secret says of itself: whose it is, and the e-mail address that a guest had, as its mark."""

    kind: str
    id: int
    key: int
    mark: bytes


def _secret(reader: Reader, key: int, *, keys: Keyring) -> str:
    if isinstance(reader, Agent):
        return _signed(_Named("a", reader.id, key, bytes(_MARK_BYTES)), keys=keys)
    mark = keys.sign("calendar-feed-address", (reader.email or "").encode())[:_MARK_BYTES]
    return _signed(_Named("g", reader.id, key, mark), keys=keys)


def _signed(named: _Named, *, keys: Keyring) -> str:
    fixed = named.id.to_bytes(_ID_BYTES, "big") + named.key.to_bytes(_KEY_BYTES, "big") + named.mark
    tag = keys.sign("calendar-feed", named.kind.encode() + fixed)[:_TAG_BYTES]
    return named.kind + urlsafe_b64encode(fixed + tag).decode()


def _named(secret: str) -> _Named | None:
    """Unproven."""
    if len(secret) != _LENGTH or secret[0] not in _KINDS:
        return None
    try:
        fixed = urlsafe_b64decode(secret[1:].encode("ascii"))[:-_TAG_BYTES]
    except ValueError:
        return None
    id, rest = fixed[:_ID_BYTES], fixed[_ID_BYTES:]
    return _Named(
        secret[0], int.from_bytes(id, "big"), int.from_bytes(rest[:_KEY_BYTES], "big"), rest[_KEY_BYTES:]
    )
