"""Booking, moving and cancelling meetings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from errors import LinkExpired, NotFound
from models.actor import Actor, AgentActor, GuestActor, Public
from models.availability.target import organization_of
from models.contact.contact import Contact
from models.contact.details import GuestDetails
from models.conversation.conversation import Conversation
from models.guest.own import signed
from models.idempotency import Once, known_outcome
from models.meeting import booking, changing, reassigning
from models.meeting.changing import Change
from models.meeting.joining import Companion, guest_in
from models.meeting.link import manage_token
from models.meeting.meeting import Meeting
from models.meeting.wish import Wish
from resolvers import conversations, ids
from resolvers.context import Info
from resolvers.once import once_of
from resolvers.own import part_in, who_booked
from resolvers.payloads import Payload, refusals_as_values
from resolvers.slots import named_by, target_of
from schema.inputs.meetings import (
    BookMeetingInput,
    GuestInput,
    MeetingActionInput,
    ReassignMeetingInput,
    RescheduleMeetingInput,
)


@refusals_as_values
async def book_meeting(info: Info, input: BookMeetingInput) -> Payload:
    context = info.context
    booked = await _book_once(info, input, await _once(info, input))
    actor = booker(context.actor, organization_id=booked.organization_id)
    guest = await guest_in(booked, signed(details(input.guest), actor))
    if not isinstance(actor, AgentActor):
        if guest is None:
            raise NotFound("The guest has left this meeting.")
        context.become(who_booked(actor, guest, booked))
    context.loaders.know(booked)
    shown = guest is not None and not (await context.mask()).hides
    token = manage_token(booked, guest.id, keys=context.world.keys) if guest and shown else None
    return Payload(meeting=booked, manage_token=token)


async def _once(info: Info, input: BookMeetingInput) -> Once | None:
    if input.idempotency_key is None:
        return None
    organization_id = await organization_of(named_by(input.slots))
    if organization_id is None:
        return None
    return once_of(info.context, "bookMeeting", input, organization_id=organization_id)


async def _book_once(info: Info, input: BookMeetingInput, once: Once | None) -> Meeting:
    """A request that comes again gets its first answer, even if what it named has ended since: perhaps by its own twin,
    which came at the same time and used the link."""
    earlier = await known_outcome(once)
    if earlier is None:
        try:
            return await _book(info, input, once)
        except LinkExpired:
            earlier = await known_outcome(once)
            if earlier is None:
                raise
    return await Meeting.get(id=earlier)


async def _book(info: Info, input: BookMeetingInput, once: Once | None) -> Meeting:
    context = info.context
    target = await target_of(info.context, input.slots)
    conversation = await _conversation(info, input)
    wish = Wish(
        target=target,
        start=input.start,
        guest=await _details_in(info, conversation, details(input.guest)),
        hold_token=input.hold_token,
        title=input.title,
        notes=input.notes,
        conversation_id=None if conversation is None else conversation.id,
        companions=tuple(Companion(name=one.name, email=one.email) for one in input.attendees or ()),
    )
    actor = booker(context.actor, organization_id=target.organization.id)
    return await booking.book(wish, actor=actor, now=context.now(), once=once)


@refusals_as_values
async def reschedule_meeting(info: Info, input: RescheduleMeetingInput) -> Payload:
    key = ids.decode(input.meeting_id, "Meeting", field=("meetingId",))
    moved = await changing.reschedule(
        key,
        Change(expected_version=input.expected_version, reason=input.reason),
        start=input.start,
        duration_minutes=input.duration_minutes,
        actor=await part_in(info, key),
        now=info.context.now(),
    )
    return Payload(meeting=moved)


@refusals_as_values
async def reassign_meeting(info: Info, input: ReassignMeetingInput) -> Payload:
    reassigned = await reassigning.reassign(
        ids.decode(input.meeting_id, "Meeting", field=("meetingId",)),
        ids.decode(input.agent_id, "Agent", field=("agentId",)),
        Change(expected_version=input.expected_version, reason=input.reason),
        actor=info.context.agent(),
        now=info.context.now(),
    )
    return Payload(meeting=reassigned)


@refusals_as_values
async def cancel_meeting(info: Info, input: MeetingActionInput) -> Payload:
    key = ids.decode(input.meeting_id, "Meeting", field=("meetingId",))
    cancelled = await changing.cancel(
        key,
        Change(expected_version=input.expected_version, reason=input.reason),
        actor=await part_in(info, key),
        now=info.context.now(),
    )
    return Payload(meeting=cancelled)


def booker(actor: Actor, *, organization_id: int) -> Actor:
    """A guest of one organization is anybody to the others."""
    elsewhere = isinstance(actor, GuestActor) and actor.organization_id != organization_id
    return Public() if elsewhere else actor


async def _conversation(info: Info, input: BookMeetingInput) -> Conversation | None:
    return None if input.conversation_id is None else await conversations.find(info, input.conversation_id)


async def _details_in(info: Info, conversation: Conversation | None, said: GuestDetails) -> GuestDetails:
    """Of whom a conversation is, masked agents do not have to say how they are reached; nor are they told whether they
    have guessed it."""
    contact_id = None if conversation is None else conversation.contact_id
    if contact_id is None or not (await info.context.mask()).hides:
        return said
    own = await (await Contact.get(id=contact_id)).present()
    return replace(said, name=own.name, email=own.email, phone=own.phone)


def details(guest: GuestInput) -> GuestDetails:
    """What the guest says of themselves, not checked yet."""
    return GuestDetails(
        name=guest.name,
        email=guest.email,
        phone=guest.phone,
        locale=guest.locale,
        time_zone=guest.time_zone,
        custom_fields={} if guest.custom_fields is None else cast("Mapping[str, object]", guest.custom_fields),
    )
