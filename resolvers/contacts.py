"""How guests can be reached, masked from agents whose role the organization's settings name."""

from __future__ import annotations

from collections.abc import Awaitable

from models.actor import AgentActor
from models.agent.agent import Agent
from models.contact import Contact
from models.meeting.meeting import Attendee
from models.organization.permission import may
from models.words import Permission, Role
from resolvers.context import Info

_MASK = "***"


def email(info: Info, root: Contact | Attendee) -> str | Awaitable[str | None] | None:
    """Of what is masked, the first letter."""
    return _shown(info, root, root.email, f"{(root.email or '')[:1]}{_MASK}@{_MASK}")


def phone(info: Info, root: Contact) -> str | Awaitable[str | None] | None:
    """Of what is masked, the last two digits."""
    return _shown(info, root, root.phone, f"{_MASK}{(root.phone or '')[-2:]}")


def _shown(
    info: Info, root: Contact | Attendee, whole: str | None, masked: str
) -> str | Awaitable[str | None] | None:
    """As the viewer may see it; at once to whom nothing is masked anyway, as there are long lists of them."""
    actor = info.context.actor
    if not whole or not isinstance(actor, AgentActor) or actor.agent.role is Role.ADMINISTRATOR:
        return whole
    return _as_set(info, actor.agent, whole, masked)


async def _as_set(info: Info, agent: Agent, whole: str, masked: str) -> str:
    organization = await info.context.loaders.organizations.load(agent.organization_id)
    sees_all = organization is not None and may(agent, Permission.SEE_UNMASKED, organization.settings)
    return whole if sees_all else masked
