"""As whom a guest who has signed in acts: as the one of their contacts whom the meeting or conversation has."""

from __future__ import annotations

from models.actor import Actor, GuestActor, KnownActor, SignedInGuest
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.guest.own import at_meeting, in_conversation
from models.meeting.meeting import Meeting
from resolvers.context import Info


async def part_in(info: Info, meeting_id: int) -> KnownActor:
    """The viewer, as they take part in the meeting; refuses Unauthenticated to the public."""
    actor = info.context.known()
    return await at_meeting(actor, meeting_id) if isinstance(actor, SignedInGuest) else actor


async def voice_in(info: Info, conversation: Conversation) -> KnownActor:
    """The viewer, as they are a member of the conversation; refuses Unauthenticated to the public."""
    actor = info.context.known()
    return await in_conversation(actor, conversation.id) if isinstance(actor, SignedInGuest) else actor


def who_booked(actor: Actor, guest: Contact, booked: Meeting) -> GuestActor:
    """Whoever has booked sees what came of it; and who had signed in, all of theirs besides."""
    if isinstance(actor, SignedInGuest):
        return actor.known_as(guest)
    return GuestActor(guest, booked.id, booked.conversation_id)
