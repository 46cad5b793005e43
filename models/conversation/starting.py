"""Conversations begin on the web: guests turn to a service or to an agent, and agents to guests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from errors import Forbidden, Invalid, NotAMember, NotFound
from models import input
from models.actor import Actor, AgentActor, GuestActor
from models.agent.agent import Agent
from models.agent.locking import lock_agents
from models.contact.contact import Contact
from models.contact.details import GuestDetails, checked
from models.contact.holding import present_held
from models.contact.recognising import locks_of, recognise
from models.conversation.conversation import Member
from models.conversation.founding import Begun, Place, found
from models.conversation.joining import invitation
from models.conversation.limiting import check_limits, lock_of
from models.conversation.link import conversation_url
from models.guest.own import check_signed_in, signed
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.keyring import Keyring
from models.letter.ordered import order_letter
from models.naming import naming_what_is_there
from models.organization.organization import Organization
from models.organization.permission import Concern, demand
from models.organization.service import Service, ServiceMember
from models.queueing.finding import service_for
from models.transactions import Transaction, transaction
from models.words import MemberRole, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What is said first, to whom, and by whom: `guest` None is who is asking, as they are known."""

    organization: Organization
    text: str
    service: Service | None = None
    agent: Agent | None = None
    guest: GuestDetails | None = None


@dataclass(frozen=True, slots=True)
class Mailing:
    """What it takes to mail a link. `public_url` has no slash at its end."""

    keys: Keyring
    public_url: str


async def start(
    beginning: Beginning, *, actor: Actor, mailing: Mailing, now: datetime, once: Once | None = None
) -> Begun:
    """Begin a conversation and say the first thing in it.

    What a guest begins waits in the service that is named, or is the named agent's at once; without either it waits in
    the service where they have talked last. What an agent begins is theirs, or the named agent's; the guest is mailed a
    link to it.

    Refuses Invalid, ContactFieldRequired, Forbidden where the public begins nothing, Unauthenticated where guests have
    to sign in, LimitReached, NotAMember for an agent outside the service, AtCapacity, and NotAllowed to agents who may
    not assign to others.
    """
    text = input.text(beginning.text, field=("text",))
    details = _details(beginning, actor)
    _check_public(beginning.organization, actor)
    by = actor if isinstance(actor, AgentActor) else None
    async with naming_what_is_there(), transaction(locks=_locks(details, beginning, by)) as tx:
        if (earlier := await earlier_outcome(tx, once)) is not None:
            return await begun_before(earlier)
        guest = await _guest(tx, details, beginning, actor)
        if by is None:
            await check_limits(guest, now=now)
        owner = await _owner(tx, beginning, by)
        place = Place(beginning.organization, await _service_id(beginning, guest, owner), owner)
        begun = await found(tx, place, guest, text, by=by, now=now)
        if by is not None:
            await _mail(tx, begun, by, mailing, now=now)
        await remember_outcome(tx, once, begun.conversation.id)
    return begun


async def begun_before(conversation_id: int) -> Begun:
    """What the same request has begun when it came first; refuses NotFound where that is gone."""
    members = Member.filter(conversation_id=conversation_id, role=MemberRole.GUEST).order_by("id")
    member = await members.select_related("conversation", "contact").first()
    if member is None or member.contact is None:
        raise NotFound("The conversation is gone since.", field=("idempotencyKey",))
    return Begun(member.conversation, member.contact, member.id)


def _details(beginning: Beginning, actor: Actor) -> GuestDetails | None:
    """What is said of the guest, in one form; None where they are who is asking."""
    if beginning.guest is not None:
        return checked(signed(beginning.guest, actor))
    if not isinstance(actor, GuestActor):
        raise Invalid("Say who the guest is.", field=("guest",))
    return None


def _check_public(organization: Organization, actor: Actor) -> None:
    check_signed_in(actor, organization)
    if not isinstance(actor, AgentActor) and not organization.settings.public_booking_enabled:
        raise Forbidden("This organization is not open to the public.")


def _locks(details: GuestDetails | None, beginning: Beginning, by: AgentActor | None) -> Sequence[int]:
    organization = beginning.organization
    known = () if details is None else locks_of(details, organization=organization)
    counted = () if by is not None else (lock_of(organization.id),)
    return sorted((*known, *counted))


async def _guest(tx: Transaction, details: GuestDetails | None, beginning: Beginning, actor: Actor) -> Contact:
    if details is not None:
        return await recognise(tx, details, organization=beginning.organization)
    assert isinstance(actor, GuestActor)
    return await present_held(tx, actor.contact)


async def _owner(tx: Transaction, beginning: Beginning, by: AgentActor | None) -> Agent | None:
    """Who has it from the beginning, held; refuses NotFound to whom it cannot be."""
    agent = beginning.agent or (None if by is None else by.agent)
    if agent is None:
        return None
    if by is not None and agent.id != by.agent.id:
        settings = beginning.organization.settings
        await demand(by, Permission.ASSIGN, settings, Concern(agents=[agent.id]))
    await lock_agents(tx, [agent.id])
    found = await Agent.of(beginning.organization.id).get_or_none(id=agent.id, is_active=True)
    if found is None:
        raise NotFound("There is no such agent.", field=("agentId",))
    return found


async def _service_id(beginning: Beginning, guest: Contact, owner: Agent | None) -> int | None:
    """None for what begins between a guest and one agent. Refuses NotFound, NotAMember, and Invalid where there is
    none to be found."""
    service = beginning.service
    if service is None and owner is not None:
        return None
    if service is not None and owner is not None and not await _is_of(owner, service):
        raise NotAMember(f"{owner.name} is not of this service.", field=("agentId",))
    found = await service_for(named=service, guest=guest)
    if service is not None and found != service.id:
        raise NotFound("There is no such service.", field=("serviceId",))
    if found is None:
        raise Invalid("Name a service or an agent.", field=("serviceId",))
    return found


async def _is_of(agent: Agent, service: Service) -> bool:
    return await ServiceMember.filter(service_id=service.id, agent_id=agent.id).exists()


async def _mail(tx: Transaction, begun: Begun, by: AgentActor, mailing: Mailing, *, now: datetime) -> None:
    """Who has no address hears of it when they come by."""
    guest = begun.guest
    if guest.email is None:
        return
    url = conversation_url(begun.member_id, keys=mailing.keys, public_url=mailing.public_url)
    letter = invitation(
        begun.conversation,
        begun.member_id,
        guest,
        address=guest.email,
        actor=by,
        url=url,
        language=guest.locale,
    )
    await order_letter(tx, letter, organization_id=by.organization_id, keys=mailing.keys, now=now)
