"""The audits of npm graphql-http for GraphQL over HTTP: all of them, without a warning."""

from pathlib import Path

import orjson

from tests.realtime.transport.node import folder_with, node
from tests.realtime.transport.serving import serving


async def test_every_audit_of_graphql_over_http_passes() -> None:
    folder = folder_with("graphql-http", "graphql")
    script = Path(__file__).with_name("audit.cjs")
    async with serving() as served, node(script, folder, served.http) as process:
        assert process.stdout is not None
        results = orjson.loads(await process.stdout.read())
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61
