"""A process that purges at a moment, to be killed on its way.

python -m tests.jobs.purging_worker DATABASE_URL MOMENT
"""

import asyncio
import sys
from datetime import datetime, tzinfo

from jobs.purging import purge
from jobs.tools import Tools, equip
from models.database import database
from models.keyring import Keyring
from providers.calendars.fake import FakeCalendar
from providers.mail.fake import FakeMailer
from tests.builders import Clock


def open_feed(url: str, *, zone: tzinfo, owner: str) -> FakeCalendar:
    return FakeCalendar()


async def main(database_url: str, moment: str) -> None:
    keys = Keyring(b"only for tests, and long enough!")
    clock = Clock(datetime.fromisoformat(moment))
    equip(
        Tools(mailer=FakeMailer(), open_feed=open_feed, keys=keys, public_url="https://desk.example", now=clock)
    )
    async with database(database_url, pool_size=2):
        await purge(timestamp=0)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
