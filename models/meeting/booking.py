"""A guest, or an agent on a guest's behalf, books a meeting."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from models.actor import Actor
from models.availability.engine import Request, ask_engine
from models.availability.offered import leave_list, use_link
from models.availability.taking import Purpose, Taken
from models.availability.target import check_public_booking
from models.contact import recognising
from models.contact.contact import Contact
from models.contact.recognising import locks_of
from models.guest.own import check_signed_in, signed
from models.hold import use_hold
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.meeting.joining import join
from models.meeting.limiting import telling_what_is_in_the_way
from models.meeting.limits import exceeds, guest_limits
from models.meeting.making import drawn_for, make_meeting, party_of, standing_for
from models.meeting.meeting import Meeting
from models.meeting.placing import find_place
from models.meeting.rights import check_may_book
from models.meeting.series import MeetingSeries
from models.meeting.together import Asked, book_together, may_share
from models.meeting.wish import Wish, checked, request_for
from models.naming import naming_what_is_there
from models.transactions import Transaction, ids_of, transaction
from scheduling.question import GuestLimits
from scheduling.rules import Rule


async def book(wish: Wish, *, actor: Actor, now: datetime, once: Once | None = None) -> Meeting:
    """Take the wished time for the guest, open the conversation, tell everyone; or make the guest part of the group
    meeting that has it and has seats left. What a guest books has its time already where it is still AWAITING_GUEST or
    REQUESTED.

    Refuses NotAllowed, Invalid details, ContactFieldRequired, IdempotencyConflict and, with the nearest free slots,
    whatever stands against the time: SlotTaken, OutsideAvailability, TooSoon, TooFarAhead; or, of a hold, HoldExpired.
    """
    check_public_booking(wish.target, actor)
    await check_may_book(wish.target, actor=actor)
    check_signed_in(actor, wish.target.organization)
    wish = checked(replace(wish, guest=signed(wish.guest, actor)), actor=actor)
    async with telling_what_is_in_the_way(wish.guest, wish.target, wish.start, actor=actor, now=now):
        if may_share(wish):
            meeting = await book_together(Asked(wish, actor, now, once))
            if meeting is not None:
                return meeting
        return await book_alone(wish, actor=actor, now=now, once=once)


async def book_alone(wish: Wish, *, actor: Actor, now: datetime, once: Once | None) -> Meeting:
    """Book a wish that has been checked in a transaction of its own. Refuses NotFound what has been deleted since the
    wish was found."""
    organization = wish.target.organization
    locks = locks_of(wish.guest, organization=organization)
    drawing = drawn_for(organization)
    async with naming_what_is_there(), transaction(drawing=drawing, locks=locks) as tx:
        id = await tx.draw(ids_of(Meeting))
        earlier = await earlier_outcome(tx, once, outcome_id=id)
        if earlier is not None:
            return await Meeting.get(id=earlier, organization_id=organization.id)
        alike = await recognising.alike(tx, wish.guest, organization=organization)
        await recognising.hold_other_details(tx, alike.same)
        guest = alike.same or Contact.new(wish.guest, organization=organization)
        meeting = await book_for(tx, wish, guest, id=id, is_stranger=alike.is_stranger, actor=actor, now=now)
        if meeting.id != id:  # one that was joined
            await remember_outcome(tx, once, meeting.id)
    return meeting


async def book_for(
    tx: Transaction,
    wish: Wish,
    guest: Contact,
    *,
    actor: Actor,
    now: datetime,
    id: int | None = None,
    series: MeetingSeries | None = None,
    is_stranger: bool = False,
) -> Meeting:
    """Book a wish that has been checked, for a guest who is known, or whom this adds; part of a verb. Where the time is
    refused, nothing has been done. A new meeting has the `id`, if one was drawn for it."""
    id = await tx.draw(ids_of(Meeting)) if id is None else id
    limits = await guest_limits(guest, wish.target.organization, actor=actor, now=now, is_stranger=is_stranger)
    standing = standing_for(wish, actor=actor, now=now)
    purpose = Purpose(meeting_id=id, expires_at=standing.expires_at)
    place = await _take_place(tx, wish, limits, purpose=purpose, actor=actor, now=now)
    if guest.id is None:
        await tx.add(guest)
    if isinstance(place, Meeting):
        await join(tx, place, party_of(wish, guest), actor=actor, now=now)
        return place
    return await make_meeting(tx, wish, guest, place, standing, id=id, series=series, actor=actor, now=now)


async def _take_place(
    tx: Transaction, wish: Wish, limits: GuestLimits | None, *, purpose: Purpose, actor: Actor, now: datetime
) -> Taken | Meeting:
    """What is held, or the time of the agents whom the engine prefers, which counts as given to them; or the group
    meeting that has seats for the party."""
    await use_link(tx, wish.target.link, now=now)
    request = request_for(wish, limits, actor=actor)
    if wish.hold_token is None:
        place = await find_place(tx, request, wish.start, purpose=purpose, now=now)
    else:
        token, start, seats = wish.hold_token, wish.start, wish.seats
        place = await use_hold(tx, request, token, start=start, seats=seats, purpose=purpose, now=now)
        await _check_limits(request, place, start, now=now)
    await leave_list(tx, wish.target.link, now=now)
    if wish.target.service is not None and isinstance(place, Taken):
        await wish.target.service.count_given(tx, place.agents, standings=place.standings, now=now)
    return place


async def _check_limits(request: Request, place: Taken | Meeting, start: datetime, *, now: datetime) -> None:
    """A hold knows nothing of the guest: refuses LimitReached where they have as many meetings as one may have."""
    agents = [agent.id for agent in (await place.agents if isinstance(place, Meeting) else place.agents)]
    if exceeds(request.guest_limits, start, agents, zone=request.target.organization.zone):
        answer = await ask_engine(request, now=now)
        raise answer.with_alternatives(Rule.GUEST_LIMIT.refusal(Rule.GUEST_LIMIT.message), start)
