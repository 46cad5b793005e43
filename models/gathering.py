"""Questions to the database that come together are asked together.

Most of what a small question costs is the statement: made, sent, planned and waited for by itself. So what is asked
within one turn of the event loop, by whomever, is asked by one; and what is asked while that is on its way, by the
next. Where nobody else asks, nothing waits.

An answer is never older than its question: nobody is added to a statement that was sent.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, Future, Task, TimerHandle, create_task, gather, get_running_loop
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Final, Generic, TypeVar
from weakref import WeakKeyDictionary

A = TypeVar("A")
T = TypeVar("T")
Answer = Callable[[Sequence[A]], Awaitable[Sequence[T]]]

MOST_TOGETHER: Final = 100
PATIENCE: Final = 0.05
"""Seconds."""


class Gathering(Generic[A, T]):
    """The questions of one kind, which `answer` answers together, in their order. What others have asked is waited for
    `patience` seconds; then the next are asked beside it."""

    def __init__(self, answer: Answer[A, T], *, patience: float = PATIENCE) -> None:
        self._answer = answer
        self._patience = patience
        self._asked: WeakKeyDictionary[AbstractEventLoop, _Asked[A, T]] = WeakKeyDictionary()

    async def ask(self, question: A) -> T:
        loop = get_running_loop()
        asked = self._asked.get(loop)
        if asked is None:
            asked = self._asked[loop] = _Asked(self._answer, patience=self._patience)
        return await asked.ask(question)


class _Asked(Generic[A, T]):
    """Those of one event loop."""

    def __init__(self, answer: Answer[A, T], *, patience: float) -> None:
        self._answer = answer
        self._patience = patience
        self._waiting: list[tuple[A, Future[T]]] = []
        self._tasks: set[Task[None]] = set()
        self._serving = 0
        self._coming: Task[None] | None = None
        self._timer: TimerHandle | None = None

    def ask(self, question: A) -> Future[T]:
        loop = get_running_loop()
        done: Future[T] = loop.create_future()
        self._waiting.append((question, done))
        if not self._serving:
            self._begin()
        elif self._timer is None and self._coming is None:
            self._timer = loop.call_later(self._patience, self._begin)
        return done

    def _begin(self) -> None:
        """What is asked until the task has its turn is asked by it, too."""
        if self._coming is None:
            # In a context of its own: that of whoever has asked first may be in a transaction.
            self._coming = task = create_task(self._serve(), context=Context())
            self._tasks.add(task)
            task.add_done_callback(self._end)

    async def _serve(self) -> None:
        """Ask what waits, and what has come to wait meanwhile."""
        self._coming = None
        self._serving += 1
        try:
            while asked := self._next():
                if self._waiting:
                    self._begin()
                await self._settle(asked)
        finally:
            self._serving -= 1

    def _end(self, task: Task[None]) -> None:
        """One that was cancelled before it had its turn has asked nothing."""
        self._tasks.discard(task)
        if self._coming is task:
            self._coming = None
            if self._waiting:
                self._begin()

    def _next(self) -> Sequence[tuple[A, Future[T]]]:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting = [one for one in self._waiting if not one[1].done()]
        self._waiting = waiting[MOST_TOGETHER:]
        return waiting[:MOST_TOGETHER]

    async def _settle(self, asked: Sequence[tuple[A, Future[T]]]) -> None:
        """What fails together is asked one by one, side by side: so each fails by what is theirs, and nobody waits for
        others to. Nobody goes on waiting where this is ended."""
        try:
            answers = await self._answer([question for question, _ in asked])
            for (_, done), answer in zip(asked, answers, strict=True):
                if not done.done():
                    done.set_result(answer)
        except Exception as error:
            if len(asked) > 1:
                await gather(*(self._settle([one]) for one in asked if not one[1].done()))
            elif not asked[0][1].done():
                asked[0][1].set_exception(error)
        finally:
            for _, done in asked:
                done.cancel()
