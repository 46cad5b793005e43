"""The service that a new conversation belongs to, decided the same way every time."""

from __future__ import annotations

from models.agent.agent import Agent
from models.channel.account import ChannelAccount
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.organization.service import Service, ServiceMember


async def service_for(
    *,
    named: Service | None = None,
    account: ChannelAccount | None = None,
    guest: Contact | None = None,
    agent: Agent | None = None,
) -> int | None:
    """The id of the service, of those at work: the `named` one, which is the meeting's or was chosen; or the one of the
    number that was written to; or the one of the guest's last conversation that has one; or the agent's first. None
    where there is none of them."""
    for id in (None if named is None else named.id, None if account is None else account.service_id):
        if id is not None and await _at_work(id):
            return id
    if guest is not None and (last := await _last_of(guest)) is not None:
        return last
    return None if agent is None else await first_service_of(agent)


async def first_service_of(agent: Agent) -> int | None:
    """The one, of those at work, that the agent has been in for longest."""
    members = ServiceMember.filter(agent_id=agent.id, service__is_active=True, service__deleted_at__isnull=True)
    first = await members.order_by("id").first()
    return None if first is None else first.service_id


async def _last_of(guest: Contact) -> int | None:
    had = Conversation.filter(contact_id=guest.id, service__is_active=True, service__deleted_at__isnull=True)
    last = await had.order_by("-id").first()
    return None if last is None else last.service_id


async def _at_work(service_id: int) -> bool:
    return await Service.filter(id=service_id, is_active=True, deleted_at__isnull=True).exists()
