"""Operations that select all there is: every field of every type, so that a new one is selected without being named."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from graphql import (
    FieldNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
    is_required_argument,
    parse,
    print_ast,
)

from realtime.transport.engine import OperationRequest, Prepared
from realtime.transport.executor import ListExecutor
from realtime.transport.outcome import Outcome
from realtime.transport.running import is_awaitable
from resolvers.context import Context
from schema.root import schema
from tests.resolvers.conftest import ENGINE, Client

GRAPH = schema._schema
ARGUMENTS = {"Agent.dateOverrides": '(from: "2027-03-01", to: "2027-03-31")'}
"""Of fields that cannot do without."""
_DEPTH = 3
_TRIES = 12

Names = frozenset[str]


@dataclass(slots=True)
class Curious:
    """A client who asks for everything. What is refused them takes more away than itself, where it can't be null: so
    they ask again without."""

    client: Client
    refused: Names = field(default_factory=frozenset)

    async def ask(self, document: str, variables: dict[str, Any]) -> str:
        """All that is answered, as the client reads it."""
        heard = []
        for _ in range(_TRIES):
            outcome = await self._run(whole(document, self.refused), variables)
            heard.append(outcome.encode().decode())
            refused = self.refused | {name for error in outcome.errors if (name := _name_in(error))}
            if refused == self.refused or _kind(document) is OperationType.MUTATION:
                break
            self.refused = refused
        return "\n".join(heard)

    async def _run(self, document: str, variables: dict[str, Any]) -> Outcome:
        context = Context(self.client.actor, world=self.client.world)
        return await ENGINE.execute(prepared(document, variables), context)


def prepared(document: str, variables: dict[str, Any]) -> Prepared:
    """To be run by an engine, without the limits that clients have."""
    built = ListExecutor.build(GRAPH, parse(document), raw_variable_values=variables, is_awaitable=is_awaitable)
    assert not isinstance(built, list), built
    return Prepared(OperationRequest(document, variables), built)


def queries_without_arguments() -> list[str]:
    assert GRAPH.query_type is not None
    fields = GRAPH.query_type.fields.items()
    return [f"{{ {name} }}" for name, one in fields if not any(map(is_required_argument, one.args.values()))]


@cache
def whole(document: str, without: Names = frozenset()) -> str:
    """The document with everything selected of what its root fields answer."""
    operation = _operation(document)
    root = GRAPH.get_root_type(operation.operation)
    assert root is not None
    wanted = []
    for one in operation.selection_set.selections:
        assert isinstance(one, FieldNode)
        name, given = one.name.value, ", ".join(map(print_ast, one.arguments or ()))
        below = selection(get_named_type(root.fields[name].type), _DEPTH, without=without)
        wanted.append(f"{name}{f'({given})' if given else ''} {below}")
    variables = ", ".join(map(print_ast, operation.variable_definitions or ()))
    return f"{operation.operation.value} {f'({variables})' if variables else ''} {{ {' '.join(wanted)} }}"


@cache
def selection(of: GraphQLNamedType, depth: int, above: tuple[str, ...] = (), *, without: Names) -> str:
    """Each field under a name that no other type gives it; no type within itself."""
    if isinstance(of, GraphQLInterfaceType | GraphQLUnionType):
        kinds = [one for one in GRAPH.get_possible_types(of) if one.name not in above]
        inner = " ".join(f"... on {one.name} {selection(one, depth, above, without=without)}" for one in kinds)
        return f"{{ __typename {inner} }}"
    if not isinstance(of, GraphQLObjectType):
        return ""
    fields = ["__typename"]
    for name, one in of.fields.items():
        kind, shown = get_named_type(one.type), f"{of.name}_{name}"
        is_composite = isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType)
        if shown in without or (is_composite and (depth == 0 or kind.name in (*above, of.name))):
            continue
        below = selection(kind, depth - 1, (*above, of.name), without=without) if is_composite else ""
        fields.append(f"{shown}: {name}{ARGUMENTS.get(f'{of.name}.{name}', '')} {below}")
    return f"{{ {' '.join(fields)} }}"


def _operation(document: str) -> OperationDefinitionNode:
    [operation] = (one for one in parse(document).definitions if isinstance(one, OperationDefinitionNode))
    return operation


def _kind(document: str) -> OperationType:
    return _operation(document).operation


def _name_in(error: Any) -> str:
    """The field that was refused, as it is called here; "" for a root field."""
    named = [one for one in error.get("path", ()) if isinstance(one, str) and "_" in one]
    return str(named[-1]) if named else ""
