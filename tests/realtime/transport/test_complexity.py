"""How much an operation may ask for, and how that is reckoned."""

from dataclasses import replace
from typing import Any

import pytest
import strawberry
from graphql import get_introspection_query
from strawberry.extensions import MaskErrors

from realtime.transport import Engine, OperationRequest, QueryLimits, Rejected
from tests.realtime.transport.schema_under_test import SCHEMA


def refusal(query: str, limits: QueryLimits, **variables: Any) -> str | None:
    """The message with which the query is refused as too complex; None where it may run."""
    try:
        Engine(SCHEMA, limits=limits).prepare(OperationRequest(query, variables=variables))
    except Rejected as rejected:
        assert rejected.code == "TOO_COMPLEX"
        return str(rejected)
    return None


def limited(name: str, allowed: int) -> QueryLimits:
    bounds: dict[str, Any] = {name: allowed}
    return replace(QueryLimits(), **bounds)


def test_the_standard_introspection_query_passes() -> None:
    assert (
        refusal(get_introspection_query(schema_description=True, input_value_deprecation=True), QueryLimits())
        is None
    )


@pytest.mark.parametrize(
    ("query", "name", "asked"),
    [
        ("{ item { name } }", "depth", 2),
        ("{ ...F } fragment F on Query { item { ... on Item { name } } }", "depth", 2),
        ("{ hello item { name } }", "fields", 3),
        ("{ ...F ...F } fragment F on Query { item { name } }", "fields", 4),
        ("{ a: hello b: hello }", "aliases", 2),
        ("{ hello hello hello }", "repeats", 3),
        ("{ hello # a comment\n }", "tokens", 3),
        ("{ hello }", "characters", 9),
        ("{ items { name } }", "cost", 11),
        ("{ items(first: 20) { name } }", "cost", 21),
        ("{ items(first: 5, last: 20) { name } }", "cost", 21),
        ("{ items(first: -5) { name } }", "cost", 2),
        ("{ items(first: 3) { items(first: 3) { name } } }", "cost", 13),
        ("{ items(first: 2147483647) { name } }", "cost", 2147483648),
        ('{ picked(ids: ["1", "2", "3"]) { name } }', "cost", 4),
        ('{ picked(ids: "1") { name } }', "cost", 2),
        ("{ picked(ids: []) { name } }", "cost", 2),
        ("{ item { parts { name } } }", "cost", 12),
        ("{ item { parts { parts { name } } } }", "cost", 112),
        ("{ item { parts { tags } } }", "cost", 12),
        ("{ item { tags } }", "cost", 2),
        ("{ page(first: 20) { edges { name } } }", "cost", 41),
        ("{ page(first: 2) { edges { parts { name } } } }", "cost", 25),
        ("{ page(first: 2) { ...E } } fragment E on Page { edges { name } }", "cost", 5),
        ("{ items(first: 2) { parts { name } } }", "cost", 23),
        (
            "{ item { ...P } items(first: 2) { ...P } } fragment P on Item { parts { ...N } }"
            " fragment N on Item { name }",
            "cost",
            12 + 23,
        ),
    ],
)
def test_what_exceeds_a_limit_is_too_complex_and_what_just_meets_it_is_not(
    query: str, name: str, asked: int
) -> None:
    assert refusal(query, limited(name, asked - 1)) is not None
    assert refusal(query, limited(name, asked)) is None


def test_a_size_in_a_variable_counts_each_time_anew() -> None:
    engine = Engine(SCHEMA, limits=QueryLimits(cost=50))
    query = "query ($first: Int) { items(first: $first) { name } }"
    engine.prepare(OperationRequest(query, variables={"first": 10}))
    with pytest.raises(Rejected):
        engine.prepare(OperationRequest(query, variables={"first": 100}))
    engine.prepare(OperationRequest(query, variables={"first": 10}))
    engine.prepare(OperationRequest(query))


def test_a_list_in_a_variable_counts_each_time_anew() -> None:
    engine = Engine(SCHEMA, limits=QueryLimits(cost=50))
    query = "query ($ids: [ID!]) { picked(ids: $ids) { name } }"
    engine.prepare(OperationRequest(query, variables={"ids": ["1"] * 49}))
    with pytest.raises(Rejected):
        engine.prepare(OperationRequest(query, variables={"ids": ["1"] * 50}))
    engine.prepare(OperationRequest(query, variables={"ids": "1"}))


def test_a_list_of_which_nobody_knows_how_long_it_will_be_counts_as_a_long_one() -> None:
    query = "query ($ids: [ID!]) { picked(ids: $ids) { name } }"
    assert refusal(query, QueryLimits(cost=100)) is not None
    assert refusal(query, QueryLimits(cost=101)) is None


def test_lists_within_lists_grow_beyond_any_limit() -> None:
    query = "{ item { " + "parts { " * 5 + "name" + " }" * 5 + " } }"
    assert "cost" in (refusal(query, QueryLimits()) or "")


ONE_ATTEMPT = QueryLimits(guarded=frozenset({"signIn", "refresh"}))


@pytest.mark.parametrize(
    "query",
    [
        'mutation { a: signIn(password: "1") b: signIn(password: "2") }',
        'mutation { signIn(password: "1") refresh }',
        'mutation { ...A ... { b: signIn(password: "2") } } fragment A on Mutation { signIn(password: "1") }',
        "mutation { ...A ...B } fragment A on Mutation { a: refresh } fragment B on Mutation { b: refresh }",
    ],
)
def test_an_operation_has_one_attempt_at_what_is_guarded(query: str) -> None:
    assert "attempts" in (refusal(query, ONE_ATTEMPT) or "")
    assert refusal(query, QueryLimits()) is None


@pytest.mark.parametrize(
    "query",
    [
        'mutation { signIn(password: "1") rename(name: "a") again: rename(name: "b") }',
        'mutation A { signIn(password: "1") } mutation B { signIn(password: "2") }',
    ],
)
def test_one_attempt_and_what_is_not_guarded_pass(query: str) -> None:
    request = OperationRequest(query, operation_name="A" if "mutation A" in query else None)
    Engine(SCHEMA, limits=ONE_ATTEMPT).prepare(request)


def test_each_operation_of_a_document_is_weighed_by_itself() -> None:
    engine = Engine(SCHEMA, limits=QueryLimits(cost=50))
    query = "query A { hello } query B { items(first: 100) { name } }"
    engine.prepare(OperationRequest(query, operation_name="A"))
    with pytest.raises(Rejected):
        engine.prepare(OperationRequest(query, operation_name="B"))


def test_nested_fragments_are_reckoned_in_no_time() -> None:
    doubling = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(40))
    query = f"{{ ...F0 }} {doubling} fragment F40 on Query {{ hello }}"
    assert "fields" in (refusal(query, QueryLimits()) or "")


@pytest.mark.parametrize(("opening", "inside"), [("items", "name"), ("...", "hello")])
def test_a_document_nested_without_measure_is_refused(opening: str, inside: str) -> None:
    levels = 400
    query = f"{{ {opening} " * levels + f"{{ {inside} }}" + "}" * levels
    assert refusal(query, QueryLimits(tokens=100_000)) is not None


def test_a_schema_whose_extensions_would_not_run_is_not_taken() -> None:
    with pytest.raises(ValueError, match="extensions"):
        Engine(strawberry.Schema(query=SCHEMA.query, extensions=[MaskErrors]))
