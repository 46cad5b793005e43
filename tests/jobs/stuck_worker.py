"""A worker of its own whose mailer never comes back: run with the database's address, to be killed."""

import asyncio
import sys

from jobs.tools import equip
from jobs.worker import open_queue, run_worker
from models.database import database
from providers.mail.letter import Letter
from tests.builders import Clock
from tests.jobs.bare import bare_tools


class StuckMailer:
    async def send(self, letter: Letter) -> None:
        print("sending", flush=True)  # noqa: T201 (the test listens)
        await asyncio.Event().wait()


async def main(database_url: str) -> None:
    equip(bare_tools(now=Clock(), mailer=StuckMailer()))
    async with database(database_url), open_queue(database_url):
        await run_worker()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
