"""A worker of its own whose mailer never comes back: run with the database's address, to be killed."""

import asyncio
import sys
from datetime import tzinfo

from jobs.tools import Tools, equip
from jobs.worker import open_queue, run_worker
from models.database import database
from models.keyring import Keyring
from models.words import MeetingProvider
from providers.calendars.fake import FakeCalendar
from providers.mail.letter import Letter
from providers.meetings.fake import FakeCalls
from tests.builders import Clock


class StuckMailer:
    async def send(self, letter: Letter) -> None:
        print("sending", flush=True)  # noqa: T201 (the test listens)
        await asyncio.Event().wait()


def open_feed(url: str, *, zone: tzinfo, owner: str) -> FakeCalendar:
    return FakeCalendar()


def open_calls(provider: MeetingProvider, *, account: str, secret: str | None) -> FakeCalls:
    return FakeCalls()


async def main(database_url: str) -> None:
    equip(
        Tools(
            mailer=StuckMailer(),
            open_feed=open_feed,
            open_calls=open_calls,
            keys=Keyring(b"only for tests, and long enough!"),
            public_url="https://desk.example",
            now=Clock(),
        )
    )
    async with database(database_url), open_queue(database_url):
        await run_worker()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
