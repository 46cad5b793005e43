"""Holds: a slot taken for a few minutes while the guest fills the form in, as exclusively as by a meeting.

A hold is a claim of each agent whom the meeting will take, all of one token; claims that end by themselves: an expired
one is in nobody's way, whether or not somebody has taken it away. Where a meeting is given to nobody yet, its hold has
some agent's time all the same, and gives it back as it becomes a meeting that is counted.
Nothing bounds how many slots one caller holds: who has said nothing of themselves cannot be told from the next one,
and idempotency keys are of their own choosing. That is for whatever counts requests by their origin to bound.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from errors import HoldExpired, Invalid, Refused, TimeRefused, TooSoon
from models.actor import Actor
from models.availability.engine import Request, ask_engine
from models.availability.offered import is_list, lend, lender, take_back
from models.availability.pool import pool
from models.availability.taking import Purpose, Taken, is_pooled
from models.availability.target import Target, check_public_booking
from models.changes import hint_at_schedules
from models.claim import Claim, Time
from models.guest.own import check_signed_in
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.input import findable
from models.keyring import Keyring, fingerprint
from models.meeting.holding import forget_expired_seats, release_seats, use_seats
from models.meeting.meeting import Meeting
from models.meeting.placing import find_place
from models.meeting.rights import check_may_book
from models.meeting.seat import SeatHold
from models.transactions import Transaction, ids_of, transaction
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
    """Take the slot, of the agents whom a booking would be given, for as long as the organization has set.

    The same request again gets the same hold while it lasts, and then HoldExpired. Refuses Forbidden, Unauthenticated,
    NotAllowed to agents who may not book, IdempotencyConflict and, with the nearest free slots, whatever stands against
    the time.
    """
    check_public_booking(target, actor)
    check_signed_in(actor, target.organization)
    await check_may_book(target, actor=actor)
    request = Request(target=target, guest_zone=_kindest_zone(target, start, now=now), actor=actor)
    expires_at = now + timedelta(minutes=target.organization.settings.hold_minutes)
    async with transaction() as tx:
        earlier = await earlier_outcome(tx, once)
        if earlier is not None:
            return await _held_before(earlier, request, start, keys=keys, now=now)
        hint_at_schedules(target.organization.id)
        link = await lender(tx, target.link)
        taken = await find_place(tx, request, start, purpose=Purpose(expires_at=expires_at), now=now)
        if isinstance(taken, Meeting):
            seats = await _hold_seats(tx, taken, target, expires_at=expires_at, keys=keys, now=now)
            await remember_outcome(tx, once, seats.id)
            return Held(_token(seats.id, keys=keys), taken.start, taken.end, expires_at)
        first = taken.claims[0]
        token = _token(first, keys=keys)
        await Claim.filter(id__in=list(taken.claims)).update(
            hold_hash=fingerprint(token), held_for=_words(target, agents=len(taken.claims))
        )
        await lend(link, taken.claims, start=start, until=expires_at)
        await Claim.forget_expired(tx, taken.agents, now=now)
        await remember_outcome(tx, once, first)
    return Held(token, taken.time.own.start, taken.time.own.end, expires_at)


async def _hold_seats(
    tx: Transaction, meeting: Meeting, target: Target, *, expires_at: datetime, keys: Keyring, now: datetime
) -> SeatHold:
    """Take the seats of a group meeting that is locked and has them."""
    await forget_expired_seats(tx, meeting, now=now)
    id = await tx.draw(ids_of(Claim))
    row = SeatHold(
        organization=target.organization,
        meeting=meeting,
        seats=target.seats,
        starts_at=meeting.start,
        ends_at=meeting.end,
        expires_at=expires_at,
        hold_hash=fingerprint(_token(id, keys=keys)),
        held_for=_words(target, agents=0),
    )
    return await tx.add(row, id=id)


async def release(token: str, *, now: datetime) -> bool:
    """Give the time back, now; whether there was any: False for a hold that has expired, was released or used before,
    and for a token of none."""
    if not findable(token, most=_LONGEST_TOKEN):
        return False
    async with transaction() as tx:
        seats = await SeatHold.get_or_none(hold_hash=fingerprint(token))
        if seats is not None:
            hint_at_schedules(seats.organization_id)
            return await release_seats(tx, seats, now=now)
        held = await tx.rows(
            "SELECT id, link_id, organization_id, coalesce(held_until, expires_at) > %s AS lasts FROM claim"
            " WHERE hold_hash = %s ORDER BY id FOR UPDATE",
            now, fingerprint(token),
        )  # fmt: skip
        await Claim.give_back([claim["id"] for claim in held if claim["link_id"] is None])
        await take_back([claim["id"] for claim in held if claim["link_id"] is not None])
        for organization_id in {claim["organization_id"] for claim in held}:
            hint_at_schedules(organization_id)
    return any(claim["lasts"] for claim in held)


async def use_hold(
    tx: Transaction,
    request: Request,
    token: str,
    *,
    start: datetime,
    seats: int,
    purpose: Purpose,
    now: datetime,
) -> Taken | Meeting:
    """Turn the hold into time that is taken for the meeting, part of its booking; or give the group meeting in which
    the seats that were held are free now, for the guest alone.

    One UPDATE decides between this, another booking, a release, and whoever takes an expired hold's time. What was held
    was promised: the engine is not asked again, only whether the agents may still have such a meeting. Refuses
    HoldExpired and TooSoon with the nearest free slots, and Invalid for a hold of another time or of something else.
    """
    target = request.target
    if target.service is not None:
        await target.service.lock()
    held = await _held_seats(target, token, now=now)
    if held is not None:
        words = _words(target, agents=0)
        try:
            return await use_seats(tx, held, held_for=words, start=start, seats=seats, now=now)
        except TimeRefused as refused:
            raise await _refused(request, refused, start, now=now) from None
    claims = await _turn(tx, target, token, purpose=purpose, now=now)
    refusal = _misfit(claims, target, start=start, now=now)
    if refusal is not None:
        raise await _refused(request, refusal, start, now=now)
    candidates = (await pool(target)).candidates
    if not all(claim.agent_id in candidates for claim in claims):
        raise await _refused(request, HoldExpired("The agent who was held is no longer there."), start, now=now)
    time = Time(own=claims[0].time, claimed=Interval.between(claims[0].starts_at, claims[0].ends_at))
    if is_pooled(request):
        await Claim.give_back([claim.id for claim in claims])
        return Taken(time)
    agents = tuple(candidates[claim.agent_id][0] for claim in claims)
    return Taken(time, agents, tuple(claim.id for claim in claims))


async def _held_seats(target: Target, token: str, *, now: datetime) -> SeatHold | None:
    if target.plan.seats == 1 or not findable(token, most=_LONGEST_TOKEN):
        return None
    return await SeatHold.get_or_none(
        hold_hash=fingerprint(token), organization_id=target.organization.id, expires_at__gt=now
    )


async def _turn(tx: Transaction, target: Target, token: str, *, purpose: Purpose, now: datetime) -> list[Claim]:
    """The claims of the hold, now the meeting's, in the order in which they were taken."""
    if not findable(token, most=_LONGEST_TOKEN):
        return []
    turned = await tx.rows(
        "UPDATE claim SET meeting_id = %s, hold_hash = NULL, expires_at = %s, held_until = NULL, link_id = NULL"
        " WHERE id IN (SELECT id FROM claim WHERE hold_hash = %s AND organization_id = %s"
        " AND coalesce(held_until, expires_at) > %s ORDER BY id FOR UPDATE) RETURNING id",
        purpose.meeting_id, purpose.expires_at, fingerprint(token), target.organization.id, now,
    )  # fmt: skip
    return await Claim.filter(id__in=[claim["id"] for claim in turned]).order_by("id") if turned else []


def _misfit(claims: Sequence[Claim], target: Target, *, start: datetime, now: datetime) -> Refused | None:
    """What is wrong with a hold of these claims. One of which somebody with a faster clock has taken a part is gone."""
    if not claims or len(claims) != _agents_in(claims[0].held_for):
        return HoldExpired("The hold has expired, or there is none of this token.", field=("holdToken",))
    if (claims[0].held_for, claims[0].time.start) != (_words(target, agents=len(claims)), start):
        return Invalid("The hold is of another time, or of something else.", field=("holdToken",))
    return TooSoon("This time is past.", field=("start",)) if start < now else None


async def _held_before(
    claim_id: int, request: Request, start: datetime, *, keys: Keyring, now: datetime
) -> Held:
    seats = await SeatHold.get_or_none(id=claim_id, expires_at__gt=now)
    if seats is not None:
        return Held(_token(seats.id, keys=keys), seats.starts_at, seats.ends_at, seats.expires_at)
    claim = await Claim.get_or_none(id=claim_id, hold_hash__isnull=False, expires_at__gt=now)
    until = None if claim is None else claim.held_until or claim.expires_at
    if claim is None or until is None or until <= now:
        gone = HoldExpired("The hold of this request has ended.", field=("idempotencyKey",))
        raise await _refused(request, gone, start, now=now)
    return Held(_token(claim.id, keys=keys), claim.time.start, claim.time.end, until)


async def _refused(request: Request, refusal: Refused, start: datetime, *, now: datetime) -> Refused:
    """The refusal with the nearest free slots, where it is one of time, still naming its own field."""
    if not isinstance(refusal, TimeRefused):
        return refusal
    field = refusal.field
    refusal = (await ask_engine(request, now=now)).with_alternatives(refusal, start)
    refusal.field = field
    return refusal


def _token(claim_id: int, *, keys: Keyring) -> str:
    """The same one each time, so that a request that comes again can be answered, though only its hash is stored."""
    fixed = claim_id.to_bytes(8, "big")
    return PREFIX + urlsafe_b64encode(fixed + keys.sign("hold", fixed)[:_TAG_BYTES]).decode()


def _words(target: Target, *, agents: int) -> str:
    """What is held, in one form, however it was named; of how many agents comes first. What a link offers on terms of
    its own is booked through the link."""
    named = "+".join(str(agent.id) for agent in target.agents)
    rows = (target.service, target.subject, target.office)
    how = (target.meeting_type, target.language, target.duration_minutes, target.seats)
    link = target.link.id if target.link and (target.link.single_use or is_list(target.link)) else None
    parts = [agents, named or None, *(row and row.id for row in rows), *how, link]
    return " ".join("-" if part is None else str(part) for part in parts)


def _agents_in(words: str | None) -> int:
    return int(words.split(" ", 1)[0]) if words else 0


def _kindest_zone(target: Target, start: datetime, *, now: datetime) -> ZoneInfo:
    """A zone in which the start would be listed, if there is one. The horizon and a link's dates are seen from the
    guest's zone, of which a hold does not know: whatever may have been listed for the guest can be held."""

    def unkindness(zone: ZoneInfo) -> tuple[bool, timedelta]:
        day = start.astimezone(zone).date()
        outside = target.dates is not None and not target.dates.include(day)
        return outside, day - now.astimezone(zone).date()

    return min((target.organization.zone, *_zones()), key=unkindness)
