"""A process that sends the reminders that are due at a moment, to be killed on its way.

python -m tests.jobs.reminding_worker DATABASE_URL MOMENT [dying]

One that is `dying` kills itself after its first commit, before anybody is told of it.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import datetime, tzinfo

from jobs.reminders import remind
from jobs.tools import Tools, equip
from models.database import database
from models.keyring import Keyring
from models.transactions import outlet
from models.words import MeetingProvider
from providers.calendars.fake import FakeCalendar
from providers.mail.fake import FakeMailer
from providers.meetings.fake import FakeCalls
from realtime.events import Hint
from tests.builders import Clock


async def die(hints: Sequence[Hint]) -> None:
    """Where hints are published, which is after commit."""
    os.kill(os.getpid(), signal.SIGKILL)


def open_feed(url: str, *, zone: tzinfo, owner: str) -> FakeCalendar:
    return FakeCalendar()


def open_calls(provider: MeetingProvider, *, account: str, secret: str | None) -> FakeCalls:
    return FakeCalls()


async def main(database_url: str, moment: str, end: str = "") -> None:
    if end == "dying":
        outlet.publish = die
    keys = Keyring(b"only for tests, and long enough!")
    clock = Clock(datetime.fromisoformat(moment))
    equip(
        Tools(
            mailer=FakeMailer(),
            open_feed=open_feed,
            open_calls=open_calls,
            keys=keys,
            public_url="https://desk.example",
            now=clock,
        )
    )
    async with database(database_url, pool_size=2):
        await remind(timestamp=0)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
