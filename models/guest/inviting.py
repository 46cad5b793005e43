"""Guests are invited: mailed a link by which they choose a time, of all that are free or of a few that are held."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from errors import ContactFieldRequired, Refused
from models import input
from models.actor import AgentActor
from models.agent.agent import Agent
from models.audit.auditing import audit
from models.availability.linking import LinkFields, create_link, still_there
from models.contact import details, recognising
from models.contact.contact import Contact
from models.contact.details import GuestDetails
from models.contact.recognising import locks_of
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.keyring import Keyring
from models.letter.ordered import Order, order_letter
from models.link import ScheduleLink
from models.organization.organization import Organization
from models.organization.permission import Concern, demand
from models.organization.service import Service
from models.organization.subject import Subject
from models.transactions import transaction
from models.words import Audience, Occasion, Permission

LONGEST_MESSAGE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Who is invited, to what, and what is written to them. `link` is as for a link that is made by itself."""

    guest: GuestDetails
    link: LinkFields
    agent_id: int | None = None
    service_id: int | None = None
    message: str | None = None


async def invite(
    invitation: Invitation,
    *,
    actor: AgentActor,
    keys: Keyring,
    public_url: str,
    now: datetime,
    once: Once | None = None,
) -> ScheduleLink:
    """Make a link for the guest, who is recognised or becomes a contact, and mail it to them. Offered times are held
    until one is booked. What is booked through it is OUTBOUND.

    Refuses ContactFieldRequired without an address, Invalid, NotAllowed, NotFound, and whatever stands against an
    offered time.
    """
    message = invitation.message
    message = input.text(message, field=("message",), most=LONGEST_MESSAGE) if message else None
    guest = details.checked(invitation.guest)
    if guest.email is None:
        raise ContactFieldRequired("The invitation needs an address to go to.", field=("guest", "email"))
    organization = await Organization.get(id=actor.organization_id)
    async with transaction(locks=locks_of(guest, organization=organization)) as tx:
        if (earlier := await earlier_outcome(tx, once)) is not None:
            return await still_there(earlier)
        await _check_may(actor, invitation, organization)
        invited = await recognising.recognise(tx, guest, organization=organization)
        link = await _link(invitation, invited, actor=actor, now=now)
        await audit(tx, "inviteGuest", link, actor=actor, guest=invited)
        await remember_outcome(tx, once, link.id)
        url = f"{public_url}/{organization.slug}/{link.slug}"
        letter = await _letter(link, guest, message, url=url)
        await order_letter(tx, letter, organization_id=organization.id, keys=keys, now=now)
    return link


async def _check_may(actor: AgentActor, invitation: Invitation, organization: Organization) -> None:
    agents = () if invitation.agent_id is None else (invitation.agent_id,)
    where = Concern(agents=agents, service_id=invitation.service_id)
    await demand(actor, Permission.CREATE_MEETINGS, organization.settings, where)


async def _link(invitation: Invitation, invited: Contact, *, actor: AgentActor, now: datetime) -> ScheduleLink:
    with _refusals_of_link():
        link = await create_link(
            actor=actor,
            now=now,
            agent_id=invitation.agent_id,
            service_id=invitation.service_id,
            **invitation.link,
        )
    link.is_invitation, link.invited = True, invited
    await link.save(update_fields=["is_invitation", "invited_id"])
    return link


@contextmanager
def _refusals_of_link() -> Iterator[None]:
    """What is refused of the link names its fields within the invitation."""
    try:
        yield
    except Refused as refused:
        refused.field = ("link", *refused.field)
        raise


async def _letter(link: ScheduleLink, guest: GuestDetails, message: str | None, *, url: str) -> Order:
    agent = None if link.agent_id is None else await Agent.get(id=link.agent_id)
    service = None if link.service_id is None else await Service.get(id=link.service_id)
    subject = None if link.subject_id is None else await Subject.get(id=link.subject_id)
    about = subject or service
    return Order(
        key=f"link:{link.id}:invited",
        occasion=Occasion.INVITATION,
        audience=Audience.GUEST,
        name=guest.name,
        address=guest.email or "",
        time_zone=guest.time_zone,
        languages=(guest.locale,) if guest.locale else (),
        url=url,
        message=message,
        title=about.name if about else None,
        agent_names=(agent.name,) if agent else (),
        until=link.expires_at,
    )
