"""What happens later: a job is a row, written in the transaction of the change that needs it.

Models name the task; jobs/ says what it does. That keeps imports running downward.
"""

from __future__ import annotations

from datetime import datetime

import procrastinate
from procrastinate.jobs import Job

queue = procrastinate.App(connector=procrastinate.PsycopgConnector())


def job(
    task: str, *, lock: str | None = None, at: datetime | None = None, **arguments: int | str | None
) -> Job:
    """The job of doing `task`, not before `at`, as procrastinate would queue it."""
    return queue.configure_task(task, lock=lock, schedule_at=at).make_new_job(**arguments)
