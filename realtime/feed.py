"""What a feed is made of: events with a dense seq, and what a subscriber hears in their place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from realtime.events import Audience, Hint
from realtime.sharing import Renderings

T = TypeVar("T")

UNKNOWN: Final = -1
"""The `after` of a client whose cursor could not be read: it is told so, instead of silently starting anew."""


@dataclass(frozen=True, slots=True)
class Event:
    """One fact of a topic. `payload` holds ids of the rows it is about, not their state; `at` is aware UTC."""

    topic: str
    seq: int
    kind: str
    payload: Mapping[str, int]
    at: datetime
    audience: Audience = Audience.EVERYONE
    renderings: Renderings = field(default_factory=dict, compare=False, repr=False)


def told_by(hint: Hint) -> list[Event]:
    """The events that came along with the hint."""
    numbered = enumerate(hint.facts, start=hint.before + 1)
    return [Event(hint.topic, seq, fact.kind, fact.ids, fact.at, fact.audience) for seq, fact in numbered]


@dataclass(frozen=True, slots=True)
class Head:
    """How far a topic has come, and up to where it is no longer kept: the oldest kept seq is `floor` + 1."""

    seq: int = 0
    floor: int = 0


class ResyncReason(StrEnum):
    """Why a subscriber has to fetch anew, in the words of the API contract."""

    TOO_OLD = "TOO_OLD"
    TOO_SLOW = "TOO_SLOW"
    UNKNOWN_CURSOR = "UNKNOWN_CURSOR"


@dataclass(frozen=True, slots=True)
class Resync:
    """The subscriber cannot be given every event since its cursor; from `seq` on it gets every one again."""

    topic: str
    reason: ResyncReason
    seq: int


@dataclass(frozen=True, slots=True)
class Ephemeral:
    """Something of the moment, such as typing or presence: outside the feed, without a seq, and may be lost."""

    topic: str
    payload: bytes
    readings: dict[Callable[[str, bytes], object], object] = field(
        default_factory=dict, compare=False, repr=False
    )

    def read_by(self, read: Callable[[str, bytes], T]) -> T:
        """What it says: one and the same object for all who hear the message."""
        said = self.readings.get(read)
        if said is None:
            said = self.readings[read] = read(self.topic, self.payload)
        return said  # type: ignore[return-value]  # of a dict it is not known that the value goes by the key

    @property
    def about(self) -> tuple[str, bytes]:
        """What it tells of: where it says how that is, behind a `=`, the newest one says all there is to know."""
        return self.topic, self.payload.partition(b"=")[0]


class EventStore(Protocol):
    """The rows of the feeds. Whatever it raises is taken for a passing fault, and the call is made again."""

    async def heads(self, topics: Sequence[str]) -> Mapping[str, Head]:
        """The heads of these topics, in one query. A topic without events may be left out."""
        ...

    async def read(self, topic: str, *, after: int, limit: int) -> Sequence[Event]:
        """The oldest `limit` retained events with a seq above `after`, in order of seq."""
        ...


def verdict(cursor: int, head: Head) -> ResyncReason | None:
    """Why a feed with this head cannot be continued from the cursor; None where it can."""
    if not 0 <= cursor <= head.seq:
        return ResyncReason.UNKNOWN_CURSOR
    return ResyncReason.TOO_OLD if cursor < head.floor else None


def unbroken(events: Sequence[Event], *, after: int) -> Sequence[Event]:
    """The events that follow `after` without a gap: seqs are dense, so a gap means that rows were removed."""
    if events and events[0].seq == after + 1 and events[-1].seq == after + len(events):
        return events
    for index, event in enumerate(events):
        if event.seq != after + 1 + index:
            return events[:index]
    return events
