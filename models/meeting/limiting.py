"""A guest who has as many meetings as one may have is told which of them stand in the way.

How many they are, everybody is told who is refused. Which, only who sees them anyway: whoever merely gives an address
is not told when its owner meets whom.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from errors import LimitReached
from models.actor import Actor, GuestActor
from models.availability.target import Target
from models.contact.contact import Contact
from models.contact.details import GuestDetails
from models.contact.recognising import known_by
from models.meeting.limits import guest_limits, in_the_way
from models.meeting.meeting import Attendee, Meeting
from models.organization.service import ServiceMember


@asynccontextmanager
async def telling_what_is_in_the_way(
    guest: Contact | GuestDetails,
    target: Target,
    start: datetime,
    *,
    actor: Actor,
    now: datetime,
    moved_id: int | None = None,
) -> AsyncIterator[None]:
    """Where what is tried here is refused because of the guest's own meetings, the refusal says how many, and which."""
    try:
        yield
    except LimitReached as refused:
        contact = await _known(guest, target) if isinstance(guest, GuestDetails) else guest
        limits = await guest_limits(contact, target.organization, actor=actor, now=now, moved_id=moved_id)
        if limits is not None:
            found = await in_the_way(
                contact,
                target.organization,
                limits,
                start=start,
                agents=await _agents(target),
                now=now,
                moved_id=moved_id,
            )
            await _tell(refused, found, actor=actor)
        raise


async def _tell(refused: LimitReached, found: list[int], *, actor: Actor) -> None:
    if not found:
        return  # it is the agents who have as many as they may have
    some = "1 meeting stands" if len(found) == 1 else f"{len(found)} meetings stand"
    refused.message = f"{refused.message} {some} in the way."
    refused.in_the_way = await (await _shown_to(actor)).filter(id__in=found).order_by("start", "id")


async def _shown_to(actor: Actor) -> QuerySet[Meeting]:
    """Also as the guest of one meeting, who has signed in sees all that are of their address."""
    if not isinstance(actor, GuestActor) or not actor.is_verified:
        return Meeting.visible_to(actor)
    known = Contact.filter(organization_id=actor.organization_id, email=actor.contact.email)
    own = Contact.same_as([actor.contact.id, *(one.id for one in await known.only("id"))])
    places = Attendee.filter(contact_id__in=own, companion=False, left_at__isnull=True)
    return Meeting.filter(id__in=Subquery(places.values("meeting_id")), organization_id=actor.organization_id)


async def _known(details: GuestDetails, target: Target) -> Contact:
    """Who gives these details, which have been checked, or somebody new."""
    known = await known_by(details, organization_id=target.organization.id)
    return known or Contact.new(details, organization=target.organization)


async def _agents(target: Target) -> list[int]:
    if target.service is None:
        return [agent.id for agent in target.agents]
    return [member.agent_id for member in await ServiceMember.filter(service_id=target.service.id)]
