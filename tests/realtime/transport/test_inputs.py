"""Inputs come out as Strawberry makes them by itself."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest
import strawberry
from strawberry.types import get_object_definition

from realtime.transport import Engine, OperationRequest


@strawberry.enum
class Colour(Enum):
    RED = "r"


@strawberry.input
class Inner:
    to: str | None
    since: int | None = 4
    words: list[str] = strawberry.field(default_factory=lambda: ["none"])


@strawberry.input
class Outer:
    from_: str = strawberry.field(name="from")
    time_zone: str | None
    inner: Inner
    inners: list[Inner | None] | None = None
    colours: list[Colour] | None = None
    colour: Colour | None = Colour.RED
    maybe: strawberry.Maybe[str | None]
    later: strawberry.Maybe[Inner]
    unset: int | None = strawberry.UNSET
    id: strawberry.ID = strawberry.ID("one")
    global_id: strawberry.relay.GlobalID | None = None


def made_schema() -> strawberry.Schema:
    """A schema with inputs of its own, as an engine changes how they are made."""

    @strawberry.type
    class Query:
        @strawberry.field
        def echo(self, input: Outer, more: list[Outer] | None = None) -> str:
            return repr((input, more))

    return strawberry.Schema(query=Query)


INPUTS: list[dict[str, Any]] = [
    {"from": "a", "inner": {}},
    {"from": "a", "timeZone": None, "inner": {"to": None, "since": None, "words": []}, "inners": None},
    {
        "from": "a",
        "inner": {"to": "b", "words": "c"},
        "inners": [None, {"to": "d", "since": 5}],
        "colour": None,
    },
    {"from": "a", "inner": {}, "colours": ["RED"], "colour": "RED", "maybe": None, "unset": None},
    {"from": "a", "inner": {}, "maybe": "m", "later": {"to": "x"}, "unset": 3, "id": "two"},
    {"from": "a", "inner": {}, "globalId": "QWdlbnQ6MQ=="},
]
QUERY = "query($input: Outer!, $more: [Outer!]) { echo(input: $input, more: $more) }"


@pytest.mark.parametrize("given", INPUTS)
async def test_an_input_is_made_as_strawberry_makes_it(given: dict[str, Any]) -> None:
    schema = made_schema()
    variables = {"input": given, "more": [given, given]}
    for definition in definitions():
        definition.from_input = None
    expected = await schema.execute(QUERY, variable_values=variables)
    assert expected.errors is None
    engine = Engine(schema)
    assert all(definition.from_input for definition in definitions())
    outcome = await engine.execute(engine.prepare(OperationRequest(QUERY, variables)), None)
    assert (outcome.data, outcome.errors) == (expected.data, [])


async def test_what_cannot_be_null_is_refused_as_before() -> None:
    engine = Engine(made_schema())
    request = OperationRequest(QUERY, {"input": {"from": "a", "inner": {}, "later": None}})
    outcome = await engine.execute(engine.prepare(request), None)
    [error] = outcome.errors
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert "cannot be explicitly set to null" in error["message"]


def definitions() -> list[Any]:
    return [get_object_definition(kind, strict=True) for kind in (Inner, Outer)]
