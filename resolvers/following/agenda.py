"""What is to be done when: the next of it at hand, however much there is."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any, Generic, Protocol, TypeVar


class Moment(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...


T = TypeVar("T")
M = TypeVar("M", bound=Moment)

_FEW = 64


class Agenda(Generic[T, M]):
    """Things, each by one moment; whatever was said of it before is struck off when it comes up."""

    def __init__(self) -> None:
        self._at: dict[T, M] = {}
        self._heap: list[tuple[M, int, T]] = []
        self._number = count()

    def put(self, thing: T, moment: M) -> None:
        if self._at.get(thing) == moment:
            return
        self._at[thing] = moment
        heappush(self._heap, (moment, next(self._number), thing))
        if len(self._heap) > _FEW + 2 * len(self._at):
            self._heap = [one for one in self._heap if self._holds(one)]
            heapify(self._heap)

    def drop(self, thing: T) -> None:
        self._at.pop(thing, None)

    def first(self) -> M | None:
        """When there is something to be done."""
        while self._heap and not self._holds(self._heap[0]):
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take(self, now: M) -> list[T]:
        """What is to be done by now, in order; it is on the agenda no more."""
        due = []
        while (moment := self.first()) is not None and not now < moment:
            thing = heappop(self._heap)[2]
            del self._at[thing]
            due.append(thing)
        return due

    def _holds(self, entry: tuple[M, int, T]) -> bool:
        return self._at.get(entry[2]) == entry[0]
