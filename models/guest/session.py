"""Sessions of guests who have shown that an address is theirs."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from tortoise import connections, fields

from errors import Unauthenticated
from models.actor import SignedInGuest
from models.base import Owned, columns_of, row_of, width_of
from models.contact.contact import Contact, others_of
from models.contact.details import GuestDetails
from models.contact.recognising import locks_of
from models.guest.code import use_code
from models.keyring import Keyring, fingerprint
from models.organization.organization import Organization
from models.recognition import Recognition, rows
from models.transactions import transaction
from models.writing import each_of

PREFIX = "gs_"
LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Opened:
    """What the guest keeps, and whom it stands for."""

    token: str
    actor: SignedInGuest


class GuestSession(Owned):
    """The token is kept as a fingerprint, by nobody but its guest whole."""

    email = fields.CharField(max_length=320)
    token_hash = fields.CharField(max_length=64, unique=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "guest_session"
        indexes = (("expires_at",),)

    @classmethod
    async def open(cls, slug: str, email: str, code: str, *, keys: Keyring, now: datetime) -> Opened:
        """Begin a session by a code. Who has been unknown so far becomes a contact, called as their address is.

        Refuses NotFound and Invalid, with the same words whatever was wrong.
        """
        organization, email = await use_code(slug, email, code, keys=keys, now=now)
        token = PREFIX + secrets.token_urlsafe(32)
        await _recognise(organization, email)
        async with transaction():
            await cls.create(
                organization_id=organization.id,
                email=email,
                token_hash=fingerprint(token),
                created_at=now,
                expires_at=now + LIFETIME,
            )
        return Opened(token, await cls.recognise(token, now=now))

    @classmethod
    async def recognise(cls, token: str, *, now: datetime) -> SignedInGuest:
        """The guest whose token this is; refuses Unauthenticated when it is forged, has expired or was ended, or the
        address is nobody's any more."""
        guest = await cls._guest_of(fingerprint(token), now=now) if token.isascii() else None
        if guest is None:
            raise Unauthenticated("You are signed out: ask for another code.")
        return guest

    @classmethod
    async def reopened(cls, id: int, *, now: datetime) -> SignedInGuest | None:
        """The guest whose session it is, while it lasts."""
        session = await cls.get_or_none(id=id)
        return None if session is None else await cls._guest_of(session.token_hash, now=now)

    @classmethod
    async def _guest_of(cls, token_hash: str, *, now: datetime) -> SignedInGuest | None:
        found = await _guests.ask(token_hash)
        session = row_of(cls, found[0][1 : 1 + width_of(cls)]) if found else None
        if session is None or session.expires_at <= now:
            return None
        contacts = [row_of(Contact, values[1 + width_of(cls) :]) for values in found]
        return SignedInGuest(
            contact=contacts[0],
            meeting_id=None,
            conversation_id=None,
            is_verified=True,
            session_id=session.id,
            email=session.email,
            expires_at=session.expires_at,
            all_ids=frozenset(one.id for one in contacts).union(*(others for others, *_ in found)),
        )

    @classmethod
    async def lasting(cls, session_ids: Collection[int], *, now: datetime) -> set[int]:
        """Those of the sessions that have not ended."""
        lasting = await connections.get("default").execute_query_dict(
            "SELECT id FROM guest_session WHERE id = ANY(%s) AND expires_at > %s", [list(session_ids), now]
        )
        return {row["id"] for row in lasting}

    @classmethod
    async def end(cls, actor: SignedInGuest) -> None:
        """Sign out: the token is good for nothing any more."""
        async with transaction():
            await cls.filter(id=actor.session_id).delete()


async def _guests_of(hashes: Sequence[str]) -> list[list[Sequence[Any]]]:
    """Of the sessions of these fingerprints the contacts who have their address, as who they are by now; each with who
    was merged into them before, the session, and the contact, as values of their rows."""
    guests: dict[str, list[Sequence[Any]]] = defaultdict(list)
    for hash, *values in await rows(_guests_sql(), [list(set(hashes))]):
        guests[hash].append(values)
    return [guests[hash] for hash in hashes]


_guests = Recognition(_guests_of)


@cache
def _guests_sql() -> bytes:
    session, contact = columns_of(GuestSession, "session"), columns_of(Contact, "contact")
    each = each_of("$1::text[]")
    return _GUESTS.format(each=each, others=others_of("contact"), session=session, contact=contact).encode()


# Each table is looked up by its index for each row: see `_PART` in models/conversation/telling.py.
_GUESTS = """
SELECT asked.hash, {others}, {session}, {contact} FROM {each} asked (hash)
CROSS JOIN LATERAL (SELECT * FROM guest_session one WHERE one.token_hash = asked.hash OFFSET 0) session
CROSS JOIN LATERAL (SELECT id, merged_into_id FROM contact one
    WHERE one.organization_id = session.organization_id AND one.email = session.email OFFSET 0) own
CROSS JOIN LATERAL (SELECT * FROM contact one WHERE one.id = coalesce(own.merged_into_id, own.id) OFFSET 0) contact
ORDER BY own.id
"""


async def _recognise(organization: Organization, email: str) -> None:
    details = GuestDetails(
        name=email.partition("@")[0],
        email=email,
        phone=None,
        locale=None,
        time_zone=organization.time_zone,
    )
    async with transaction(locks=locks_of(details, organization=organization)) as tx:
        if not await Contact.exists(organization_id=organization.id, email=email):
            await tx.add(Contact.new(details, organization=organization))
