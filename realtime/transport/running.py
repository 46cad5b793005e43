"""Executing what an executor was built for, in a context of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeGuard, cast

from graphql import ExecutionResult, Executor
from strawberry.execution import optimized_is_awaitable

from realtime.transport.outcome import Outcome
from realtime.transport.shaping import Rejected, as_graphql, execution_errors

is_awaitable = cast("Callable[[Any], TypeGuard[Awaitable[Any]]]", optimized_is_awaitable)


def bound(executor: Executor[Any], context: object, *, root: object = None) -> Executor[Any]:
    """A copy for one execution: with errors of its own, and the context given."""
    copied = executor.build_per_event_executor(root)
    copied.context_value = context
    return copied


def made(make_context: Callable[[], object]) -> object:
    """A fresh context; raises Rejected where there can be none, such as when a token has expired."""
    try:
        return make_context()
    except Exception as error:
        raise Rejected.by(error) from error


async def run(executor: Executor[Any], *, serially: bool | None = None) -> Outcome:
    """Execute what the executor was built for; an exception of the executor itself is shaped like a field's."""
    try:
        result = executor.execute_operation(serially)
        if executor.is_awaitable(result):
            result = await result
    except Exception as error:
        return Outcome(None, execution_errors([as_graphql(error)]))
    result = cast("ExecutionResult", result)
    return Outcome(result.data, execution_errors(result.errors) if result.errors else [])
