"""An agent connects a calendar of theirs, or takes it away again. No network is touched here: a job reads it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from errors import Invalid, NotFound, ProviderRejected
from models import input
from models.actor import AgentActor
from models.agent.agent import Agent
from models.audit.auditing import audit, values_of
from models.calendar.busy import policy_of, replace_busy_time, shortcoming, window_from
from models.calendar.connection import CalendarConnection
from models.calendar.refreshing import refresh_later
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.keyring import Keyring
from models.organization.organization import Organization
from models.transactions import Transaction, transaction
from models.words import CalendarProvider, ConnectionStatus
from providers.calendars.ics import IcsFile
from providers.calendars.protocol import BusyReading
from providers.fetching import safe_url
from scheduling.intervals import Interval

MOST_CONNECTIONS = 10
LONGEST_URL = 2_000
FILE_REACHES = timedelta(days=731)


async def connect_feed(
    agent: Agent,
    *,
    name: str,
    url: str,
    keys: Keyring,
    now: datetime,
    once: Once | None = None,
    actor: AgentActor | None = None,
) -> CalendarConnection:
    """Connect the iCalendar feed at the URL (http, https, webcal); what is busy is known once a job has read it.

    The address is kept encrypted and never shown again. Refuses Invalid for a name or URL that is none, and for
    more than ten connections.
    """
    name = input.line(name, field=("name",))
    _check(url)
    async with transaction() as tx:
        if (earlier := await earlier_outcome(tx, once)) is not None:
            return await _still_there(earlier)
        connection = await _add(
            tx, agent, actor, account=name, sealed_address=keys.seal(url.strip()), next_refresh_at=now
        )
        await refresh_later(tx, connection)
        await remember_outcome(tx, once, connection.id)
    return connection


async def connect_file(
    agent: Agent,
    *,
    name: str,
    content: bytes,
    now: datetime,
    once: Once | None = None,
    actor: AgentActor | None = None,
) -> CalendarConnection:
    """Take over the busy time of an iCalendar file, up to two years ahead; the file itself is not kept.

    Refuses Invalid for a file that is no calendar or of which nothing can be read, and for more than ten
    connections.
    """
    name = input.line(name, field=("name",))
    window = window_from(now, FILE_REACHES)
    reading = await _read(agent, content, window)
    async with transaction() as tx:
        if (earlier := await earlier_outcome(tx, once)) is not None:
            return await _still_there(earlier)
        connection = await _add(
            tx,
            agent,
            actor,
            account=name,
            status=ConnectionStatus.CONNECTED,
            last_synced_at=now,
            known_until=window.end,
            last_error=shortcoming(reading),
        )
        await replace_busy_time(tx, connection, reading.busy)
        await remember_outcome(tx, once, connection.id)
    return connection


async def disconnect_calendar(connection_id: int, *, actor: AgentActor) -> None:
    """Take the calendar away, and its busy time with it. Refuses NotFound, also for somebody else's."""
    async with transaction() as tx:
        connection = (
            await CalendarConnection.visible_to(actor).filter(id=connection_id).select_for_update().first()
        )
        if connection is None:
            raise NotFound("There is no such calendar.", field=("connectionId",))
        await audit(tx, "disconnectCalendar", connection, actor=actor, before=_told(connection))
        await connection.delete()


async def _still_there(connection_id: int) -> CalendarConnection:
    connection = await CalendarConnection.get_or_none(id=connection_id)
    if connection is None:
        raise NotFound("The calendar has been taken away since.", field=("idempotencyKey",))
    return connection


def _check(url: str) -> None:
    input.line(url, field=("url",), most=LONGEST_URL)
    try:
        safe_url(url)
    except ProviderRejected as error:
        raise Invalid(str(error), field=("url",)) from None


async def _read(agent: Agent, content: bytes, window: Interval) -> BusyReading:
    organization = await Organization.get(id=agent.organization_id)
    file = IcsFile(content, zone=agent.zone, owner=agent.email)
    try:
        reading = await file.read_busy(window, policy=policy_of(organization.settings))
    except ProviderRejected as error:
        raise Invalid(str(error), field=("file",)) from None
    if reading.unreadable and not reading.busy:
        raise Invalid(f"Nothing of this file can be used. {shortcoming(reading)}", field=("file",))
    return reading


async def _add(
    tx: Transaction, agent: Agent, actor: AgentActor | None, *, account: str, **values: Any
) -> CalendarConnection:
    # The agent's row is the turnstile: of two that would both be the tenth, the second sees the first.
    await tx.rows("SELECT id FROM agent WHERE id = %s FOR NO KEY UPDATE", agent.id)
    if await CalendarConnection.filter(agent_id=agent.id).count() >= MOST_CONNECTIONS:
        raise Invalid(f"An agent has at most {MOST_CONNECTIONS} calendars: take one away first.")
    connection = await CalendarConnection.create(
        organization_id=agent.organization_id,
        agent_id=agent.id,
        provider=CalendarProvider.ICS,
        account=account,
        **values,
    )
    await audit(tx, "connectCalendarFeed", connection, actor=actor, after=_told(connection))
    return connection


def _told(connection: CalendarConnection) -> dict[str, Any]:
    """What the audit is told of a calendar; its address is a secret."""
    return values_of(connection, ("agent_id", "provider", "account"))
