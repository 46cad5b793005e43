"""Whom a change of schedules concerns: without asking all who follow slots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resolvers.following.feed import SlotFeed

NOTHING: frozenset[str] = frozenset()
MOST_TOPICS = 10_000


class Changes:
    """The topics that have changed, each by the number of the change that was the last of it."""

    def __init__(self) -> None:
        self.number = 0
        self._last: dict[str, int] = {}
        self._forgotten = 0

    def note(self, changed: Iterable[str]) -> None:
        self.number += 1
        if len(self._last) > MOST_TOPICS:
            self._last.clear()
            self._forgotten = self.number
        self._last.update(dict.fromkeys(changed, self.number))

    def any_of(self, topics: Iterable[str], *, since: int) -> bool:
        """Whether one of them has changed since that number, or may have."""
        return since < self._forgotten or any(self._last.get(topic, 0) > since for topic in topics)


class Concerns:
    """The feeds by the topics that they depend on; and those that are somebody's own, which any change may concern,
    until they have been told of one."""

    def __init__(self) -> None:
        self._by_topic: defaultdict[str, set[SlotFeed]] = defaultdict(set)
        self._topics: dict[SlotFeed, frozenset[str]] = {}
        self._own: set[SlotFeed] = set()

    def keep(self, feed: SlotFeed) -> None:
        """Whom it concerns from here on, by its newest answer."""
        self._move(feed, feed.topics)
        if feed.is_own:
            self._own.add(feed)

    def drop(self, feed: SlotFeed) -> None:
        self._move(feed, NOTHING)
        self._own.discard(feed)

    def of(self, changed: frozenset[str]) -> set[SlotFeed]:
        """Those whom it concerns that these topics have changed."""
        found, self._own = self._own, set()
        for topic in changed & self._by_topic.keys():
            found |= self._by_topic[topic]
        return found

    def _move(self, feed: SlotFeed, topics: frozenset[str]) -> None:
        before = self._topics.pop(feed, NOTHING)
        if topics:
            self._topics[feed] = topics
        for gone in before - topics:
            of_one = self._by_topic[gone]
            of_one.discard(feed)
            if not of_one:
                del self._by_topic[gone]
        for new in topics - before:
            self._by_topic[new].add(feed)
