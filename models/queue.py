"""What happens later: a job is a row, written in the transaction of the change that needs it.

Models name the task; jobs/ says what it does. That keeps imports running downward.
"""

from typing import Any

import procrastinate
import psycopg

queue = procrastinate.App(connector=procrastinate.PsycopgConnector())


async def later(
    connection: psycopg.AsyncConnection[Any],
    task: str,
    *,
    lock: str | None = None,
    **arguments: int | str | None,
) -> None:
    """Queue `task` on the transaction's own connection: it runs after commit, or never if that does not come."""
    deferrer = queue.configure_task(task, connection=connection, lock=lock)
    await deferrer.defer_async(**arguments)
