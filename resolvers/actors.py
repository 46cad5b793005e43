"""Who did something: an agent, a contact, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from models.agent.agent import Agent
from models.contact.contact import Contact
from resolvers.context import Info

SYSTEM_NAME = "Frontdesk"


@dataclass(frozen=True, slots=True)
class SystemActor:
    name: str = SYSTEM_NAME


class Acted(Protocol):
    actor_agent_id: int | None
    actor_contact_id: int | None


async def actor(info: Info, root: Acted) -> Agent | Contact | SystemActor:
    return await party(info, root.actor_agent_id, root.actor_contact_id) or SystemActor()


async def party(info: Info, agent_id: int | None, contact_id: int | None) -> Agent | Contact | None:
    if agent_id is not None:
        return await info.context.loaders.agents.load(agent_id)
    if contact_id is not None:
        return await info.context.loaders.contacts.load(contact_id)
    return None
