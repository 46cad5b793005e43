"""What happens later: a job is a row, written in the transaction of the change that needs it.

Models name the task; jobs/ says what it does. That keeps imports running downward.
"""

import procrastinate
from procrastinate.jobs import Job

queue = procrastinate.App(connector=procrastinate.PsycopgConnector())


def job(task: str, *, lock: str | None = None, **arguments: int | str | None) -> Job:
    """The job of doing `task`, as procrastinate would queue it."""
    return queue.configure_task(task, lock=lock).make_new_job(**arguments)
