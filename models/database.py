"""Opens the database for a process, and brings its tables up to date."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import AsyncConnectionPool
from tortoise import Tortoise, connections
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationTarget
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.transactions import in_transaction

from models.migrating import Editor, Executor

MODELS = (
    "models.organization.organization",
    "models.organization.office",
    "models.organization.subject",
    "models.organization.service",
    "models.organization.planning",
    "models.agent.agent",
    "models.agent.template",
    "models.agent.hours",
    "models.agent.session",
    "models.agent.key",
    "models.agent.presence",
    "models.desk.tag",
    "models.desk.canned_reply",
    "models.desk.disposition",
    "models.desk.contact_list",
    "models.contact.contact",
    "models.link",
    "models.claim",
    "models.meeting.meeting",
    "models.meeting.arriving",
    "models.call.connection",
    "models.call.call",
    "models.channel.account",
    "models.channel.template",
    "models.campaign.campaign",
    "models.contact.alias",
    "models.contact.identity",
    "models.contact.keeping",
    "models.contact.merge",
    "models.meeting.reminding",
    "models.meeting.seat",
    "models.meeting.series",
    "models.conversation.conversation",
    "models.conversation.message",
    "models.conversation.scheduled",
    "models.conversation.offer",
    "models.conversation.assignment",
    "models.attachment.attachment",
    "models.attachment.dropping",
    "models.queueing.record",
    "models.calendar.connection",
    "models.calendar.feed",
    "models.event",
    "models.idempotency",
    "models.letter.ordered",
    "models.letter.sent",
    "models.letter.template",
    "models.audit.entry",
    "models.webhook.webhook",
    "models.guest.code",
    "models.guest.session",
    "models.retention.purge",
)


# The parts of an address that Tortoise takes by names of its own. It sets `options` itself.
_TAKEN = ("host", "port", "user", "password", "dbname", "application_name", "options")


_IDLE_SECONDS = 1.0
_last_taken: WeakKeyDictionary[AsyncConnection[Any], float] = WeakKeyDictionary()


async def _check_if_idle(connection: AsyncConnection[Any]) -> None:
    """Make sure that a connection still lives, unless it was in use a moment ago: asking each time would be half of all
    the statements. Raises psycopg's OperationalError for a dead one, and the pool takes another."""
    now = monotonic()
    if now - _last_taken.get(connection, -_IDLE_SECONDS) >= _IDLE_SECONDS:
        await AsyncConnectionPool.check_connection(connection)
    _last_taken[connection] = now


async def _reckon_with_fast_disks(connection: AsyncConnection[Any]) -> None:
    """Have the planner know that a page from anywhere costs hardly more than the next one, as of every disk that is no
    turning one; unless it was told otherwise, wherever that is done. It would go through all of a small table for each
    row that is asked for, and prepared statements go on to as it grows.

    Not by the address's options: what stands between us and the server may not know of these.
    """
    await connection.execute(
        "SELECT set_config(name, '1.1', false) FROM pg_settings WHERE name = 'random_page_cost' AND source = 'default'"
    )


def configuration(url: str, *, pool_size: int = 10) -> dict[str, Any]:
    """Tortoise's configuration for a PostgreSQL address (a URL or a libpq connection string)."""
    place = conninfo_to_dict(url)
    credentials = {
        "host": place.get("host"),
        "port": int(place.get("port") or 5432),
        "user": place.get("user"),
        "password": place.get("password"),
        "database": place.get("dbname"),
        "minsize": 1,
        "maxsize": pool_size,
        "application_name": place.get("application_name", "frontdesk"),
        "check": _check_if_idle,
        "configure": _reckon_with_fast_disks,
        "server_settings": {name: value for name, value in place.items() if name not in _TAKEN},
    }
    return {
        "connections": {"default": {"engine": "models.pool", "credentials": credentials}},
        "apps": {
            "frontdesk": {
                "models": list(MODELS),
                "default_connection": "default",
                "migrations": "models.migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


# Any number of processes may start at once; one migrates, the others wait for it. The number is arbitrary, but ours.
_MIGRATION_LOCK = 7_316_542_809


class _Recorder(MigrationRecorder):
    """Tortoise's recorder writes asyncpg's placeholders whatever the driver; psycopg wants its own."""

    def _placeholder(self, pos: int) -> str:
        return "%s"


async def migrate(url: str, *, upto: str | None = None) -> None:
    """Bring the tables up to date, or up to the named migration, all or nothing: what was applied and the record of it
    commit together."""
    targets = None if upto is None else [MigrationTarget("frontdesk", upto)]
    config = configuration(url, pool_size=2)
    async with TortoiseContext() as context:
        await context.init(config=config, init_connections=False)
        async with in_transaction() as tx:
            await tx.execute_query_dict("SELECT pg_advisory_xact_lock(%s)", [_MIGRATION_LOCK])
            # The executor looks for this table before it makes it, which inside a transaction would end that.
            await _Recorder(tx).ensure_schema(Editor(tx))
            executor = Executor(tx, config["apps"])
            executor.recorder = executor.loader.recorder = _Recorder(tx)
            await executor.migrate(targets)


@asynccontextmanager
async def database(url: str, *, pool_size: int = 10) -> AsyncIterator[None]:
    """The process's connections, for as long as the block runs."""
    await Tortoise.init(config=configuration(url, pool_size=pool_size), _enable_global_fallback=True)
    try:
        await connections.get("default").create_connection(with_db=True)
        yield
    finally:
        await Tortoise.close_connections()
