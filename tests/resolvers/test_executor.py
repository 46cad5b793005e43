"""What the API answers with its short cuts through lists is what graphql-core's own executor answers."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from graphql import ExecutionResult, GraphQLObjectType, execute, parse
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter

from models.agent.agent import Agent
from models.organization.service import Service
from realtime.transport import OperationRequest
from realtime.transport.resolving import is_prepared
from realtime.transport.running import is_awaitable
from resolvers import ids
from resolvers.context import Context
from schema.root import schema
from tests.builders import a_service, an_agent
from tests.resolvers.conftest import ENGINE, Client
from tests.resolvers.documents import SLOTS
from tests.resolvers.house import DOCUMENTS, House

QUERIES = sorted(name for name, (document, *_) in DOCUMENTS.items() if document.lstrip().startswith("query"))

SLOT_SELECTIONS = (
    "days { date slots { start end agentCount seatsLeft } }",
    "days { slots { end begin: start } date }",
    "days { __typename date again: date slots { __typename start again: start } }",
    "days { ...Day slots { seatsLeft } } more: days { ...Day }",
    "days { slots { __typename } }",
    "days { __typename }",
    "days { date slots @include(if: false) { start } }",
    "timeZone durationMinutes total nextAvailable days { date @skip(if: true) slots { agentCount } }",
)


async def stock(client: Client, query: str, variables: dict[str, Any]) -> ExecutionResult:
    result = execute(
        schema._schema,
        parse(query),
        context_value=Context(client.actor, world=client.world),
        variable_values=variables,
        is_awaitable=is_awaitable,
        executor_class=StrawberryGraphQLCoreExecutionContext,
    )
    assert not isinstance(result, ExecutionResult)
    return await result


async def check(client: Client, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Both answer the same, keys in the same order; what they answer."""
    prepared = ENGINE.prepare(OperationRequest(query, variables))
    ours = await ENGINE.execute(prepared, Context(client.actor, world=client.world))
    theirs = await stock(client, query, variables)
    assert orjson.dumps(ours.data) == orjson.dumps(theirs.data)
    assert [error["path"] for error in ours.errors] == [list(error.path or ()) for error in theirs.errors or ()]
    return dict(ours.data or {})


@pytest.fixture
async def team(house: House, anna: Agent) -> Service:
    organization = await anna.organization
    return await a_service(organization, anna, await an_agent(organization, "Chandra"), name="Team")


@pytest.mark.parametrize("name", QUERIES)
async def test_an_operation_of_the_api_is_answered_as_by_the_stock_executor(house: House, name: str) -> None:
    base = house.base(name)
    await check(house.client(name), base.document, base.variables)


@pytest.mark.parametrize("selected", SLOT_SELECTIONS)
async def test_the_columns_of_slots_tell_what_their_rows_tell(
    public: Client, team: Service, selected: str
) -> None:
    query = f"query($input: SlotsInput!) {{ slots(input: $input) {{ {selected} }} }}"
    query += " fragment Day on SlotDay { date slots { start } }" if "...Day" in selected else ""
    wanted = {"serviceId": ids.encode("Service", team.id), "from": "2027-03-01", "to": "2027-03-31"}
    answer = await check(public, query, {"input": {**wanted, "timeZone": "Pacific/Auckland"}})
    assert len(answer["slots"]["days"]) > 20


async def test_slots_that_there_are_not_are_an_empty_list(public: Client, team: Service) -> None:
    wanted = {"serviceId": ids.encode("Service", team.id), "from": "2027-03-06", "to": "2027-03-06"}
    answer = await check(public, SLOTS, {"input": {**wanted, "timeZone": "Europe/Rome"}})
    assert answer["slots"]["days"] == []


def test_every_resolver_is_called_directly_but_those_that_make_a_stream() -> None:
    assert ENGINE, "it is what has them called so"
    kept = set()
    for kind in schema._schema.type_map.values():
        for name, field in kind.fields.items() if isinstance(kind, GraphQLObjectType) else ():
            defined = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            if defined is not None and defined.base_resolver and not is_prepared(field):
                kept.add((kind.name, name))
    streams = schema._schema.subscription_type
    assert streams is not None
    assert kept == {(streams.name, name) for name in streams.fields}
