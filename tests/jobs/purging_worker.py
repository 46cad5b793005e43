"""A process that purges at a moment, to be killed on its way.

python -m tests.jobs.purging_worker DATABASE_URL MOMENT
"""

import asyncio
import sys
from datetime import datetime

from jobs.purging import purge
from jobs.tools import equip
from models.database import database
from tests.builders import Clock
from tests.jobs.bare import bare_tools


async def main(database_url: str, moment: str) -> None:
    equip(bare_tools(now=Clock(datetime.fromisoformat(moment))))
    async with database(database_url, pool_size=2):
        await purge(timestamp=0)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
