"""What transactions attempt in tests, who is in their way, and what is to be there when they have failed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import psycopg
from psycopg.pq import PipelineStatus, TransactionStatus

from models.agent.agent import Agent
from models.claim import Claim
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.event import EventRow
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from models.transactions import Transaction, transaction
from models.words import Channel, ConversationStatus, MeetingType
from realtime.events import Announcement, EventKind, Hint, announce
from tests.builders import MONDAY, a_contact
from tests.waiting import PATIENCE_SECONDS, until

TOPIC = "conversation:1"
NUMBER = b"SELECT $1::text::bigint"


@asynccontextmanager
async def somebody(database_url: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """Somebody else, in a transaction that comes to nothing."""
    async with await psycopg.AsyncConnection.connect(database_url) as other:
        yield other
        await other.rollback()


def waits(other: psycopg.AsyncConnection[Any], *, longer_than: str = "0") -> Any:
    """Whether there is somebody who waits for a lock: the number of their process."""
    sql = """SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
        AND clock_timestamp() - query_start > %s::interval"""

    async def asked() -> int | None:
        found = await (await other.execute(sql, [longer_than])).fetchone()
        return int(found[0]) if found else None

    return asked


async def end_whoever_waits(other: psycopg.AsyncConnection[Any]) -> None:
    await until(waits(other))
    await other.execute("SELECT pg_terminate_backend(%s)", [await waits(other)()])


def tell(organization: Organization, topic: str = TOPIC, *, about: int = 1) -> None:
    announce(Announcement(organization.id, topic, EventKind.CONVERSATION_CHANGED, {"conversation": about}))


async def add(tx: Transaction, organization: Organization, name: str = "Grace") -> Contact:
    return await tx.add(Contact(organization_id=organization.id, name=name))


async def claim(agent: Agent, *, meeting_id: int) -> None:
    """The claim's meeting is looked for as the transaction commits."""
    ends_at = MONDAY + timedelta(minutes=30)
    own = {"organization_id": agent.organization_id, "agent_id": agent.id, "meeting_id": meeting_id}
    await Claim.create(**own, starts_at=MONDAY, ends_at=ends_at)


async def a_meeting(organization: Organization) -> Meeting:
    guest = await a_contact(organization)
    now, own = MONDAY, {"organization_id": organization.id}
    talk = await Conversation.create(
        **own, number=1, channel=Channel.MEETING, status=ConversationStatus.OPEN, contact=guest, created_at=now,
        last_message_at=now,
    )  # fmt: skip
    return await Meeting.create(
        **own, title="Tea", meeting_type=MeetingType.PHONE, start=now, end=now + timedelta(minutes=30),
        guest_time_zone="Europe/Rome", guest=guest, conversation=talk,
    )  # fmt: skip


async def on_it(tx: Transaction) -> int:
    """The database's process of a transaction's connection."""
    return int((await tx.rows("SELECT pg_backend_pid() AS process"))[0]["process"])


async def nothing_is_left(published: list[Hint], *, process: int | None = None) -> None:
    """Of a transaction that failed nothing is there or was told, and whoever comes next is as well off as ever: on the
    same connection, if that was not lost."""
    async with asyncio.timeout(PATIENCE_SECONDS), transaction() as tx:
        assert process in (None, await on_it(tx))
        assert await tx.connection.run(NUMBER, ["7"]) == [(7,)]
        raw = tx.connection._connection
        assert raw.pgconn.pipeline_status == PipelineStatus.OFF
    assert raw.pgconn.transaction_status == TransactionStatus.IDLE
    assert await EventRow.all().count() == await Contact.all().count() == 0
    assert published == []
