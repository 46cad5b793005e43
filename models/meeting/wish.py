"""What is to be booked, as somebody says it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from errors import Invalid
from models import input
from models.actor import Actor, AgentActor, SignedInGuest
from models.availability.request import Request
from models.availability.target import Target
from models.contact import details
from models.contact.details import GuestDetails
from models.meeting.joining import Companion
from scheduling.question import GuestLimits

MOST_ATTENDEES = 50
MOST_OF_THE_PUBLIC = 10
"""Each is written to: who has shown nothing of themselves has us write to few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be booked: with whom and how (`target`), from when on, for whom; perhaps a slot that is held."""

    target: Target
    start: datetime
    guest: GuestDetails
    hold_token: str | None = None
    conversation_id: int | None = None
    title: str | None = None
    notes: str | None = None
    companions: tuple[Companion, ...] = ()

    @property
    def seats(self) -> int:
        """How many the party takes of a group meeting: as many as are asked for, and one for each who is named."""
        return max(self.target.seats, 1 + len(self.companions)) if self.is_of_group else self.target.seats

    @property
    def is_of_group(self) -> bool:
        return self.target.plan.seats > 1


def checked(wish: Wish, *, actor: Actor) -> Wish:
    """What the actor wishes for, in one form. Refuses Invalid."""
    _check_attendees(wish, actor)
    if wish.is_of_group and wish.seats > wish.target.plan.seats:
        raise Invalid(f"Such a meeting has {wish.target.plan.seats} seats.", field=("attendees",))
    if wish.is_of_group and wish.conversation_id is not None:
        raise Invalid("A group meeting has a conversation of its own.", field=("conversationId",))
    return replace(
        wish,
        guest=details.checked(wish.guest),
        title=input.line(wish.title, field=("title",)) if wish.title is not None else None,
        notes=input.text(wish.notes, field=("notes",)) if wish.notes else None,
        companions=tuple(
            Companion(
                name=input.line(one.name, field=("attendees", str(i), "name")),
                email=input.email(one.email, field=("attendees", str(i), "email")),
            )
            for i, one in enumerate(wish.companions)
        ),
    )


def _check_attendees(wish: Wish, actor: Actor) -> None:
    named = len(wish.companions)
    if named > MOST_ATTENDEES:
        raise Invalid(f"A meeting has at most {MOST_ATTENDEES} attendees.", field=("attendees",))
    if named > MOST_OF_THE_PUBLIC and not isinstance(actor, AgentActor | SignedInGuest):
        most = f"Who has not signed in names at most {MOST_OF_THE_PUBLIC} attendees."
        raise Invalid(most, field=("attendees",))


def request_for(wish: Wish, limits: GuestLimits | None, *, actor: Actor) -> Request:
    """What is asked of the engine for it, by a guest with these limits. What is held has its seats."""
    zone = input.zone(wish.guest.time_zone, field=("guest", "timeZone"))
    target = wish.target if wish.hold_token is not None else replace(wish.target, seats=wish.seats)
    return Request(target=target, guest_zone=zone, actor=actor, guest_limits=limits)
