"""Connecting a calendar and taking it away: what is kept, what is refused, and whose it is."""

import asyncio
from datetime import UTC, datetime

import pytest
from tortoise import connections

from errors import Invalid, NotFound
from models.agent.agent import Agent
from models.calendar.connecting import MOST_CONNECTIONS, connect_feed, connect_file, disconnect_calendar
from models.calendar.connection import BusyTime, CalendarConnection
from models.calendar.refreshing import request_refresh
from models.keyring import Keyring
from models.organization.organization import Organization
from models.words import ConnectionStatus
from scheduling.intervals import Interval
from tests.builders import Clock, acting, an_agent, an_organization

URL = "https://calendar.example/private-5up3r53cr3t/basic.ics"

FILE = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Anyone//EN
X-WR-CALNAME:Anna private
BEGIN:VEVENT
UID:weekly
DTSTAMP:20270101T000000Z
DTSTART;TZID=Europe/Rome:20270105T100000
DTEND;TZID=Europe/Rome:20270105T113000
RRULE:FREQ=WEEKLY
SUMMARY:Therapy with Dr. Strange
LOCATION:Via Segreta 1
END:VEVENT
END:VCALENDAR
"""
BROKEN_EVENT = FILE.replace(b"20270105T100000", b"next tuesday")


async def waiting_refreshes() -> int:
    rows = await connections.get("default").execute_query_dict(
        "SELECT id FROM procrastinate_jobs WHERE status = 'todo' AND task_name = 'calendars.refresh'"
    )
    return len(rows)


async def a_feed(agent: Agent, *, keys: Keyring, now: datetime, url: str = URL) -> CalendarConnection:
    return await connect_feed(agent, name="Work", url=url, keys=keys, now=now)


async def test_a_feed_is_queued_to_be_read_and_its_address_kept_sealed(
    anna: Agent, keys: Keyring, clock: Clock
) -> None:
    connection = await a_feed(anna, keys=keys, now=clock())
    stored = await CalendarConnection.get(id=connection.id)
    assert stored.status is ConnectionStatus.NEVER_SYNCED
    assert await waiting_refreshes() == 1
    assert stored.sealed_address is not None
    assert b"5up3r" not in stored.sealed_address
    assert keys.open(stored.sealed_address) == URL


@pytest.mark.parametrize(
    "url",
    [
        "",
        "calendar.example/basic.ics",
        "ftp://calendar.example/basic.ics",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https://0x7f.1/basic.ics",
        "https://calendar.example/a b",
        "https://calendar.example/" + "a" * 2_000,
    ],
)
async def test_an_address_that_is_none_is_refused_and_nothing_is_kept_or_queued(
    anna: Agent, keys: Keyring, clock: Clock, url: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await a_feed(anna, keys=keys, now=clock(), url=url)
    assert refused.value.field == ("url",)
    assert await CalendarConnection.all().count() == 0
    assert await waiting_refreshes() == 0


@pytest.mark.parametrize("name", ["", "   ", "a" * 201, "two\nlines"])
async def test_a_name_that_is_none_is_refused(anna: Agent, keys: Keyring, clock: Clock, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        await connect_feed(anna, name=name, url=URL, keys=keys, now=clock())
    assert refused.value.field == ("name",)


async def test_an_agent_has_ten_calendars_at_most_however_many_are_connected_at_once(
    anna: Agent, keys: Keyring, clock: Clock
) -> None:
    outcomes = await asyncio.gather(
        *(a_feed(anna, keys=keys, now=clock()) for _ in range(MOST_CONNECTIONS + 4)), return_exceptions=True
    )
    assert sum(isinstance(outcome, Invalid) for outcome in outcomes) == 4
    assert await CalendarConnection.filter(agent_id=anna.id).count() == MOST_CONNECTIONS


async def test_a_file_gives_its_busy_time_two_years_ahead_and_nothing_else_of_it_is_kept(
    anna: Agent, clock: Clock
) -> None:
    connection = await connect_file(anna, name="Own", content=FILE, now=clock())
    assert connection.status is ConnectionStatus.CONNECTED
    assert connection.known_until is not None
    assert connection.known_until.year == 2029
    assert connection.next_refresh_at is None
    busy = await BusyTime.filter(connection_id=connection.id).order_by("starts_at")
    assert len(busy) == 105
    first = Interval.between(busy[0].starts_at, busy[0].ends_at)
    assert first == Interval(datetime(2027, 3, 2, 9, tzinfo=UTC), datetime(2027, 3, 2, 10, 30, tzinfo=UTC))
    # In summer the same hour of Rome is another one of UTC.
    assert {one.starts_at.hour for one in busy} == {8, 9}
    everything = await connections.get("default").execute_query_dict(
        "SELECT c::text || (SELECT string_agg(b::text, '') FROM busy_time b) AS text FROM calendar_connection c"
    )
    assert not any(word in everything[0]["text"] for word in ("Therapy", "Segreta", "Anna private", "weekly"))
    assert await waiting_refreshes() == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"<html><body>Sign in</body></html>", "web page"),
        (b"\x89PNG\r\n\x1a\n", "not an iCalendar file"),
        (BROKEN_EVENT, "1 event could not be read"),
    ],
)
async def test_a_broken_file_is_refused_saying_what_is_wrong(
    anna: Agent, clock: Clock, content: bytes, said: str
) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        await connect_file(anna, name="Own", content=content, now=clock())
    assert refused.value.field == ("file",)
    assert await CalendarConnection.all().count() == 0


async def test_a_file_of_which_a_part_can_be_read_is_taken_and_says_so(anna: Agent, clock: Clock) -> None:
    end = b"END:VCALENDAR"
    event = BROKEN_EVENT[BROKEN_EVENT.index(b"BEGIN:VEVENT") : BROKEN_EVENT.index(end)]
    half = FILE.replace(end, event.replace(b"UID:weekly", b"UID:other") + end)
    connection = await connect_file(anna, name="Own", content=half, now=clock())
    assert connection.last_error is not None
    assert connection.last_error.startswith("1 event could not be read")
    assert await BusyTime.filter(connection_id=connection.id).exists()


async def test_a_calendar_taken_away_takes_its_busy_time_with_it_and_no_other(
    anna: Agent, clock: Clock
) -> None:
    gone = await connect_file(anna, name="Gone", content=FILE, now=clock())
    kept = await connect_file(anna, name="Kept", content=FILE, now=clock())
    await disconnect_calendar(gone.id, actor=acting(anna))
    assert [one.id for one in await CalendarConnection.all()] == [kept.id]
    assert not await BusyTime.filter(connection_id=gone.id).exists()
    assert await BusyTime.filter(connection_id=kept.id).count() == 105


async def test_nobody_else_can_take_away_or_refresh_an_agents_calendar(
    organization: Organization, anna: Agent, keys: Keyring, clock: Clock
) -> None:
    connection = await a_feed(anna, keys=keys, now=clock())
    strangers = [await an_agent(organization, "Ben"), await an_agent(await an_organization("other"), "Eve")]
    for stranger in strangers:
        with pytest.raises(NotFound):
            await disconnect_calendar(connection.id, actor=acting(stranger))
        with pytest.raises(NotFound):
            await request_refresh(connection.id, actor=acting(stranger), now=clock.advance(minutes=1))
    assert await CalendarConnection.filter(id=connection.id).exists()
    assert await waiting_refreshes() == 1


async def test_refreshing_again_and_again_queues_one_job(anna: Agent, keys: Keyring, clock: Clock) -> None:
    connection = await a_feed(anna, keys=keys, now=clock())
    later = clock.now.replace(hour=23)
    await CalendarConnection.filter(id=connection.id).update(next_refresh_at=later)
    for _ in range(5):
        await request_refresh(connection.id, actor=acting(anna), now=clock.advance(seconds=1))
    assert await waiting_refreshes() == 2  # connecting queued the other
    assert not await CalendarConnection.filter(next_refresh_at=later).exists()


async def test_a_file_is_not_read_again(anna: Agent, clock: Clock) -> None:
    connection = await connect_file(anna, name="Own", content=FILE, now=clock())
    await request_refresh(connection.id, actor=acting(anna), now=clock())
    assert await waiting_refreshes() == 0
