"""Questions to the database that come together are asked together.

Most of what a small question costs is the statement: made, sent, planned and waited for by itself. So what is asked
within one turn of the event loop, by whomever, is asked by one; and what is asked while that is on its way, by the
next. Where nobody else asks, nothing waits.

An answer is never older than its question: nobody is added to a statement that was sent.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, Future, Handle, Task, create_task, gather, get_running_loop
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
        self._under_way: set[Task[None]] = set()
        self._next: Handle | None = None

    def ask(self, question: A) -> Future[T]:
        loop = get_running_loop()
        done: Future[T] = loop.create_future()
        self._waiting.append((question, done))
        if self._next is None:
            seconds = self._patience if self._under_way else 0
            self._next = loop.call_later(seconds, self._begin) if seconds else loop.call_soon(self._begin)
        return done

    def _begin(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None
        asked, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
        asked = [one for one in asked if not one[1].done()]
        if asked:
            # In a context of its own: that of whoever has asked first may be in a transaction.
            task = create_task(self._settle(asked), context=Context())
            self._under_way.add(task)
            task.add_done_callback(self._end)
        if self._waiting:
            self._begin()

    def _end(self, task: Task[None]) -> None:
        self._under_way.discard(task)
        if self._waiting:
            self._begin()

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
