"""Runs operations of a Strawberry schema for both ways in, HTTP and WebSocket.

It drives graphql-core itself instead of `Schema.execute` and `Schema.subscribe`: these give a whole
subscription one context (a DataLoader in it would answer the thousandth event with the first one's rows), and
know no point between preparing an operation and running it, where subscribers can be joined.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import (
    Executor,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
)

from realtime.transport.documents import Document, Documents, name_of
from realtime.transport.executor import ListExecutor
from realtime.transport.inputs import prepare_inputs
from realtime.transport.limits import QueryLimits
from realtime.transport.outcome import Outcome
from realtime.transport.resolving import prepare_resolvers
from realtime.transport.running import bound, is_awaitable, run
from realtime.transport.shaping import Rejected, request_errors
from realtime.transport.telling import STRANGERS, Speaker, Telling, Viewer
from realtime.transport.terms import Common


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
    common: Common | None = None

    @property
    def kind(self) -> OperationType:
        return self.executor.operation.operation

    @property
    def is_subscription(self) -> bool:
        return self.kind is OperationType.SUBSCRIPTION


class Engine:
    """A schema within limits. Refuses schemas with extensions: it would not run them."""

    def __init__(self, schema: strawberry.Schema, *, limits: QueryLimits = QueryLimits()) -> None:  # noqa: B008
        if schema.extensions or schema.directives or schema.config.enable_experimental_incremental_execution:
            raise ValueError("The engine caches, limits and masks by itself, and runs no schema extensions.")
        self._schema = schema
        self._limits = limits
        self._documents = Documents(schema, limits)
        prepare_inputs(schema)
        prepare_resolvers(schema)

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
        return Prepared(request, executor, _common(document, executor.operation, request))

    async def execute(self, prepared: Prepared, context: object) -> Outcome:
        """Run a query or mutation; never raises for what goes wrong in it."""
        return await run(bound(prepared.executor, context))

    def subscribe(
        self,
        prepared: Prepared,
        make_context: Callable[[], object],
        *,
        viewer: Viewer = STRANGERS,
        speaker: Speaker | None = None,
    ) -> Telling:
        """The outcomes of a subscription, event by event, but for those that the speaker says meanwhile; closing it
        closes the source."""
        return Telling(
            prepared.executor,
            common=prepared.common,
            make_context=make_context,
            viewer=viewer,
            speaker=speaker,
        )


def _common(document: Document, operation: OperationDefinitionNode, request: OperationRequest) -> Common | None:
    if operation.operation is not OperationType.SUBSCRIPTION:
        return None
    terms = document.terms(operation)
    if terms is None:
        return None
    return terms.common(document, name_of(operation), request.variables, request.extensions)
