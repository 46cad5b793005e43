"""Runs operations of a Strawberry schema for both ways in, HTTP and WebSocket.

It drives graphql-core itself instead of `Schema.execute` and `Schema.subscribe`: these give a whole
subscription one context (a DataLoader in it would answer the thousandth event with the first one's rows), and
know no point between preparing an operation and running it, where subscribers can be joined.
"""

from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeGuard, cast

import orjson
import strawberry
from graphql import ExecutionResult, Executor, GraphQLError, OperationType, create_source_event_stream
from strawberry.execution import optimized_is_awaitable

from realtime.transport.documents import Documents
from realtime.transport.executor import ListExecutor
from realtime.transport.inputs import prepare_inputs
from realtime.transport.limits import QueryLimits
from realtime.transport.shaping import FormattedError, Rejected, as_graphql, execution_errors, request_errors

is_awaitable = cast("Callable[[Any], TypeGuard[Awaitable[Any]]]", optimized_is_awaitable)


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """What a client asks to run; types are checked, nothing else."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> "OperationRequest":
        """From the parameters of the GraphQL protocols, their types being checked."""
        return cls(
            parameters["query"],
            variables=parameters.get("variables"),
            operation_name=parameters.get("operationName"),
            extensions=parameters.get("extensions"),
        )


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation that may run: parsed, valid, within the limits, its variables coerced."""

    request: OperationRequest
    executor: Executor[Any]

    @property
    def kind(self) -> OperationType:
        return self.executor.operation.operation

    @property
    def is_subscription(self) -> bool:
        return self.kind is OperationType.SUBSCRIPTION


class Outcome(NamedTuple):
    """One response: of a query, a mutation, or one event. `ran` is False where there is no data to speak of."""

    data: dict[str, Any] | None
    errors: list[FormattedError]
    ran: bool = True

    def encode(self) -> bytes:
        """As JSON; data that JSON cannot hold is an error of ours, and masked."""
        try:
            return self._encoded()
        except orjson.JSONEncodeError as error:
            return Outcome(None, Rejected.by(error).errors)._encoded()

    def _encoded(self) -> bytes:
        if not self.ran:
            return orjson.dumps({"errors": self.errors})
        if not self.errors:
            return b'{"data":%b}' % orjson.dumps(self.data)
        return orjson.dumps({"data": self.data, "errors": self.errors})


class Engine:
    """A schema within limits. Refuses schemas with extensions: it would not run them."""

    def __init__(self, schema: strawberry.Schema, *, limits: QueryLimits = QueryLimits()) -> None:  # noqa: B008
        if schema.extensions or schema.directives or schema.config.enable_experimental_incremental_execution:
            raise ValueError("The engine caches, limits and masks by itself, and runs no schema extensions.")
        self._schema = schema
        self._limits = limits
        self._documents = Documents(schema, limits)
        prepare_inputs(schema)

    def prepare(self, request: OperationRequest) -> Prepared:
        """Parse, validate, coerce the variables and weigh; raises Rejected with the client's errors."""
        try:
            return self._prepare(request)
        except Rejected:
            raise
        except GraphQLError as error:
            raise Rejected(request_errors([error])) from None
        except Exception as error:
            raise Rejected.by(error) from error

    def _prepare(self, request: OperationRequest) -> Prepared:
        document = self._documents.read(request.query)
        if document.errors:
            raise Rejected(request_errors(document.errors))
        executor = ListExecutor.build(
            self._schema._schema,
            document.ast,
            raw_variable_values=request.variables,
            operation_name=request.operation_name,
            is_awaitable=is_awaitable,
            operation_extensions=request.extensions,
            selections=document.selections,
        )
        if isinstance(executor, list):
            raise Rejected(request_errors(executor))
        document.weigh(executor.operation, variables=executor.variable_values.coerced, limits=self._limits)
        return Prepared(request, executor)

    async def execute(self, prepared: Prepared, context: object) -> Outcome:
        """Run a query or mutation; never raises for what goes wrong in it."""
        return await run(bound(prepared.executor, context))

    async def subscribe(
        self, prepared: Prepared, make_context: Callable[[], object]
    ) -> AsyncGenerator[Outcome, None]:
        """The outcomes of a subscription, event by event, each executed in a context of its own.

        The source stream keeps the first context for as long as it lives. A stream that cannot be made is one
        outcome without data; one that breaks raises Rejected. Closing this closes the source.
        """
        executor = bound(prepared.executor, made(make_context))
        source = create_source_event_stream(executor)
        if executor.is_awaitable(source):
            source = await source
        if isinstance(source, ExecutionResult):
            yield Outcome(None, execution_errors(source.errors or []), ran=False)
            return
        async with aclosing(events(cast("AsyncIterable[Any]", source))) as payloads:
            async for payload in payloads:
                yield await run(bound(executor, made(make_context), root=payload), serially=False)


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


async def events(source: AsyncIterable[Any]) -> AsyncGenerator[Any, None]:
    """The events of a source stream, which is closed with them; one that breaks raises Rejected."""
    stream = aiter(source)
    try:
        async for payload in stream:
            yield payload
    except Exception as error:
        raise Rejected.by(error) from error
    finally:
        aclose = getattr(stream, "aclose", None)
        if aclose is not None:
            await aclose()
