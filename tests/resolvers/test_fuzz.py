"""Whatever the input, the error is the client's: random values in every field of every operation."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    OperationDefinitionNode,
    OperationType,
    parse,
    type_from_ast,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.root import schema
from tests.resolvers import nonsense
from tests.resolvers.house import DOCUMENTS, House, filled

SCHEMA = schema._schema
CLIENTS_FAULT = {"BAD_REQUEST", "UNAUTHENTICATED", "FORBIDDEN", "TOO_COMPLEX"}

KNOWN = ["@meeting", "@conversation", "@message", "@agent", "@ben", "@eve", "@service", "@theirs", "@calendar"]
KNOWN += [
    "@office",
    "@subject",
    "@rule",
    "@template",
    "@tag",
    "@reply",
    "@text",
    "@disposition",
    "@list",
    "@key",
    "@channel",
    "@greeting",
    "@attachment",
    "@campaign",
    "@heidi",
    "@ivan",
    "@former",
]
GOOD: dict[str, list[Any]] = {
    "ID": KNOWN,
    "String": ["Hello", "grace@guests.example", "+39 06 12345678", "acme/anna", "acme/anna?to=2027-03-02", "k"],
    "Int": [0, 1, 2, 15, 30, 60, 480, -1, 2**31 - 1, -(2**31)],
    "Boolean": [True, False],
    "DateTime": [
        "2027-03-01T09:00:00Z",
        "2027-03-28T02:30:00+01:00",
        "1900-01-01T00:00:00Z",
        "2999-12-31T23:59:00Z",
    ],
    "Date": ["2027-03-01", "2027-03-28", "1900-01-01", "2999-12-31"],
    "TimeOfDay": ["00:00", "09:00", "17:00", "23:59"],
    "TimeZone": ["Europe/Rome", "America/St_Johns", "Pacific/Apia", "UTC"],
    "Locale": ["en", "it-IT", "zh-Hant-TW"],
}
BAD = [
    one
    for values in vars(nonsense).values()
    if isinstance(values, list)
    for one in values
    if not isinstance(one, str) or len(one) < 1_000
]
ANYTHING = st.one_of(
    st.sampled_from(BAD),
    st.text(max_size=30),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    ),
)


@st.composite
def values(draw: st.DrawFn, of: GraphQLInputType, base: Any = None) -> Any:
    """A value for the type, now and then none at all; what is not changed stays as it is in the good one."""
    luck = draw(st.integers(0, 9))
    if luck == 0:
        return draw(ANYTHING)
    if luck == 1:
        return None
    return draw(meant(of.of_type if isinstance(of, GraphQLNonNull) else of, base))


@st.composite
def meant(draw: st.DrawFn, of: GraphQLInputType, base: Any) -> Any:
    """A value of the type, whatever it says."""
    if isinstance(of, GraphQLList):
        return draw(st.lists(values(of.of_type), max_size=3))
    if isinstance(of, GraphQLInputObjectType):
        chosen = draw(st.lists(st.sampled_from(sorted(of.fields)), max_size=3, unique=True))
        required = {n for n, one in of.fields.items() if isinstance(one.type, GraphQLNonNull)} - set(base or {})
        spoiled = {
            name: draw(values(of.fields[name].type, (base or {}).get(name)))
            for name in [*chosen, *sorted(required)]
        }
        return {**(base or {}), **spoiled}
    if isinstance(of, GraphQLEnumType):
        return draw(st.sampled_from(sorted(of.values)))
    good = GOOD.get(of.name, ["something"])  # type: ignore[union-attr]
    return draw(st.sampled_from(good))


@st.composite
def variables(draw: st.DrawFn, document: str, base: dict[str, Any]) -> dict[str, Any]:
    """Variables for the document, changed in some places."""
    defined = _operation(document).variable_definitions or ()
    drawn = {}
    for variable in defined:
        if len(defined) > 1 and draw(st.integers(0, 2)):
            continue
        name, of = variable.variable.name.value, type_from_ast(SCHEMA, variable.type)
        drawn[name] = draw(values(of, base.get(name)))  # type: ignore[arg-type]
    return {**base, **drawn}


def _operation(document: str) -> OperationDefinitionNode:
    [operation] = parse(document).definitions
    assert isinstance(operation, OperationDefinitionNode)
    return operation


def test_every_mutation_with_an_input_is_tried() -> None:
    operations = [_operation(document) for document, _, _ in DOCUMENTS.values()]
    tried = {
        node.name.value
        for operation in operations
        if operation.operation is OperationType.MUTATION
        for node in operation.selection_set.selections
        if isinstance(node, FieldNode)
    }
    assert SCHEMA.mutation_type
    assert tried == {name for name, field in SCHEMA.mutation_type.fields.items() if field.args}


@pytest.mark.parametrize("name", DOCUMENTS)
@settings(
    max_examples=15,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_no_input_is_an_error_of_ours(house: House, name: str, data: st.DataObject) -> None:
    document, base, client = DOCUMENTS[name]
    asked = filled(data.draw(variables(document, base)), house.ids)
    answer = await house.clients[client].run(document, **asked)
    assert set(answer.codes) <= CLIENTS_FAULT, answer.errors
