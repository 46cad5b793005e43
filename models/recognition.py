"""Whose a token is, is asked for with each request: by a statement that is prepared, and together with whoever else
shows one just then. As a query that was put together anew each time it was a third of what a small request cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from psycopg.rows import TupleRow

from models.connection import ask
from models.gathering import Answer, Gathering
from models.transactions import current

A = TypeVar("A")
T = TypeVar("T")


class Recognition(Generic[A, T]):
    """Questions of who somebody is, which `answer` answers together, in their order, by `rows`. Within a transaction
    each is asked by itself, and sees what that has done."""

    def __init__(self, answer: Answer[A, T]) -> None:
        self._answer = answer
        self._together = Gathering(answer)

    async def ask(self, question: A) -> T:
        if current() is None:
            return await self._together.ask(question)
        [answer] = await self._answer([question])
        return answer


async def rows(sql: bytes, values: Sequence[Any]) -> list[TupleRow]:
    """The rows of a statement with placeholders `$n`, in the transaction that has begun, or outside of any."""
    tx = current()
    if tx is None:
        return await ask(sql, values)
    await tx.connection.write()
    found: list[TupleRow] = await tx.connection.run(sql, values)
    return found
