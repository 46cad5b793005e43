"""A process that works, and kills itself as soon as it has sent an event to a webhook, before that is noted.

python -m tests.jobs.sending_worker DATABASE_URL
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace

from jobs.tools import equip
from jobs.worker import open_queue, run_worker
from models.database import database
from providers.fetching import LOOPBACK_TOO, Answered, Fetcher
from tests.builders import Clock
from tests.jobs.bare import bare_tools


async def send_and_die(url: str, body: bytes, *, headers: Mapping[str, str]) -> Answered:
    await Fetcher(addresses=LOOPBACK_TOO).post(url, body, headers=headers)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("alive")


async def main(database_url: str) -> None:
    equip(replace(bare_tools(now=Clock()), post=send_and_die))
    async with database(database_url, pool_size=2), open_queue(database_url):
        await run_worker()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
