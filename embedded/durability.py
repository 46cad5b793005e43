"""What must be so before a byte is entrusted to the server."""

from typing import Any

import psycopg

from embedded.refusal import CannotRun

# Each of these, turned off, makes writing faster and loses what was acknowledged when the machine stops.
_REQUIRED = ("fsync", "full_page_writes", "synchronous_commit")


def check_durable(connection: psycopg.Connection[Any]) -> None:
    """Refuse CannotRun unless what is committed stays, asked of the server itself on a connection like ours."""
    rows = connection.execute(
        "SELECT name, setting FROM pg_settings WHERE name = ANY(%s) AND setting <> 'on'", [list(_REQUIRED)]
    ).fetchall()
    if rows:
        weak = ", ".join(f"{name} = {setting}" for name, setting in rows)
        raise CannotRun(f"The embedded PostgreSQL would lose data ({weak}): turn it on in its postgresql.conf.")
