"""What models announce: facts that became true, told to whoever listens once their transaction is committed.

The only part of realtime/ that models import. `announce` adds to the outbox of the transaction in progress; the
transaction writes the outbox as event rows with a dense seq and, after commit, hands hints to the bus.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from realtime.sharing import Renderings


class EventKind(StrEnum):
    """The contract's feed events that have a cursor."""

    MESSAGE_ADDED = "MESSAGE_ADDED"
    MESSAGE_CHANGED = "MESSAGE_CHANGED"
    ASSIGNMENT_CHANGED = "ASSIGNMENT_CHANGED"
    MEMBERS_CHANGED = "MEMBERS_CHANGED"
    CONVERSATION_CHANGED = "CONVERSATION_CHANGED"
    MEETING_CHANGED = "MEETING_CHANGED"
    READ_MARKER_MOVED = "READ_MARKER_MOVED"
    OFFER_MADE = "OFFER_MADE"
    OFFER_CLOSED = "OFFER_CLOSED"


class Audience(StrEnum):
    """Who of a topic's subscribers may hear of an event: nobody, once what it is about has been purged. SUPERVISION is
    who supervises, and whoever has the conversation in the moment in which they are told."""

    EVERYONE = "EVERYONE"
    AGENTS = "AGENTS"
    SUPERVISION = "SUPERVISION"
    NOBODY = "NOBODY"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One fact for one topic. `ids` name the rows that it is about; their present state is read on delivery."""

    organization_id: int
    topic: str
    kind: EventKind
    ids: Mapping[str, int]
    audience: Audience = Audience.EVERYONE

    @property
    def told(self) -> Hashable:
        """What it tells, by which it is known from others."""
        return self.topic, self.kind, self.audience, tuple(sorted(self.ids.items()))


MOST_FACTS: Final = 8
"""Of a hint. Where more happens at once, it is read in pages."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What the row of an event says of it."""

    kind: str
    audience: Audience
    ids: Mapping[str, int]
    at: datetime


@dataclass(frozen=True, slots=True)
class Hint:
    """That a topic has come as far as `seq`: what goes over the bus after commit. The last of the `facts`, if any come
    along, has that seq: whoever has come as far as the first need not read them."""

    topic: str
    seq: int
    facts: Sequence[Fact] = field(default=(), compare=False)

    @property
    def before(self) -> int:
        """The seq after which its facts go on."""
        return self.seq - len(self.facts)

    def after(self, earlier: "Hint") -> "Hint":
        """It and an earlier one in one. Facts come along as long as there are few."""
        if earlier.seq == self.before and len(earlier.facts) + len(self.facts) <= MOST_FACTS:
            return Hint(self.topic, self.seq, (*earlier.facts, *self.facts))
        return self if self.seq >= earlier.seq else earlier


class PassingKind(StrEnum):
    """The contract's events that have no cursor; and that schedules have changed, which clients are told as slots."""

    PRESENCE_CHANGED = "PRESENCE_CHANGED"
    QUEUE_CHANGED = "QUEUE_CHANGED"
    SCHEDULE_CHANGED = "SCHEDULE_CHANGED"


@dataclass(frozen=True, slots=True)
class Passing:
    """Something of the moment, about the row with this id: outside the feed, heard by who listens now, or lost."""

    topic: str
    kind: PassingKind
    id: int
    renderings: Renderings = field(default_factory=dict, compare=False, repr=False)

    @property
    def payload(self) -> bytes:
        return f"{self.kind}:{self.id}".encode()

    @classmethod
    def read(cls, topic: str, payload: bytes) -> "Passing":
        kind, _, id = payload.decode().partition(":")
        return cls(topic, PassingKind(kind), int(id))


@dataclass(frozen=True, slots=True)
class Typing:
    """That an agent or a contact types in the topic's conversation, or does so no more: of the moment, too.

    What stands before the `=` is whom it is about: who has not heard yet what was told of them before hears this
    instead.
    """

    topic: str
    agent_id: int | None
    contact_id: int | None
    typing: bool
    renderings: Renderings = field(default_factory=dict, compare=False, repr=False)

    @property
    def payload(self) -> bytes:
        party = f"agent:{self.agent_id}" if self.contact_id is None else f"contact:{self.contact_id}"
        return f"{party}={self.typing:d}".encode()

    @classmethod
    def read(cls, topic: str, payload: bytes) -> "Typing":
        party, _, typing = payload.decode().partition("=")
        kind, _, id = party.partition(":")
        agent_id, contact_id = (int(id), None) if kind == "agent" else (None, int(id))
        return cls(topic, agent_id, contact_id, typing == "1")


@dataclass(frozen=True, slots=True)
class Outbox:
    """What is announced, in order, and what is mentioned. Each once, however often that is: whoever is told of it reads
    what is so by then."""

    announced: dict[Hashable, Announcement] = field(default_factory=dict)
    mentioned: dict[Passing, None] = field(default_factory=dict)


_outbox: ContextVar[Outbox | None] = ContextVar("outbox", default=None)


@contextmanager
def outbox() -> Iterator[Outbox]:
    """Collect what is announced and mentioned inside."""
    collected = Outbox()
    token = _outbox.set(collected)
    try:
        yield collected
    finally:
        _outbox.reset(token)


def announce(*announcements: Announcement) -> None:
    """Tell the topics' subscribers, after commit. Outside a transaction this is a programming error."""
    told = _collected().announced
    for one in announcements:
        told.pop(one.told, None)
        told[one.told] = one


def mention(*passing: Passing) -> None:
    """Tell whoever listens to the topics just then, after commit. Outside a transaction it is an error, too."""
    _collected().mentioned.update(dict.fromkeys(passing))


def _collected() -> Outbox:
    collected = _outbox.get()
    if collected is None:
        raise RuntimeError("announced outside a transaction")
    return collected


def conversation_topic(conversation_id: int) -> str:
    return f"conversation:{conversation_id}"


def inbox_topic(agent_id: int) -> str:
    return f"inbox:{agent_id}"


def presence_topic(organization_id: int) -> str:
    """Where it is mentioned who comes to their desk or leaves it; nothing is kept of it."""
    return f"presence:{organization_id}"


def queue_topic(service_id: int) -> str:
    """Where it is mentioned that other things wait in a service's queue; nothing is kept of it, either."""
    return f"queue:{service_id}"


def schedule_topic(organization_id: int) -> str:
    """Where it is mentioned that something was committed that decides which slots an organization has."""
    return f"schedule:{organization_id}"
