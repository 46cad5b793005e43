"""Guests come to a meeting, each with a party: those whom they bring along, and seats for more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from errors import Invalid
from models.actor import Actor
from models.contact.contact import Contact
from models.contact.details import GuestDetails, checked
from models.contact.recognising import known_by
from models.conversation.belonging import add_guest
from models.meeting.history import record, snapshot
from models.meeting.meeting import Attendee, Meeting
from models.transactions import Transaction
from models.words import AttendeeResponse, MeetingChangeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """Somebody the guest brings along."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A guest, those whom they bring along, and how many seats all of them take."""

    guest: Contact
    companions: tuple[Companion, ...] = ()
    seats: int = 1
    time_zone: str
    notes: str | None = None


class TakesPart(Invalid):
    """The guest comes to this very meeting already."""


async def join(tx: Transaction, meeting: Meeting, party: Party, *, actor: Actor, now: datetime) -> None:
    """Make the party part of a group meeting which the caller has locked, and which has seats for it.

    The guest and the agents are told; the other guests learn no more than that somebody has come. Refuses TakesPart,
    before anything is done, for a guest who takes part already.
    """
    guests = Attendee.guests_of(meeting.id)
    if await guests.filter(contact_id=party.guest.id).exists():
        raise TakesPart("This guest takes part in this meeting already.", field=("guest",))
    before = snapshot(meeting)
    if not await guests.exists():
        meeting.guest_id = party.guest.id
    meeting.sequence += 1  # who comes is part of the calendar entry
    await meeting.save(update_fields=["sequence", "guest_id"])
    place = await add_party(tx, meeting, party)
    await add_guest(tx, await meeting.conversation, party.guest, now=now)
    kind = MeetingChangeKind.ATTENDEE_JOINED
    await record(tx, meeting, kind, actor=actor, before=before, reason=None, now=now, party=place)


async def add_party(tx: Transaction, meeting: Meeting, party: Party) -> Attendee:
    """The rows of those who come; the guest's. What an ordinary meeting has of its own is not kept twice."""
    guest, is_group = party.guest, meeting.is_group
    shared = {"organization_id": meeting.organization_id, "meeting_id": meeting.id, "contact": guest}
    place = await tx.add(
        Attendee(
            **shared,
            name=guest.name,
            email=guest.email,
            response=AttendeeResponse.ACCEPTED,
            seats=party.seats - len(party.companions) if is_group else 1,
            time_zone=party.time_zone if is_group else None,
            notes=party.notes if is_group else None,
        )
    )
    for one in party.companions:
        await tx.add(Attendee(**shared, companion=True, name=one.name, email=one.email))
    return place


async def guest_in(meeting: Meeting, details: GuestDetails) -> Contact | None:
    """The guest of the meeting; of a group meeting the one of these details, as long as they take part."""
    if not meeting.is_group:
        own: Contact = await meeting.guest
        return own
    said = checked(details)
    known = await known_by(said, organization_id=meeting.organization_id)
    same = Contact.same_as([] if known is None else [known.id])
    place = await Attendee.guests_of(meeting.id).filter(contact_id__in=same).select_related("contact").first()
    return None if place is None else place.contact
