"""What models announce: facts that became true, told to whoever listens once their transaction is committed.

The only part of realtime/ that models import. `announce` adds to the outbox of the transaction in progress; the
transaction writes the outbox as event rows with a dense seq and, after commit, hands hints to the bus.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


class EventKind(StrEnum):
    """The contract's feed events that have a cursor."""

    MESSAGE_ADDED = "MESSAGE_ADDED"
    ASSIGNMENT_CHANGED = "ASSIGNMENT_CHANGED"
    MEMBERS_CHANGED = "MEMBERS_CHANGED"
    CONVERSATION_CHANGED = "CONVERSATION_CHANGED"
    MEETING_CHANGED = "MEETING_CHANGED"
    READ_MARKER_MOVED = "READ_MARKER_MOVED"


class Audience(StrEnum):
    """Who of a topic's subscribers may hear of an event: nobody, once what it is about has been purged."""

    EVERYONE = "EVERYONE"
    AGENTS = "AGENTS"
    NOBODY = "NOBODY"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One fact for one topic. `ids` name the rows that it is about; their present state is read on delivery."""

    organization_id: int
    topic: str
    kind: EventKind
    ids: Mapping[str, int]
    audience: Audience = Audience.EVERYONE


@dataclass(frozen=True, slots=True)
class Hint:
    """That a topic has come as far as `seq`: what goes over the bus after commit, and no more."""

    topic: str
    seq: int


_outbox: ContextVar[list[Announcement] | None] = ContextVar("outbox", default=None)


@contextmanager
def outbox() -> Iterator[list[Announcement]]:
    """Collect what is announced inside, in the order in which it is announced."""
    collected: list[Announcement] = []
    token = _outbox.set(collected)
    try:
        yield collected
    finally:
        _outbox.reset(token)


def announce(*announcements: Announcement) -> None:
    """Tell the topics' subscribers, after commit. Outside a transaction this is a programming error."""
    collected = _outbox.get()
    if collected is None:
        raise RuntimeError("announced outside a transaction")
    collected.extend(announcements)


def conversation_topic(conversation_id: int) -> str:
    return f"conversation:{conversation_id}"


def inbox_topic(agent_id: int) -> str:
    return f"inbox:{agent_id}"
