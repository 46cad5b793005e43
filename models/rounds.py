"""Verbs that come while others of their kind are being written share the next transaction.

Most of what a small verb costs are its statements, each made, sent and waited for by itself, and the commit. So whoever
may share waits until the round before theirs is written, and goes with all who have come meanwhile, one statement for
all of them. Where nobody else comes, a round is of one, and begins at once.

Sharing changes nothing for anybody. Who is refused in a round hears so, and the others have what they asked for. Who
cannot be served among others goes alone, in a transaction of their own: whoever another round does not serve either,
where that may, and all of a round that fails before it is committed, or that would have to wait for somebody's lock for
longer than a moment.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, Future, Task, create_task, get_running_loop, timeout
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Generic, Protocol, TypeVar
from weakref import WeakKeyDictionary

import structlog

from errors import Refused
from models.transactions import Transaction, transaction
from models.trip import Statement

logger = structlog.get_logger(__name__)

MOST_IN_A_ROUND, MOST_ROUNDS = 16, 2
# Less than the second after which the database looks for those who wait for each other in a ring: rounds give way.
PATIENCE = timedelta(milliseconds=200)
# Seconds. Over a network that is dead a round would hold up everybody; who goes alone gets another connection.
LONGEST_ROUND = 10.0


def _nothing(asks: Sequence[object]) -> Sequence[Statement]:
    return ()


class Ask(Protocol):
    """What somebody asks of a round: what is to be drawn from sequences for it, and locked as the transaction begins.
    No two of a round need the same lock."""

    @property
    def drawing(self) -> Sequence[str]: ...

    @property
    def locks(self) -> Sequence[int]: ...


A = TypeVar("A", bound=Ask)
R = TypeVar("R")
Asking = Callable[[Sequence[A]], Sequence[Statement]]
Write = Callable[[Transaction, Sequence[A]], Awaitable[Sequence["R | Refused | None"]]]


@dataclass(frozen=True, slots=True)
class _Verb(Generic[A, R]):
    """What is the same of all rounds of a kind."""

    write: Write[A, R]
    asking: Asking[A]
    most: int
    longest: float


@dataclass(slots=True, eq=False)
class _Place(Generic[A, R]):
    """Somebody's place; in the end, what came of it, or None for who is to go alone."""

    ask: A
    locks: Sequence[int]
    done: Future[R | None]
    rounds: int = 0

    def settle(self, outcome: R | Refused | None) -> None:
        if self.done.done():
            return
        if isinstance(outcome, Refused):
            self.done.set_exception(outcome)
        else:
            self.done.set_result(outcome)


class Rounds(Generic[A, R]):
    """The rounds of one kind of verb. Those of different keys have nothing to do with each other.

    `write` does what each one asks, as part of the round's transaction, and says of each what came of it: None where it
    could not be done, and nothing of it has been. What `asking` wants to know, of all that were asked, is asked as the
    transaction begins, for its `answers`. Whom `most` rounds have not served goes alone.
    """

    def __init__(
        self,
        write: Write[A, R],
        *,
        asking: Asking[A] = _nothing,
        most: int = MOST_ROUNDS,
        longest: float = LONGEST_ROUND,
    ) -> None:
        self._verb = _Verb(write, asking, most, longest)
        self._running: WeakKeyDictionary[AbstractEventLoop, dict[int, _Running[A, R]]] = WeakKeyDictionary()

    async def share(self, ask: A, *, key: int) -> R | None:
        """What has come of it; None for who is to go alone. Raises their refusal."""
        running = self._running.setdefault(get_running_loop(), {})
        if key not in running:
            running[key] = _Running(self._verb, ended=lambda: running.pop(key))
        return await running[key].share(ask)


class _Running(Generic[A, R]):
    """The rounds of one key, as long as somebody waits for one."""

    def __init__(self, verb: _Verb[A, R], *, ended: Callable[[], object]) -> None:
        self._verb = verb
        self._ended = ended
        self._waiting: list[_Place[A, R]] = []
        self._task: Task[None] | None = None

    async def share(self, ask: A) -> R | None:
        place = _Place[A, R](ask, ask.locks, get_running_loop().create_future())
        self._waiting.append(place)
        if self._task is None:
            # A task of its own, so that nobody suffers when the request of somebody else in the round is cancelled.
            self._task = create_task(self._serve())
        return await place.done

    async def _serve(self) -> None:
        left: list[_Place[A, R]] = []
        try:
            while self._waiting:
                left = self._next()
                await self._round(left)
                left = []
        finally:
            self._ended()
            for place in (*left, *self._waiting):  # there are any only where the task was cancelled
                place.done.cancel()

    def _next(self) -> list[_Place[A, R]]:
        """Those who have come first, but for those who need what another of them has locked."""
        places: list[_Place[A, R]] = []
        left: list[_Place[A, R]] = []
        locked: set[int] = set()
        for place in self._waiting:
            if len(places) == MOST_IN_A_ROUND or not locked.isdisjoint(place.locks):
                left.append(place)
            elif not place.done.done():
                places.append(place)
                locked.update(place.locks)
        self._waiting = left
        return places

    async def _round(self, places: Sequence[_Place[A, R]]) -> None:
        tx: Transaction | None = None
        drawing = list(chain.from_iterable(place.ask.drawing for place in places))
        locks = sorted(chain.from_iterable(place.locks for place in places))
        outcomes: dict[_Place[A, R], R | Refused | None] = {}
        try:
            asking = self._verb.asking([place.ask for place in places])
            async with (
                timeout(self._verb.longest),
                transaction(drawing=drawing, locks=locks, patience=PATIENCE, asking=asking) as tx,
            ):
                served = [place for place in places if tx.has_locked(place.locks)]
                if served:
                    told = await self._verb.write(tx, [place.ask for place in served])
                    outcomes = dict(zip(served, told, strict=True))
        except Exception as error:
            self._failed(places, error, settled=tx is not None and tx.is_whole)
            return
        for place in places:
            place.rounds += 1
            if place in outcomes and outcomes[place] is None and place.rounds < self._verb.most:
                self._waiting.append(place)
            else:
                place.settle(outcomes.get(place))

    def _failed(self, places: Sequence[_Place[A, R]], error: Exception, *, settled: bool) -> None:
        """Of what may have been committed it cannot be said whether it is there; all else is as if nobody had asked."""
        logger.warning("round.failed", places=len(places), committing=settled, exc_info=error)
        for place in places:
            if not settled:
                place.settle(None)
            elif not place.done.done():
                place.done.set_exception(error)
