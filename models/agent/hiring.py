"""Agents are added, and invited by mail to choose a password."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from errors import Invalid, NotAllowed, NotFound
from models.actor import AgentActor
from models.agent.agent import Agent
from models.agent.changing import EMAIL_TAKEN, NOT_IN_PERSON, SLUG_TAKEN
from models.agent.describing import AgentFields, checked, place, teach
from models.agent.password import INVITATION_LASTS, password_url
from models.audit.auditing import audit, everything_of
from models.availability.address import new_slug
from models.editing import unique
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.keyring import Keyring
from models.letter.ordered import Order, order_letter
from models.organization.authority import Authority, authority_of
from models.organization.organization import Organization
from models.transactions import Transaction, transaction
from models.words import Audience, Occasion, Role

_LONGEST_MADE_SLUG = 50


@dataclass(frozen=True, slots=True)
class Invitation:
    """What it takes to invite somebody. `public_url` has no slash at its end."""

    keys: Keyring
    public_url: str
    now: datetime


async def create_agent(
    invitation: Invitation,
    *,
    actor: AgentActor,
    offices: Collection[int] = (),
    expertise: Collection[int] = (),
    once: Once | None = None,
    **fields: Unpack[AgentFields],
) -> Agent:
    """Add an agent and mail them a link, good for a week, by which they choose a password. They need a name and an
    address; what is not given is as usual: the role of an agent, the organization's zone, a slug made of the name.

    Refuses NotAllowed (roles to all but administrators, other offices to a manager of some), NotFound and Invalid.
    """
    authority = await authority_of(actor)
    _check_authority(authority, fields.get("role", Role.AGENT), offices)
    columns = checked(fields)
    with (
        unique(EMAIL_TAKEN, field=("email",), column="email"),
        unique(SLUG_TAKEN, field=("slug",), column="slug"),
    ):
        async with transaction() as tx:
            if (earlier := await earlier_outcome(tx, once)) is not None:
                return await _still_there(earlier, actor)
            organization = await Organization.get(id=actor.organization_id)
            own = {"organization_id": organization.id, "time_zone": organization.time_zone}
            slug = columns.get("slug") or await _free_slug(columns["name"], organization)
            agent = await Agent.create(**{**own, **columns, "slug": slug})
            _, at = await place(agent, offices)
            _, in_ = await teach(agent, expertise)
            after = {**everything_of(agent), "offices": at, "expertise": in_}
            await audit(tx, "createAgent", agent, actor=actor, after=after)
            await _invite(tx, agent, invitation, inviter=actor.agent)
            await remember_outcome(tx, once, agent.id)
    return agent


def _check_authority(authority: Authority, role: Role, offices: Collection[int]) -> None:
    if role is Role.ADMINISTRATOR and not authority.actor.administers_in_person:
        raise NotAllowed(NOT_IN_PERSON, field=("role",))
    if authority.actor.agent.role is not Role.ADMINISTRATOR and role is not Role.AGENT:
        raise NotAllowed("Only administrators give such a role.", field=("role",))
    if authority.offices is not None and not offices:
        raise Invalid("Name the offices where they work.", field=("officeIds",))
    for office in offices:
        authority.over_office(office)


async def _invite(tx: Transaction, agent: Agent, invitation: Invitation, *, inviter: Agent) -> None:
    until = invitation.now + INVITATION_LASTS
    order = Order(
        key=f"agent:{agent.id}:invited",
        occasion=Occasion.AGENT_INVITATION,
        audience=Audience.AGENT,
        name=agent.name,
        address=agent.email,
        time_zone=agent.time_zone,
        languages=tuple(agent.languages),
        url=password_url(agent, until=until, keys=invitation.keys, public_url=invitation.public_url),
        actor=inviter.name,
        until=until,
    )
    keys, now = invitation.keys, invitation.now
    await order_letter(tx, order, organization_id=agent.organization_id, keys=keys, now=now)


async def _still_there(agent_id: int, actor: AgentActor) -> Agent:
    agent = await Agent.of(actor.organization_id).get_or_none(id=agent_id)
    if agent is None:
        raise NotFound("The agent has been deleted since.", field=("idempotencyKey",))
    return agent


async def _free_slug(name: str, organization: Organization) -> str:
    """The name in small letters of ASCII, and something more where somebody has that, or nothing is left of it."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", letters)[:_LONGEST_MADE_SLUG].strip("-")
    if slug and not await Agent.exists(organization_id=organization.id, slug=slug):
        return slug
    return f"{slug or 'agent'}-{new_slug()[:6]}"
