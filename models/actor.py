"""Who is asking: an agent by session, a guest by a link or signed in, or the public."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from models.agent.agent import Agent
from models.contact.contact import Contact
from models.words import Role

Ticket = tuple[str, int]

OVERSEERS = frozenset({Role.ADMINISTRATOR, Role.MANAGER, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class AgentActor:
    """An agent by their session, or the agent of an API key by `key_id`; until `expires_at`, where there is an end."""

    agent: Agent
    session_id: int
    expires_at: datetime | None
    key_id: int | None = None

    @property
    def organization_id(self) -> int:
        return self.agent.organization_id

    @property
    def ticket(self) -> Ticket:
        """What let them in: a session or an API key, and which one."""
        return ("session", self.session_id) if self.key_id is None else ("key", self.key_id)

    @property
    def administers_in_person(self) -> bool:
        """Whether this is an administrator who has signed in: whom an API key made one would outlive the key."""
        return self.agent.role is Role.ADMINISTRATOR and self.key_id is None

    @property
    def sees_all(self) -> bool:
        """Whether this role oversees the whole organization, rather than what is the agent's own."""
        return self.agent.role in OVERSEERS

    @property
    def key(self) -> str:
        return f"agent:{self.agent.id}"


@dataclass(frozen=True, slots=True)
class GuestActor:
    """A guest who holds a link, and may act on what it is of only: the manage link of one meeting, of a group meeting
    their own, and its conversation; or, without a meeting, the link of a conversation by their membership `member_id`.

    Whoever books or begins is given such a link at once: that the contact's address is theirs, only who `is_verified`
    has shown. The link of a group meeting may name a contact, `link_id`, who was merged into this one since.
    """

    contact: Contact
    meeting_id: int | None
    conversation_id: int | None
    is_verified: bool = False
    member_id: int | None = None
    link_id: int | None = None
    others: frozenset[int] = frozenset()

    @property
    def organization_id(self) -> int:
        return self.contact.organization_id

    @property
    def contact_ids(self) -> frozenset[int]:
        """The contacts who the guest is, also those of `others` who were merged into theirs."""
        return self.others | {self.contact.id}

    @property
    def place(self) -> tuple[int, int] | None:
        """The meeting whose manage link they hold, and who of its guests this is, as the link names them."""
        return None if self.meeting_id is None else (self.meeting_id, self.link_id or self.contact.id)

    @property
    def key(self) -> str:
        return f"guest:{self.contact.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInGuest(GuestActor):
    """A guest who has shown that an address is theirs: every contact of the organization who has it is they, and
    `contact` the first of them. They see all of their meetings and conversations; to act on one they become the guest
    of it (see models/guest/own.py)."""

    session_id: int
    email: str
    expires_at: datetime
    all_ids: frozenset[int]

    @property
    def contact_ids(self) -> frozenset[int]:
        return self.all_ids

    def known_as(self, contact: Contact) -> SignedInGuest:
        """The same guest, under one more name."""
        return replace(self, all_ids=self.all_ids | {contact.id})


@dataclass(frozen=True, slots=True)
class Public:
    """Anybody."""

    key: str = "public"


Actor = AgentActor | GuestActor | Public
KnownActor = AgentActor | GuestActor
