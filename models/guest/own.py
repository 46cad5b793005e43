"""What is a guest's own who has signed in: in each meeting and conversation they are one of their contacts."""

from __future__ import annotations

from dataclasses import replace

from errors import Invalid, Unauthenticated
from models.actor import Actor, AgentActor, GuestActor, SignedInGuest
from models.contact.contact import Contact
from models.contact.details import GuestDetails
from models.conversation.conversation import Member
from models.input import email
from models.meeting.meeting import Attendee
from models.organization.organization import Organization


async def at_meeting(guest: SignedInGuest, meeting_id: int) -> GuestActor:
    """The guest, as the one of their contacts who takes part in the meeting; who takes part in none has none."""
    places = Attendee.guests_of(meeting_id).filter(
        contact_id__in=Contact.same_as(guest.contact_ids), organization_id=guest.organization_id
    )
    place = await places.select_related("contact", "meeting").first()
    if place is None or place.contact is None:
        return GuestActor(guest.contact, None, None, is_verified=True)
    others, conversation = await place.contact.others(), place.meeting.conversation_id
    return GuestActor(place.contact, meeting_id, conversation, is_verified=True, others=others)


async def in_conversation(guest: SignedInGuest, conversation_id: int) -> GuestActor:
    """The guest, as the one of their contacts who is a member of the conversation."""
    members = Member.filter(
        conversation_id=conversation_id,
        contact_id__in=Contact.same_as(guest.contact_ids),
        organization_id=guest.organization_id,
    )
    member = await members.select_related("contact").order_by("id").first()
    if member is None or member.contact is None:
        return GuestActor(guest.contact, None, None, is_verified=True)
    others = await member.contact.others()
    return GuestActor(member.contact, None, conversation_id, is_verified=True, others=others)


def check_signed_in(actor: Actor, organization: Organization) -> None:
    """Refuses Unauthenticated where guests have to sign in before they book, and this one has not: a manage link shows
    no more than that somebody has booked."""
    if isinstance(actor, AgentActor) or not organization.settings.guest_sign_in_required:
        return
    if not isinstance(actor, SignedInGuest) or actor.organization_id != organization.id:
        raise Unauthenticated("Sign in before you book: a code is mailed to your address.")


def signed(details: GuestDetails, actor: Actor) -> GuestDetails:
    """What a guest who has signed in says of themselves: the address is the one that they have shown to be theirs, by
    which their meetings are counted. Refuses Invalid for another one."""
    if not isinstance(actor, SignedInGuest):
        return details
    if details.email is not None and email(details.email, field=("guest", "email")) != actor.email:
        raise Invalid("Book with the address that you have signed in with.", field=("guest", "email"))
    return replace(details, email=actor.email)
