"""A process that sends the reminders that are due at a moment, to be killed on its way.

python -m tests.jobs.reminding_worker DATABASE_URL MOMENT [dying]

One that is `dying` kills itself after its first commit, before anybody is told of it.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import datetime

from jobs.reminders import remind
from jobs.tools import equip
from models.database import database
from models.transactions import outlet
from realtime.events import Hint
from tests.builders import Clock
from tests.jobs.bare import bare_tools


async def die(hints: Sequence[Hint]) -> None:
    """Where hints are published, which is after commit."""
    os.kill(os.getpid(), signal.SIGKILL)


async def main(database_url: str, moment: str, end: str = "") -> None:
    if end == "dying":
        outlet.publish = die
    equip(bare_tools(now=Clock(datetime.fromisoformat(moment))))
    async with database(database_url, pool_size=2):
        await remind(timestamp=0)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
