"""The check by which feeds are judged can fail."""

from __future__ import annotations

import psycopg
import pytest

from tests.journeys.readers import faults


async def test_a_client_that_goes_by_the_ids_of_a_sequence_fails_the_same_check(postgres_url: str) -> None:
    """Ids are given out before they are committed: whoever has seen a later one never looks back."""
    received: list[int] = []

    async def poll(reader: psycopg.AsyncConnection[tuple[int]]) -> None:
        last = received[-1] if received else 0
        rows = await reader.execute("SELECT id FROM naive WHERE id > %s ORDER BY id", [last])
        received.extend(id for (id,) in await rows.fetchall())

    async with (
        await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as slow,
        await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as quick,
        await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as reader,
    ):
        await quick.execute("CREATE TABLE naive (id bigserial PRIMARY KEY)")
        try:
            async with slow.transaction():
                await slow.execute("INSERT INTO naive DEFAULT VALUES")
                for _ in range(5):
                    await quick.execute("INSERT INTO naive DEFAULT VALUES")
                    await poll(reader)
            await poll(reader)
        finally:
            await quick.execute("DROP TABLE naive")
    assert faults([1, 2, 3, 4, 5, 6], received) == ["1 is missing"]


@pytest.mark.parametrize(
    ("received", "wrong"),
    [
        ([1, 2, 3], []),
        ([1, 3], ["2 is missing"]),
        ([1, 2, 2, 3], ["2 came 2 times"]),
        ([1, 3, 2], ["2 came after 3"]),
        ([1, 2, 3, 4], ["4 is not for them"]),
    ],
)
def test_the_check_tells_what_is_wrong(received: list[int], wrong: list[str]) -> None:
    assert faults([1, 2, 3], received) == wrong
