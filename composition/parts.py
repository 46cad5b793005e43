"""The parts of a process, wired to one another, from the first to start to the last to stop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from shutil import which

import orjson
from tortoise import connections

from jobs.tools import Tools, equip
from jobs.worker import open_queue
from models.channel.credentials import Credentials
from models.database import database
from models.keyring import Keyring
from models.transactions import outlet
from models.words import MeetingProvider
from providers.calendars.ics.feed import IcsFeed
from providers.calendars.protocol import Calendar
from providers.fetching import AddressPolicy, Fetcher
from providers.mail.folder import FolderMailer
from providers.mail.protocol import Mailer
from providers.mail.smtp import SmtpMailer
from providers.media.transcoding import Ffmpeg, Transcoder
from providers.meetings.jitsi import JitsiCalls, JitsiKey
from providers.meetings.protocol import Calls
from providers.messaging.asking import Asker
from providers.messaging.meta import MetaMessages
from providers.messaging.protocol import Messages, MetaCredentials
from providers.messaging.twilio import TwilioMessages
from providers.storage.folder import FolderStore
from providers.storage.protocol import ObjectStore
from providers.storage.s3 import S3Store
from realtime.bus import Bus, MemoryBus, RedisBus
from realtime.cursors import Cursors
from realtime.hub import Hub
from realtime.store import DatabaseStore
from resolvers.context import World
from settings import Settings

_CONNECTIONS = 20  # of which the hub, in a storm of clients coming back, may use thirteen at once


@dataclass(frozen=True, slots=True)
class Parts:
    bus: Bus
    world: World


@asynccontextmanager
async def running(settings: Settings, *, address: str) -> AsyncIterator[Parts]:
    """The database at the address, the queue, the bus and the hub, running for as long as the block does."""
    keys = Keyring(settings.secret_key)
    bus = _bus(settings, keys)
    hub = Hub(bus, DatabaseStore())
    equip(_tools(settings, keys))
    outlet.publish = bus.publish
    outlet.mention = bus.publish_ephemeral
    async with database(address, pool_size=_CONNECTIONS), open_queue(address):
        await bus.start()
        await hub.start()
        try:
            cursors = Cursors(keys.key("feed-cursors"))
            world = World(
                keys,
                cursors,
                hub,
                clock=_now,
                public_url=settings.public_url,
                webhook_addresses=AddressPolicy(also=settings.fetch_also),
                store=_store(settings),
            )
            yield Parts(bus, world)
        finally:
            await hub.stop()
            await bus.stop()


async def is_database_there() -> bool:
    """Whether the process's database answers; raises where it does not."""
    await connections.get("default").execute_query_dict("SELECT 1")
    return True


def _now() -> datetime:
    return datetime.now(UTC)


def _bus(settings: Settings, keys: Keyring) -> Bus:
    if settings.redis_url is None:
        return MemoryBus()
    # Installations that share a Redis do not hear one another.
    return RedisBus(settings.redis_url, prefix=f"frontdesk:{keys.key('bus')[:6].hex()}:")


def _tools(settings: Settings, keys: Keyring) -> Tools:
    fetcher = Fetcher(addresses=AddressPolicy(also=settings.fetch_also))

    def open_feed(url: str, *, zone: tzinfo, owner: str) -> Calendar:
        return IcsFeed(url, fetcher=fetcher, zone=zone, owner=owner)

    return Tools(
        mailer=_mailer(settings),
        open_feed=open_feed,
        post=fetcher.post,
        open_calls=_open_calls,
        open_messages=_open_messages,
        keys=keys,
        public_url=settings.public_url,
        now=_now,
        store=_store(settings),
        transcoder=_transcoder(),
    )


def _transcoder() -> Transcoder | None:
    program = which("ffmpeg")
    return Ffmpeg(Path(program).resolve()) if program else None


def _store(settings: Settings) -> ObjectStore:
    return S3Store(settings.bucket, now=_now) if settings.bucket else FolderStore(settings.attachment_folder)


def _open_calls(provider: MeetingProvider, *, account: str, secret: str | None) -> Calls:
    return _CALLS[provider](account, secret)


def _open_messages(credentials: Credentials) -> Messages:
    if isinstance(credentials, MetaCredentials):
        return MetaMessages(credentials, asker=Asker())
    return TwilioMessages(credentials, asker=Asker())


def _jitsi(server: str, secret: str | None) -> Calls:
    return JitsiCalls(server, JitsiKey(**orjson.loads(secret)) if secret else None, now=_now)


_CALLS = {MeetingProvider.JITSI: _jitsi}


def _mailer(settings: Settings) -> Mailer:
    return SmtpMailer(settings.smtp) if settings.smtp else FolderMailer(settings.mail_folder)
