"""Sessions of guests who have shown that an address is theirs."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise import connections, fields

from errors import Unauthenticated
from models.actor import SignedInGuest
from models.base import Owned
from models.contact.contact import Contact
from models.contact.details import GuestDetails
from models.contact.recognising import locks_of
from models.guest.code import use_code
from models.keyring import Keyring, fingerprint
from models.organization.organization import Organization
from models.transactions import transaction

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
        session = await cls.get_or_none(token_hash=fingerprint(token)) if token.isascii() else None
        guest = None if session is None else await cls._guest_of(session, now=now)
        if guest is None:
            raise Unauthenticated("You are signed out: ask for another code.")
        return guest

    @classmethod
    async def reopened(cls, id: int, *, now: datetime) -> SignedInGuest | None:
        """The guest whose session it is, while it lasts."""
        session = await cls.get_or_none(id=id)
        return None if session is None else await cls._guest_of(session, now=now)

    @classmethod
    async def _guest_of(cls, session: GuestSession, *, now: datetime) -> SignedInGuest | None:
        if session.expires_at <= now:
            return None
        own = Contact.filter(organization_id=session.organization_id, email=session.email)
        contacts = await own.order_by("id").select_related("merged_into")
        if not contacts:
            return None
        ends = {end.id: end for end in (one.merged_into or one for one in contacts)}
        others = [await end.others() for end in ends.values()]
        return SignedInGuest(
            contact=contacts[0].merged_into or contacts[0],
            meeting_id=None,
            conversation_id=None,
            is_verified=True,
            session_id=session.id,
            email=session.email,
            expires_at=session.expires_at,
            all_ids=frozenset(ends).union(*others),
        )

    @classmethod
    async def lasting(cls, session_ids: Collection[int], *, now: datetime) -> set[int]:
        """Those of the sessions that have not ended."""
        rows = await connections.get("default").execute_query_dict(
            "SELECT id FROM guest_session WHERE id = ANY(%s) AND expires_at > %s", [list(session_ids), now]
        )
        return {row["id"] for row in rows}

    @classmethod
    async def end(cls, actor: SignedInGuest) -> None:
        """Sign out: the token is good for nothing any more."""
        async with transaction():
            await cls.filter(id=actor.session_id).delete()


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
