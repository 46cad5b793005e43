"""The short cuts through fields and lists answer just what graphql-core's own executor answers."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import orjson
import pytest
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLSchema,
    NoUnusedVariablesRule,
    execute,
    parse,
    specified_rules,
    validate,
)
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from realtime.transport import Engine, OperationRequest
from realtime.transport.executor import ListExecutor
from realtime.transport.running import is_awaitable
from realtime.transport.selections import Selections
from tests.realtime.transport.drawn_documents import documents
from tests.realtime.transport.generated import objects, plans, schema_of
from tests.realtime.transport.schema_under_test import SCHEMA, Context, Watch
from tests.realtime.transport.values import Object, Thing

RULES = [rule for rule in specified_rules if rule is not NoUnusedVariablesRule]


async def outcome(
    schema: GraphQLSchema, ast: DocumentNode, root: Object, variables: dict[str, Any], **executor: Any
) -> tuple[Any, list[tuple[Any, ...]], list[str]]:
    """The data in the order of its keys, the errors, and what was read of the objects, in order."""
    log: list[str] = []
    result = execute(
        schema,
        ast,
        root_value=Thing(root, log),
        variable_values=variables,
        is_awaitable=is_awaitable,
        **executor,
    )
    result = result if isinstance(result, ExecutionResult) else await result
    for _ in range(20):
        # What an error has made needless is awaited all the same.
        await asyncio.sleep(0)
    errors = [(error.message, error.path, tuple(error.locations or ())) for error in result.errors or []]
    return orjson.dumps(result.data), errors, log


@pytest.mark.usefixtures("left_behind")
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@settings(max_examples=200, suppress_health_check=[*HealthCheck])
@given(st.data())
def test_generated_documents_are_answered_as_by_the_stock_executor(data: st.DataObject) -> None:
    plan = data.draw(plans())
    document = data.draw(documents(plan))
    schema, ast = schema_of(plan)._schema, parse(document.text)
    assert validate(schema, ast, RULES) == []
    selections = Selections()

    async def both() -> None:
        # The second time, what was worked out of the document the first time is there.
        for _ in range(2):
            root = data.draw(objects(plan, "Query"))
            stock = await outcome(
                schema, ast, root, document.variables, executor_class=StrawberryGraphQLCoreExecutionContext
            )
            ours = await outcome(
                schema, ast, root, document.variables, executor_class=ListExecutor, selections=selections
            )
            assert ours[:2] == stock[:2]
            # Nothing is asked for twice, or in another order; where there are columns, objects need not be asked.
            assert "Table(" in repr(root) or ours[2] == stock[2]
            event("errors" if stock[1] else "no errors")
            event(f"rows {any(row for row, _ in selections.rows.values())}")
            event(f"tables {any(table for table, _ in selections.tables.values())}")

    asyncio.run(both())
    gc.collect()


async def test_what_is_worked_out_of_a_document_is_worked_out_once() -> None:
    engine = Engine(SCHEMA)
    prepared = [engine.prepare(OperationRequest("{ items { name parts { name } } }")) for _ in range(2)]
    first, second = (one.executor.selections for one in prepared)  # type: ignore[attr-defined]
    assert first is second
    for one in prepared:
        assert (await engine.execute(one, Context(Watch(), "public"))).data
        assert [len(first.roots), len(first.below), len(first.rows), len(first.fields)] == [1, 2, 2, 3]


async def test_a_subscription_keeps_nothing_of_its_events() -> None:
    engine = Engine(SCHEMA)
    query = "subscription($yes: Boolean!) { twice: items { parts { name @include(if: $yes) } } }"
    prepared = engine.prepare(OperationRequest(query, {"yes": True}))
    selections = prepared.executor.selections  # type: ignore[attr-defined]
    for _ in range(3):
        [_ async for _ in engine.subscribe(prepared, lambda: Context(Watch(), "public"))]
        known = [len(selections.roots), len(selections.below), len(selections.rows), len(selections.fields)]
        assert known == [1, 2, 1, 2]
