"""Conversations to try things on: begun by guests, and had by agents."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from models.actor import AgentActor, GuestActor, Public
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.contact.details import GuestDetails
from models.conversation.assigning import assign
from models.conversation.assignment import AssignmentRecord
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.conversation.posting import Draft, send_message
from models.conversation.starting import Beginning, Mailing, start
from models.keyring import Keyring
from models.organization.service import Service
from models.words import MessageKind
from tests.builders import MONDAY, acting

MAILING = Mailing(Keyring(b"only for tests, and long enough!"), "http://frontdesk.test")

_numbers = count(1)


def details(name: str = "") -> GuestDetails:
    """Of a guest whom nobody knows, or of the one of this name."""
    name = name or f"Guest{next(_numbers)}"
    return GuestDetails(
        name=name, email=f"{name.lower()}@guests.example", phone=None, locale=None, time_zone="Europe/Rome"
    )


async def begun(
    where: Service | Agent, *, by: GuestDetails | None = None, now: datetime = MONDAY, text: str = "Hello?"
) -> Conversation:
    """One that a guest has begun with the service, where it waits, or with the agent, whose it is."""
    service, agent = (where, None) if isinstance(where, Service) else (None, where)
    beginning = Beginning(
        organization=await where.organization, text=text, service=service, agent=agent, guest=by or details()
    )
    begun = await start(beginning, actor=Public(), mailing=MAILING, now=now)
    return await fresh(begun.conversation)


async def had(service: Service, agent: Agent, *, now: datetime = MONDAY) -> Conversation:
    """One of the service that the agent has."""
    waiting = await begun(service, now=now)
    return await assign(waiting, agent, service=None, note=None, actor=acting(agent), now=now)


async def fresh(conversation: Conversation) -> Conversation:
    """As it is by now."""
    return await Conversation.get(id=conversation.id)


async def guest_of(conversation: Conversation) -> GuestActor:
    guest = await Contact.get(id=conversation.contact_id)
    return GuestActor(guest, None, conversation.id)


async def say(
    conversation: Conversation,
    text: str,
    by: Agent | None = None,
    *,
    kind: MessageKind = MessageKind.TEXT,
    now: datetime = MONDAY,
) -> Message:
    """By the agent, or by the guest."""
    actor: AgentActor | GuestActor = await guest_of(conversation) if by is None else acting(by)
    return await send_message(await fresh(conversation), Draft(text=text, kind=kind), actor=actor, now=now)


async def ledger(conversation: Conversation) -> list[tuple[str, int | None]]:
    """How it went: why somebody has had it, and who."""
    records = await AssignmentRecord.filter(conversation_id=conversation.id).order_by("id")
    return [(record.how.value, record.to_agent_id) for record in records]


async def told(conversation: Conversation) -> list[str]:
    """What the system has written into it, and the texts of others."""
    messages = await Message.filter(conversation_id=conversation.id).order_by("seq")
    return [one.system_event.value if one.system_event else one.text or "" for one in messages]


async def agents_in(conversation: Conversation) -> dict[int, str]:
    members = await Member.filter(conversation_id=conversation.id, agent_id__isnull=False)
    return {member.agent_id: member.role.value for member in members if member.agent_id is not None}
