"""Who is asking: an agent by session, a guest by manage link, or the public."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.agent.agent import Agent
from models.contact import Contact
from models.words import Role

_OVERSEERS = frozenset({Role.ADMINISTRATOR, Role.MANAGER, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class AgentActor:
    """An agent, until `expires_at`."""

    agent: Agent
    session_id: int
    expires_at: datetime

    @property
    def organization_id(self) -> int:
        return self.agent.organization_id

    @property
    def sees_all(self) -> bool:
        """Whether this role oversees the whole organization, rather than what is the agent's own."""
        return self.agent.role in _OVERSEERS

    @property
    def key(self) -> str:
        return f"agent:{self.agent.id}"


@dataclass(frozen=True, slots=True)
class GuestActor:
    """A guest who holds the manage link of one meeting, and may act on it and its conversation only. Of a group
    meeting, it is their own link.

    Whoever books is given such a link at once: that the contact's address is theirs, only who `is_verified` has shown.
    """

    contact: Contact
    meeting_id: int
    conversation_id: int
    is_verified: bool = False

    @property
    def organization_id(self) -> int:
        return self.contact.organization_id

    @property
    def place(self) -> tuple[int, int]:
        """The meeting, and who of its guests this is."""
        return self.meeting_id, self.contact.id

    @property
    def key(self) -> str:
        return f"guest:{self.contact.id}"


@dataclass(frozen=True, slots=True)
class Public:
    """Anybody."""

    key: str = "public"


Actor = AgentActor | GuestActor | Public
KnownActor = AgentActor | GuestActor
