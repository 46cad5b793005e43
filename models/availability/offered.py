"""The times that a link offers: each is taken as a claim of the link, until the list is used or ends.

A list is used by the first booking through it: that one has its time, the others are given back. From then on its times
can still be booked through it, as long as they are free, but nothing holds them. Of links whoever books or holds takes
the row first of all, before the service, agents and claims (see models/availability/taking.py); and only of those that
hold times or are good for one booking, so that bookings through a public address do not wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeAlias, TypeGuard

from errors import LinkExpired
from models.availability.memory import Kept
from models.availability.sight import Sight
from models.changes import link_of
from models.claim import Claim
from models.link import ScheduleLink
from models.transactions import Transaction
from scheduling.intervals import Interval

OwnClaims: TypeAlias = Sequence[tuple[int, datetime | None]]
"""Claims by their ids, each with the moment until which a guest holds it."""

_UNHELD = "link_id = %s AND (held_until IS NULL OR held_until <= %s)"


def is_list(link: ScheduleLink | None) -> TypeGuard[ScheduleLink]:
    """Whether it offers a list of times."""
    return link is not None and link.offered_times is not None


async def own_claims(link: ScheduleLink, sight: Sight) -> OwnClaims:
    """What is taken for whoever comes through the link, as soon as no guest holds it."""

    async def read() -> Kept[OwnClaims]:
        claims = await Claim.filter(link_id=link.id)
        return Kept([(claim.id, claim.held_until) for claim in claims], frozenset({link_of(link.id)}))

    return await sight.recall((Claim, link.id), read)


async def use_link(tx: Transaction, link: ScheduleLink | None, *, now: datetime) -> None:
    """Note that a booking uses the link, where that matters: whichever comes first decides, and the others wait for it.

    Refuses LinkExpired for one that has ended, or is used up, since it was found.
    """
    if link is None or not _is_used_up(link):
        return
    used = await tx.rows(
        "UPDATE schedule_link SET used_at = %s WHERE id = %s AND is_active AND (used_at IS NULL OR NOT single_use)"
        " AND (expires_at IS NULL OR expires_at > %s) RETURNING id",
        now, link.id, now,
    )  # fmt: skip
    if not used:
        raise LinkExpired("This link is no longer valid.", field=("link",))


async def lock_link(tx: Transaction, link: ScheduleLink | None) -> None:
    """Take the link's row, where bookings note that they use it, for whoever takes agents' rows before the first of
    several bookings. Of those one that is good for one booking lets only the first through."""
    if link is not None and _is_used_up(link):
        await tx.rows("SELECT 1 FROM schedule_link WHERE id = %s FOR NO KEY UPDATE", link.id)


def _is_used_up(link: ScheduleLink) -> bool:
    """Whether a booking changes what the link is good for."""
    return link.single_use or (is_list(link) and link.used_at is None)


async def leave_list(tx: Transaction, link: ScheduleLink | None, *, now: datetime) -> None:
    """Give back what a list that has been used still has. What its guests hold stays theirs, as any hold, unless there
    is nothing left that they could book through it."""
    if not is_list(link):
        return
    if link.single_use:
        await give_back(tx, link)
        return
    await _delete(tx, _UNHELD, link.id, now)
    await tx.rows(
        "UPDATE claim SET link_id = NULL, expires_at = held_until, held_until = NULL WHERE id IN"
        " (SELECT id FROM claim WHERE link_id = %s ORDER BY id FOR UPDATE)",
        link.id,
    )


async def give_back(tx: Transaction, link: ScheduleLink) -> None:
    """Give back all that the link has taken, also what its guests hold."""
    await _delete(tx, "link_id = %s", link.id)


async def give_way(tx: Transaction, link: ScheduleLink, *, during: Interval, now: datetime) -> None:
    """Give back what the link has of this time, for whoever is just taking it through the link."""
    await _delete(tx, f"{_UNHELD} AND starts_at < %s AND ends_at > %s", link.id, now, during.end, during.start)


async def lender(tx: Transaction, link: ScheduleLink | None) -> ScheduleLink | None:
    """The link if it holds its times still; then no booking uses it until the transaction ends."""
    if not is_list(link):
        return None
    found = await tx.rows("SELECT used_at FROM schedule_link WHERE id = %s AND is_active FOR SHARE", link.id)
    return link if found and found[0]["used_at"] is None else None


async def lend(link: ScheduleLink | None, claims: Collection[int], *, start: datetime, until: datetime) -> None:
    """Have a hold's claims go back to the link when the hold ends; not if the link ends before."""
    end = start if link is None else end_of_offer(link, start)
    if link is not None and until < end:
        await Claim.filter(id__in=list(claims)).update(link_id=link.id, expires_at=end, held_until=until)


async def take_back(claims: Collection[int]) -> None:
    """Have a hold's claims be just the link's again."""
    if claims:
        await Claim.filter(id__in=list(claims)).update(hold_hash=None, held_for=None, held_until=None)


def end_of_offer(link: ScheduleLink, start: datetime) -> datetime:
    """Until when the link holds one of its times: its expiry, or the time itself."""
    return start if link.expires_at is None else min(link.expires_at, start)


async def _delete(tx: Transaction, condition: str, *values: object) -> None:
    """In one order, so that two who delete the same claims do not wait for each other in a ring."""
    await tx.rows(
        f"DELETE FROM claim WHERE id IN (SELECT id FROM claim WHERE {condition} ORDER BY id FOR UPDATE)",
        *values,
    )
