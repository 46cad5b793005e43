"""What a process keeps of what it has read, until the log of changes says that it may be otherwise.

Everything kept names the topics that it depends on (see models/changes.py). It is bounded by its size; what was asked
for longest ago goes first. Nothing that is kept may be changed by whoever is given it.
"""

from __future__ import annotations

from asyncio import Future
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from models.changes import Look

V = TypeVar("V")

Hear = Callable[[frozenset[str] | None], None]
"""Told of topics that have changed; of None where anything may have."""

MOST_BYTES = 128 * 2**20
MOST_TOPICS = 20_000
# The least that a row, or a few of them, takes with all that holds it.
SMALL = 4_000


@dataclass(frozen=True, slots=True)
class Kept(Generic[V]):
    """Something worth keeping; `size` is about how many bytes it takes."""

    value: V
    topics: frozenset[str]
    size: int = SMALL


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Somebody is just reading something, and began at the mark. Others wait for them, until they have `done`, and hear
    whether they have failed."""

    mark: int
    done: Future[bool]
    found: dict[Hashable, Kept[Any]] = field(default_factory=dict)


class Memory:
    """`seen` is the last snapshot up to which everything kept is known to hold; `mark` rises whenever something has
    changed. What was read from a mark on may be kept if no topic of it has changed since."""

    def __init__(self, *, most_bytes: int = MOST_BYTES) -> None:
        self.seen: str | None = None
        self.mark = 0
        self.readings: dict[Hashable, Reading] = {}
        self.size = 0
        self.hearers: set[Hear] = set()
        self._most_bytes = most_bytes
        self._server: str | None = None
        self._kept: OrderedDict[Hashable, Kept[Any]] = OrderedDict()
        self._by_topic: defaultdict[str, set[Hashable]] = defaultdict(set)
        self._changed: dict[str, int] = {}
        self._all_changed = 0
        self._minute = ""

    def __len__(self) -> int:
        return len(self._kept)

    def learn(self, look: Look, *, since: str | None) -> None:
        """Forget what the look, which was asked against the snapshot `since`, says may be otherwise now.

        Of two looks at a time that were asked against one snapshot either may come first. Both are heeded; that what
        the first one saw counts as seen makes the next look tell more than it need, and never less.
        """
        is_whole = look.whole and look.server == self._server
        if is_whole:
            self._forget(look.changed)
        else:
            self.forget_all()
        if since == self.seen:
            self.seen = look.snapshot
            self._server = look.server
        if look.changed or not is_whole:
            for hear in tuple(self.hearers):
                hear(look.changed if is_whole else None)

    def get(self, key: Hashable) -> Kept[Any] | None:
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def keep(self, key: Hashable, kept: Kept[Any], *, mark: int) -> bool:
        """Keep what was read from the mark on; False where it may be otherwise already."""
        if mark < self._all_changed or any(self._changed.get(topic, 0) > mark for topic in kept.topics):
            return False
        self._drop(key)
        self._kept[key] = kept
        self.size += kept.size
        for topic in kept.topics:
            self._by_topic[topic].add(key)
        while self.size > self._most_bytes:
            self._drop(next(iter(self._kept)))
        return True

    def turn(self, minute: str) -> None:
        """Let go of what was kept for another minute, by its topic: nobody will ask for it again."""
        if minute != self._minute:
            self._drop_all(self._minute)
            self._minute = minute

    def _drop_all(self, topic: str) -> None:
        for key in tuple(self._by_topic.get(topic, ())):
            self._drop(key)

    def forget_all(self) -> None:
        self.mark += 1
        self._all_changed = self.mark
        self.size = 0
        self._kept.clear()
        self._by_topic.clear()
        self._changed.clear()

    def _forget(self, topics: Iterable[str]) -> None:
        if not topics:
            return
        if len(self._changed) > MOST_TOPICS:
            self._all_changed = self.mark
            self._changed.clear()
        self.mark += 1
        for topic in topics:
            self._changed[topic] = self.mark
            self._drop_all(topic)

    def _drop(self, key: Hashable) -> None:
        kept = self._kept.pop(key, None)
        if kept is None:
            return
        self.size -= kept.size
        for topic in kept.topics:
            keys = self._by_topic[topic]
            keys.discard(key)
            if not keys:
                del self._by_topic[topic]
