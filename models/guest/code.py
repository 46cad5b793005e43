"""One-time codes: a guest shows by one that an address is theirs.

Everybody is mailed one, whether or not they are known: new guests sign in before they book for the first time, and
nothing in the answer, or in the time that it takes, tells who has been there before. So that nobody is mailed by
strangers without end, requests are counted, by address and by organization.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from tortoise import fields

from errors import Invalid, LimitReached, NotFound
from models import input
from models.base import Owned
from models.contact.contact import Contact
from models.input import findable
from models.keyring import Keyring
from models.letter.ordered import Order, order_letter
from models.organization.organization import Organization
from models.transactions import Transaction, key_of, transaction
from models.words import Audience, Occasion

GOOD_FOR = timedelta(minutes=10)
MOST_TRIES = 5
_DIGITS = 6

# How many codes within how long: for one address, and for all of an organization's together.
_OF_ADDRESS = ((timedelta(minutes=10), 3), (timedelta(days=1), 10))
_OF_ORGANIZATION = ((timedelta(hours=1), 600),)
KEPT = timedelta(days=1)

# A try is taken before it is looked at, and for good: however many guess at once, no more than five are looked at.
_TRY = """
UPDATE guest_code SET tries = tries + 1 WHERE id = (
    SELECT id FROM guest_code WHERE organization_id = %s AND email = %s ORDER BY id DESC LIMIT 1
) AND tries < %s AND used_at IS NULL AND expires_at > %s RETURNING id, code_hash
"""


class GuestCode(Owned):
    """The newest of an address is the one that is good."""

    email = fields.CharField(max_length=320)
    code_hash = fields.CharField(max_length=64)
    tries = fields.IntField(default=0)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "guest_code"
        indexes = (("organization_id", "email"), ("organization_id", "created_at"), ("created_at",))


async def request_code(slug: str, email: str, *, keys: Keyring, now: datetime) -> None:
    """Mail a code to the address, which is good for ten minutes; one that was mailed before is not any more.

    Refuses Invalid addresses, NotFound for an organization that is none, and LimitReached.
    """
    email = input.email(email, field=("email",))
    organization = await organization_called(slug)
    async with transaction() as tx:
        await tx.lock(key_of("guest-codes", organization.id))
        await _check_limits(organization, email, now=now)
        code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
        row = await GuestCode.create(
            organization_id=organization.id,
            email=email,
            code_hash=_hash(organization.id, email, code, keys=keys),
            created_at=now,
            expires_at=now + GOOD_FOR,
        )
        await _mail(tx, row, code, organization, keys=keys, now=now)


async def use_code(
    slug: str, email: str, code: str, *, keys: Keyring, now: datetime
) -> tuple[Organization, str]:
    """The organization and the address that the code proves; it is used up then. Refuses Invalid, with the same words
    whatever is wrong, and after five tries whatever is given."""
    wrong = Invalid("The code is wrong, or has expired: ask for another one.", field=("code",))
    email = input.email(email, field=("email",))
    organization = await organization_called(slug)
    async with transaction() as tx:
        tried = await tx.rows(_TRY, organization.id, email, MOST_TRIES, now)
    expected = tried[0]["code_hash"] if tried else ""
    given = _hash(organization.id, email, code[:64].strip(), keys=keys)
    if not hmac.compare_digest(expected, given):
        raise wrong
    async with transaction() as tx:
        used = await tx.rows(
            "UPDATE guest_code SET used_at = %s WHERE id = %s AND used_at IS NULL RETURNING id",
            now, tried[0]["id"],
        )  # fmt: skip
    if not used:
        raise wrong
    return organization, email


async def organization_called(slug: str) -> Organization:
    found = await Organization.get_or_none(slug=slug) if findable(slug, most=64) else None
    if found is None:
        raise NotFound("There is no such organization.", field=("organization",))
    return found


async def _check_limits(organization: Organization, email: str, *, now: datetime) -> None:
    sent = GuestCode.filter(organization_id=organization.id)
    for rows, limits in ((sent.filter(email=email), _OF_ADDRESS), (sent, _OF_ORGANIZATION)):
        for within, most in limits:
            if await rows.filter(created_at__gt=now - within).count() >= most:
                raise LimitReached("Too many codes were asked for: wait a while.", field=("email",))


async def _mail(
    tx: Transaction, row: GuestCode, code: str, organization: Organization, *, keys: Keyring, now: datetime
) -> None:
    known = await Contact.filter(organization_id=organization.id, email=row.email).order_by("id").first()
    letter = Order(
        key=f"code:{row.id}",
        occasion=Occasion.SIGN_IN_CODE,
        audience=Audience.GUEST,
        name=known.name if known else row.email,
        address=row.email,
        time_zone=(known and known.time_zone) or organization.time_zone,
        languages=(known.locale,) if known and known.locale else (),
        code=code,
        until=row.expires_at,
    )
    await order_letter(tx, letter, organization_id=organization.id, keys=keys, now=now)


def _hash(organization_id: int, email: str, code: str, *, keys: Keyring) -> str:
    """Keyed: six digits alone would be found out by trying all of them."""
    message = f"{organization_id}\n{email}\n{code}"
    return keys.sign("guest-code", message.encode(errors="replace")).hex()
