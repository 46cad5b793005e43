"""What every table holds, so that a test can say that nothing has changed."""

from __future__ import annotations

from functools import cache

from tortoise import connections

_TABLES = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations'
"""


@cache
def _statement(tables: tuple[str, ...]) -> str:
    each = (
        f"SELECT '{name}' AS name, count(*) AS rows, md5(string_agg(t::text, '' ORDER BY t::text)) AS digest"
        f' FROM "{name}" t'
        for name in tables
    )
    return " UNION ALL ".join(each)


async def contents() -> dict[str, tuple[int, str]]:
    """The number of rows and a digest of the rows of every table, the job queue's included."""
    connection = connections.get("default")
    tables = tuple(row["tablename"] for row in await connection.execute_query_dict(_TABLES))
    rows = await connection.execute_query_dict(_statement(tables))
    return {row["name"]: (row["rows"], row["digest"]) for row in rows}
