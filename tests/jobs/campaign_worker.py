"""A process that sends what campaigns there are by a provider at an address, to be killed on its way.

python -m tests.jobs.campaign_worker DATABASE_URL ADDRESS [dying]

One that is `dying` kills itself when it is about to send something: somebody has been taken up, and nobody asked.
"""

import asyncio
import os
import signal
import sys
from dataclasses import replace

from jobs.campaigns import send
from jobs.tools import equip
from jobs.worker import open_queue
from models.campaign.sending import sending_accounts
from models.channel.credentials import Credentials
from models.database import database
from providers.fetching import LOOPBACK_TOO
from providers.messaging.asking import Asker
from providers.messaging.protocol import Messages, TemplateMessage, TwilioCredentials
from providers.messaging.twilio import TwilioMessages
from tests.builders import Clock
from tests.jobs.bare import bare_tools


class DyingMessages(TwilioMessages):
    async def send_template(self, message: TemplateMessage) -> str:
        os.kill(os.getpid(), signal.SIGKILL)
        return await super().send_template(message)


async def main(database_url: str, address: str, end: str = "") -> None:
    kind = DyingMessages if end == "dying" else TwilioMessages

    def open_messages(credentials: Credentials) -> Messages:
        assert isinstance(credentials, TwilioCredentials)
        return kind(credentials, asker=Asker(addresses=LOOPBACK_TOO), content=address, api=address)

    equip(replace(bare_tools(now=Clock()), open_messages=open_messages))
    async with database(database_url, pool_size=8), open_queue(database_url, pool_size=2):
        # As the job does it, but one batch at once after the other.
        while accounts := await sending_accounts(limit=1):
            await send(accounts[0])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
