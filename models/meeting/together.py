"""Bookings that come at once are written together (see models/rounds.py), each of which is decided by itself.

Those of one named agent's time: they hold nothing but the guest's addresses and, in the end, one claim. Whatever else
is to be locked, counted, used up or joined is done alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from errors import Refused
from models.actor import Actor
from models.availability.engine import Request, ask_for_each
from models.availability.offered import is_list
from models.availability.taking import Taken, time_of
from models.claim import Claim, Wanted
from models.contact import recognising
from models.contact.contact import Contact
from models.contact.details import check_required
from models.contact.recognising import STRANGER, locks_of
from models.idempotency import Once, check_key, give_back, reserve_each
from models.meeting.limits import guest_limits
from models.meeting.making import drawn_for, make_meeting, standing_for
from models.meeting.meeting import Meeting
from models.meeting.standing import Standing
from models.meeting.wish import Wish, request_for
from models.rounds import Rounds
from models.transactions import Transaction, current, ids_of
from models.trip import Statement

Outcome: TypeAlias = "Meeting | Refused | None"


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A wish that has been checked, of whom, when, and under which key."""

    wish: Wish
    actor: Actor
    now: datetime
    once: Once | None = None

    @property
    def drawing(self) -> Sequence[str]:
        return drawn_for(self.wish.target.organization)

    @property
    def locks(self) -> Sequence[int]:
        return locks_of(self.wish.guest, organization=self.wish.target.organization)


@dataclass(slots=True, eq=False)
class _Booking:
    """What is known so far of one of those who are booked together, and what comes of it."""

    asked: Asked
    id: int
    standing: Standing
    guest: Contact | None = None
    request: Request | None = None
    wanted: Wanted | None = None
    outcome: Outcome = None


def may_share(wish: Wish) -> bool:
    """Whether it may be booked together with others."""
    target, plan, link = wish.target, wish.target.plan, wish.target.link
    of_one = target.service is None and len(target.agents) == 1 and plan.seats == 1
    counted = plan.max_per_day is not None or plan.max_per_week is not None
    used_up = link is not None and (link.single_use or is_list(link))
    talks_on = target.organization.settings.one_conversation_per_guest_and_agent
    refers = wish.hold_token is not None or wish.conversation_id is not None or talks_on
    return of_one and not (counted or used_up or refers) and current() is None


async def book_together(asked: Asked) -> Meeting | None:
    """Book it in the next round of the organization; None for who is to be booked alone.

    Refuses what booking alone refuses, with the nearest free slots.
    """
    return await _rounds.share(asked, key=asked.wish.target.organization.id)


async def book_each(tx: Transaction, all: Sequence[Asked]) -> list[Outcome]:
    """Of each the meeting or the refusal; None for who could not have the claim, though the engine had allowed it, and
    for who came before under the same key."""
    bookings = [await _begun(tx, one) for one in all]
    await _recognise(tx, bookings)
    reserved = await _reserve(tx, [booking for booking in bookings if booking.request is not None])
    await _decide([booking for booking in bookings if booking.request is not None])
    await _take(tx, [booking for booking in bookings if booking.wanted is not None])
    made = {booking.id for booking in bookings if isinstance(booking.outcome, Meeting)}
    await give_back(tx, [reservation for id, reservation in reserved.items() if id not in made])
    return [booking.outcome for booking in bookings]


def asking(each: Sequence[Asked]) -> Sequence[Statement]:
    """What a round asks as it begins, with the guests' addresses locked."""
    guests = [asked.wish.guest for asked in each]
    return [recognising.asking_for_strangers(guests, organization=each[0].wish.target.organization)]


async def _begun(tx: Transaction, asked: Asked) -> _Booking:
    standing = standing_for(asked.wish, actor=asked.actor, now=asked.now)
    return _Booking(asked, await tx.draw(ids_of(Meeting)), standing)


async def _recognise(tx: Transaction, bookings: Sequence[_Booking]) -> None:
    [strangers] = tx.answers
    for booking in bookings:
        guest = booking.asked.wish.guest
        is_stranger = (guest.email, guest.phone) in strangers
        try:
            known = await _known(tx, booking.asked, is_stranger=is_stranger)
            if known is not None:
                booking.guest, booking.request = known
        except Refused as refused:
            booking.outcome = refused


async def _known(tx: Transaction, asked: Asked, *, is_stranger: bool) -> tuple[Contact, Request] | None:
    """The guest, and the request as their meetings bound it. What strangers have is known without asking. None for who
    might come in the same round under other details."""
    wish, actor = asked.wish, asked.actor
    organization = wish.target.organization
    if asked.once is not None:
        check_key(asked.once)
    check_required(wish.guest, organization)
    alike = STRANGER if is_stranger else await recognising.alike(tx, wish.guest, organization=organization)
    if alike.same is not None and alike.same.known_otherwise:
        return None
    guest = alike.same or Contact.new(wish.guest, organization=organization)
    limits = await guest_limits(guest, organization, actor=actor, now=asked.now, is_stranger=alike.is_stranger)
    return guest, request_for(wish, limits, actor=actor)


async def _reserve(tx: Transaction, bookings: Sequence[_Booking]) -> dict[int, int]:
    """The reservations of keys, by the meetings' ids. Who comes again asks for nothing more here."""
    coming = {booking.id: booking.asked.once for booking in bookings if booking.asked.once is not None}
    reserved = await reserve_each(tx, coming)
    for booking in bookings:
        if booking.id in coming and booking.id not in reserved:
            booking.request = None
    return reserved


async def _decide(bookings: Sequence[_Booking]) -> None:
    asked = [(booking.request, booking.asked.now) for booking in bookings if booking.request is not None]
    answers = await ask_for_each(asked) if asked else []
    for booking, answer in zip(bookings, answers, strict=True):
        wish = booking.asked.wish
        try:
            decision, [agent] = answer.decide(wish.start)
        except Refused as refused:
            booking.outcome = refused
        else:
            until = booking.standing.expires_at
            time = time_of(decision, wish.target)
            booking.wanted = Wanted(agent=agent, time=time, meeting_id=booking.id, expires_at=until)


async def _take(tx: Transaction, bookings: Sequence[_Booking]) -> None:
    """The constraint has the last word; what it has allowed is made."""
    wanted = [booking.wanted for booking in bookings if booking.wanted is not None]
    claims = await Claim.take_each(tx, wanted) if wanted else {}
    for booking in bookings:
        if booking.id in claims:
            booking.outcome = await _make(tx, booking, claim=claims[booking.id])


async def _make(tx: Transaction, booking: _Booking, *, claim: int) -> Meeting:
    asked, guest, wanted = booking.asked, booking.guest, booking.wanted
    assert guest is not None and wanted is not None
    if guest.id is None:
        await tx.add(guest)
    taken = Taken(wanted.time, (wanted.agent,), (claim,))
    return await make_meeting(
        tx, asked.wish, guest, taken, booking.standing, id=booking.id, actor=asked.actor, now=asked.now
    )


_rounds: Rounds[Asked, Meeting] = Rounds(book_each, asking=asking)
