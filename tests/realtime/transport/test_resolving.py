"""A resolver that is called directly is called with what Strawberry calls it with, and what comes of it is the same."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import orjson
import pytest
import strawberry
from graphql import ExecutionResult, GraphQLObjectType, execute, parse, specified_rules, validate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from realtime.transport.executor import ListExecutor
from realtime.transport.inputs import prepare_inputs
from realtime.transport.resolving import is_prepared, prepare_resolvers
from realtime.transport.running import is_awaitable
from tests.realtime.transport.resolved import KEPT, Query, made_schema

STOCK, DIRECT = made_schema(), made_schema()
prepare_inputs(DIRECT)
prepare_resolvers(DIRECT)

POINT = (
    "{x: 1}",
    "{x: 1, y: null}",
    "{x: 1, y: 2, colour: BLUE, near: []}",
    "{x: $n, near: 3}",
    "{x: 1, perhaps: 2}",
)
POINTS = (*POINT, "$point", "{x: 1, perhaps: null}")
ARGUMENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "plain": {"name": ('"Anna"', "$s"), "count": ("null", "5", "$n")},
    "plainLater": {"name": ("null", '"Anna"', "$s"), "count": ("5", "$n")},
    "again": {"from": ("null", '"here"', "$s")},
    "unset": {"value": ("null", "1", "$n"), "colour": ("null", "RED"), "id": ("null", "1", '"x"')},
    "perhaps": {"some": ("1", "$n"), "null": ("null", "1", "$n")},
    "perhapsNow": {"some": ("1", "$n")},
    "colours": {"one": ("null", "BLUE", "$colour"), "many": ("null", "[]", "[RED, BLUE]", "RED", "[$colour]")},
    "ofGlobalId!": {"id": ('"QWdlbnQ6MQ=="', '"nonsense"', '""')},
    "ofGlobalIdLater!": {"id": ('"QWdlbnQ6MQ=="', '"nonsense"')},
    "inputs!": {"one": POINTS},
    "inputsLater": {"one": ("null", *POINTS), "many": ("null", "[]", *POINT, "[{x: 1}, $point]")},
    "wrapped": {"name": ("null", '"Anna"'), "count": ("1",)},
    "namedRaw!": {"raw": ('"a"',), "source": ('"b"',), "given": ('"c"',)},
    "namedInfo!": {"info": ('"a"',)},
    "namedSource!": {"_source": ('"a"',)},
    "bySelf!": {"name": ('"a"',)},
    "inner": {},
    "innerLater!": {"times": ("0", "1", "2")},
}
BELOW = {"inner", "innerLater"}
VARIABLES = "$n: Int = 7, $s: String, $colour: Colour, $point: Point = {x: 3}"


@st.composite
def calls(draw: st.DrawFn, names: list[str]) -> str:
    """A field with arguments, under a name of its own."""
    name = draw(st.sampled_from(names))
    of = f"{name}!" if f"{name}!" in ARGUMENTS else name
    given = {
        argument: draw(st.sampled_from(values))
        for argument, values in ARGUMENTS.get(of, {}).items()
        if of.endswith("!") or draw(st.booleans())
    }
    arguments = ", ".join(f"{argument}: {value}" for argument, value in given.items())
    below = ""
    if name in BELOW:
        below = (
            " { __typename name " + " ".join(draw(_several(["byBoth", "plainLater", "failsWholeLater"]))) + "}"
        )
    return f"a{draw(st.integers(0, 10**9))}: {name}{f'({arguments})' if arguments else ''}{below}"


def _several(names: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(calls(names), min_size=1, max_size=4)


def fields(schema: strawberry.Schema, kind: str = "Query") -> dict[str, Any]:
    found = schema._schema.type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    return dict(found.fields)


async def outcome(schema: strawberry.Schema, query: str, variables: dict[str, Any], **executor: Any) -> Any:
    """The data, the errors, and which resolvers were called, in order."""
    log: list[str] = []
    result = execute(
        schema._schema,
        parse(query),
        root_value="root",
        context_value=log,
        variable_values=variables,
        is_awaitable=is_awaitable,
        **executor,
    )
    result = result if isinstance(result, ExecutionResult) else await result
    for _ in range(5):
        await asyncio.sleep(0)  # what an error has made needless is awaited all the same
    errors = [
        (error.message, error.path, tuple(error.locations or ()), repr(error.original_error))
        for error in result.errors or []
    ]
    return orjson.dumps(result.data), errors, log


@pytest.mark.usefixtures("left_behind")
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    _several(sorted(fields(STOCK))),
    st.fixed_dictionaries(
        {},
        optional={
            "n": st.integers(-3, 3),
            "s": st.sampled_from(["text", None]),
            "colour": st.sampled_from(["RED", None]),
            "point": st.sampled_from([{"x": 1, "near": [1, 2]}, {"x": 2, "colour": None}]),
        },
    ),
)
def test_fields_are_answered_as_by_strawberry(called: list[str], variables: dict[str, Any]) -> None:
    query = f"query({VARIABLES}) {{ {' '.join(called)} }}"
    rules = [rule for rule in specified_rules if rule.__name__ != "NoUnusedVariablesRule"]
    if validate(STOCK._schema, parse(query), rules):
        return

    async def both() -> None:
        stock = await outcome(STOCK, query, variables, executor_class=StrawberryGraphQLCoreExecutionContext)
        assert await outcome(DIRECT, query, variables, executor_class=ListExecutor) == stock

    asyncio.run(both())
    gc.collect()


def test_ordinary_resolvers_are_called_directly() -> None:
    assert {name for name, field in fields(DIRECT).items() if not is_prepared(field)} == KEPT
    assert all(is_prepared(field) for name, field in fields(DIRECT, "Inner").items() if name != "name")


def test_a_subscription_keeps_strawberrys_way() -> None:
    assert not is_prepared(fields(DIRECT, "Subscription")["stream"])


def test_a_second_engine_changes_nothing() -> None:
    before = [field.resolve for field in fields(DIRECT).values()]
    prepare_resolvers(DIRECT)
    assert [field.resolve for field in fields(DIRECT).values()] == before


def test_with_an_info_of_its_own_a_schema_keeps_strawberrys_way() -> None:
    class Own(strawberry.Info):
        pass

    schema = strawberry.Schema(query=Query, config=StrawberryConfig(info_class=Own))
    prepare_resolvers(schema)
    assert not any(is_prepared(field) for field in fields(schema).values())
