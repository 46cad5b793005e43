"""Migrations find tables with rows: a database that is in use comes up to date like a new one."""

from __future__ import annotations

from pathlib import Path

import psycopg

from models.database import migrate
from tests.servers import new_database

# The second adds the guarantees: before it there are no rows that could be kept.
NAMES = sorted(path.stem for path in (Path(__file__).parents[2] / "models/migrations").glob("0*.py"))

# One row for each of our tables that has none, with something in every column that must hold something. Keys to other
# tables are not looked at: each is 1, and so is each id. A table whose columns depend on each other stays empty.
FILL = """
DO $$
DECLARE
    one record;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN
        SELECT c.table_name AS name, string_agg(quote_ident(c.column_name), ', ') AS columns,
            string_agg(CASE
                WHEN c.data_type LIKE 'timestamp%' THEN 'now() + make_interval(hours => ' || c.ordinal_position || ')'
                WHEN c.data_type = 'date' THEN 'current_date'
                WHEN c.data_type = 'jsonb' THEN '''[]'''
                WHEN c.data_type = 'boolean' THEN 'false'
                WHEN c.data_type = 'bytea' THEN '''1'''
                ELSE '''1''' END, ', ') AS contents
        FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.table_name <> 'tortoise_migrations'
            AND c.table_name NOT LIKE 'procrastinate%' AND c.is_nullable = 'NO' AND c.is_generated = 'NEVER'
        GROUP BY c.table_name
    LOOP
        BEGIN
            EXECUTE format(
                'INSERT INTO %I (%s) SELECT %s WHERE NOT EXISTS (SELECT FROM %I)',
                one.name, one.columns, one.contents, one.name
            );
        EXCEPTION WHEN check_violation THEN
            CONTINUE;
        END;
    END LOOP;
END $$
"""


async def test_every_migration_is_made_of_a_database_that_has_rows(postgres_url: str) -> None:
    with new_database(postgres_url) as address:
        await migrate(address, upto=NAMES[1])
        for name in NAMES[2:]:
            await migrate(address, upto=name)
            with psycopg.connect(address) as connection:
                connection.execute(FILL)
        with psycopg.connect(address) as connection:
            kept = connection.execute("SELECT count(*), min(version) FROM agent").fetchone()
    assert kept == (1, 1)
