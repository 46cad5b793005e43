"""Holds: a slot taken for a few minutes while the guest fills the form in, as exclusively as by a meeting.

A hold is a claim that ends by itself: an expired one is in nobody's way, whether or not somebody has taken it away.
Nothing bounds how many slots one caller holds: who has said nothing of themselves cannot be told from the next one,
and idempotency keys are of their own choosing. That is for whatever counts requests by their origin to bound.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from errors import HoldExpired, Invalid, TimeRefused, TooSoon
from models.actor import Actor
from models.availability.engine import Request, ask_engine
from models.availability.pool import pool
from models.availability.taking import Taken, take_time
from models.availability.target import Target, check_public_booking
from models.claim import Claim
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.input import findable
from models.keyring import Keyring, fingerprint
from models.transactions import Transaction, transaction
from scheduling.intervals import Interval

PREFIX = "hold_"
_TAG_BYTES = 24
_LONGEST_TOKEN = 100


@cache
def _zones() -> tuple[ZoneInfo, ...]:
    """Every zone there is: a guest may be in one of half hours, or in one whose clocks change when no other's do."""
    return tuple(ZoneInfo(name) for name in sorted(available_timezones()))


@dataclass(frozen=True, slots=True)
class Held:
    """What whoever holds a slot is given. The token alone is kept by nobody but them."""

    token: str
    start: datetime
    end: datetime
    expires_at: datetime


async def hold(
    target: Target, start: datetime, *, actor: Actor, keys: Keyring, now: datetime, once: Once | None = None
) -> Held:
    """Take the slot, of the agent whom a booking would be given, for as long as the organization has set.

    The same request again gets the same hold while it lasts, and then HoldExpired. Refuses Forbidden,
    IdempotencyConflict and, with the nearest free slots, whatever stands against the time.
    """
    check_public_booking(target, actor)
    request = Request(target=target, guest_zone=_kindest_zone(target, start, now=now), actor=actor)
    expires_at = now + timedelta(minutes=target.organization.settings.hold_minutes)
    async with transaction() as tx:
        earlier = await earlier_outcome(tx, once)
        if earlier is not None:
            return await _held_before(earlier, request, start, keys=keys, now=now)
        taken = await take_time(tx, request, start, now=now, expires_at=expires_at)
        token = _token(taken.claim_id, keys=keys)
        await Claim.filter(id=taken.claim_id).update(
            hold_hash=fingerprint(token),
            held_for=_words(target),
            core_starts_at=taken.time.start,
            core_ends_at=taken.time.end,
        )
        await Claim.forget_expired(tx, taken.agent, now=now)
        await remember_outcome(tx, once, taken.claim_id)
    return Held(token, taken.time.start, taken.time.end, expires_at)


async def release(token: str, *, now: datetime) -> bool:
    """Give the time back, now; whether there was any: False for a hold that has expired, was released or used before,
    and for a token of none."""
    if not findable(token, most=_LONGEST_TOKEN):
        return False
    async with transaction() as tx:
        gone = await tx.rows("DELETE FROM claim WHERE hold_hash = %s RETURNING expires_at", fingerprint(token))
    return any(claim["expires_at"] > now for claim in gone)


async def use_hold(tx: Transaction, request: Request, token: str, *, start: datetime, now: datetime) -> Taken:
    """Turn the hold into time that is taken for good; part of a booking, which gives the claim its meeting.

    One UPDATE decides between this, another booking, a release, and whoever takes an expired hold's time. The engine
    is not asked again: what was held was promised. Refuses HoldExpired and TooSoon with the nearest free slots, and
    Invalid for a hold of another time or of something else.
    """
    if request.target.service is not None:
        await request.target.service.lock()
    found = await _turn(tx, request.target, token, now=now)
    if found is None:
        gone = HoldExpired("The hold has expired, or there is none of this token.", field=("holdToken",))
        raise await _refused(request, gone, start, now=now)
    if (found["held_for"], found["core_starts_at"]) != (_words(request.target), start):
        raise Invalid("The hold is of another time, or of something else.", field=("holdToken",))
    if start < now:
        past = TooSoon("This time is past.", field=("start",))
        raise await _refused(request, past, start, now=now)
    agent = (await pool(request.target)).candidates.get(found["agent_id"])
    if agent is None:
        raise await _refused(request, HoldExpired("The agent who was held is no longer there."), start, now=now)
    return Taken(found["id"], agent[0], Interval.between(found["core_starts_at"], found["core_ends_at"]))


async def _turn(tx: Transaction, target: Target, token: str, *, now: datetime) -> Mapping[str, Any] | None:
    if not findable(token, most=_LONGEST_TOKEN):
        return None
    turned = await tx.rows(
        "UPDATE claim SET hold_hash = NULL, expires_at = NULL"
        " WHERE hold_hash = %s AND organization_id = %s AND expires_at > %s"
        " RETURNING id, agent_id, held_for, core_starts_at, core_ends_at",
        fingerprint(token), target.organization.id, now,
    )  # fmt: skip
    return turned[0] if turned else None


async def _held_before(
    claim_id: int, request: Request, start: datetime, *, keys: Keyring, now: datetime
) -> Held:
    claim = await Claim.get_or_none(id=claim_id, hold_hash__isnull=False, expires_at__gt=now)
    if claim is None or claim.core_starts_at is None or claim.core_ends_at is None or claim.expires_at is None:
        gone = HoldExpired("The hold of this request has ended.", field=("idempotencyKey",))
        raise await _refused(request, gone, start, now=now)
    return Held(_token(claim.id, keys=keys), claim.core_starts_at, claim.core_ends_at, claim.expires_at)


async def _refused(request: Request, refusal: TimeRefused, start: datetime, *, now: datetime) -> TimeRefused:
    """The refusal with the nearest free slots, still naming its own field."""
    field = refusal.field
    refusal = (await ask_engine(request, now=now)).with_alternatives(refusal, start)
    refusal.field = field
    return refusal


def _token(claim_id: int, *, keys: Keyring) -> str:
    """The same one each time, so that a request that comes again can be answered, though only its hash is stored."""
    fixed = claim_id.to_bytes(8, "big")
    return PREFIX + urlsafe_b64encode(fixed + keys.sign("hold", fixed)[:_TAG_BYTES]).decode()


def _words(target: Target) -> str:
    """What is held, in one form, however it was named."""
    agents = "+".join(str(agent.id) for agent in target.agents)
    rows = (target.service, target.subject, target.office)
    how = (target.meeting_type, target.language, target.duration_minutes, target.seats)
    parts = [agents or None, *(row and row.id for row in rows), *how]
    return " ".join("-" if part is None else str(part) for part in parts)


def _kindest_zone(target: Target, start: datetime, *, now: datetime) -> ZoneInfo:
    """A zone in which the start would be listed, if there is one. The horizon and a link's dates are seen from the
    guest's zone, of which a hold does not know: whatever may have been listed for the guest can be held."""

    def unkindness(zone: ZoneInfo) -> tuple[bool, timedelta]:
        day = start.astimezone(zone).date()
        outside = target.dates is not None and not target.dates.include(day)
        return outside, day - now.astimezone(zone).date()

    return min((target.organization.zone, *_zones()), key=unkindness)
