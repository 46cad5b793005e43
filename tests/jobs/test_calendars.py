"""Connected calendars are read by jobs, and what is bookable follows them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from jobs.calendars import refresh, refresh_due
from jobs.tools import Tools, equip
from models.actor import Public
from models.agent.agent import Agent
from models.availability.engine import Request, ask_engine
from models.availability.target import Named, find_target
from models.calendar.connecting import connect_feed, disconnect_calendar
from models.calendar.connection import BusyTime, CalendarConnection
from models.calendar.refreshing import request_refresh
from models.keyring import Keyring
from models.organization.organization import Organization
from models.words import ConnectionStatus
from providers.calendars.fake import FakeCalendar
from providers.calendars.protocol import BusyPolicy, BusyReading
from providers.fetching import NOTHING_KNOWN, Validators
from providers.mail.fake import FakeMailer
from scheduling.hours import Dates
from scheduling.intervals import Interval
from tests.builders import Clock, acting, an_agent
from tests.jobs.conftest import Jobs, Shelf

URL = "https://calendar.example/secret.ics"
TUESDAY = date(2027, 3, 2)

Slots = Callable[[Agent], Awaitable[list[str]]]


def at(hour: int, minute: int = 0, *, hours: float = 1) -> Interval:
    """Time of Tuesday by Rome's clock."""
    start = datetime(2027, 3, 2, hour - 1, minute, tzinfo=UTC)
    return Interval(start, start + timedelta(hours=hours))


@pytest.fixture
def calendar(shelf: Shelf) -> FakeCalendar:
    """Anna's: busy on Tuesday from ten to eleven."""
    shelf.calendars[URL] = FakeCalendar(at(10))
    return shelf.calendars[URL]


@pytest.fixture
async def connection(
    anna: Agent, jobs: Jobs, calendar: FakeCalendar, keys: Keyring, clock: Clock
) -> CalendarConnection:
    """The calendar connected, and not yet read."""
    return await connect_feed(anna, name="Work", url=URL, keys=keys, now=clock())


@pytest.fixture
def slots(clock: Clock) -> Slots:
    """Tuesday's starts, by Rome's clock."""

    async def slots(agent: Agent) -> list[str]:
        rome = ZoneInfo("Europe/Rome")
        target = await find_target(Named(agent_id=agent.id), actor=Public(), now=clock())
        answer = await ask_engine(Request(target=target, guest_zone=rome, actor=Public()), now=clock())
        return [
            f"{slot.start.astimezone(rome):%H:%M}"
            for day in answer.availability.days(Dates(TUESDAY, TUESDAY))
            for slot in day.slots
        ]

    return slots


async def state(connection: CalendarConnection) -> CalendarConnection:
    return await CalendarConnection.get(id=connection.id)


async def when_due(jobs: Jobs, clock: Clock, **later: float) -> None:
    """Let the time come for the next reading."""
    clock.advance(**(later or {"minutes": 5}))
    await jobs.run_periodic("calendars.refresh_due")


async def test_a_connected_calendar_is_read_and_takes_its_busy_time_out_of_the_slots(
    connection: CalendarConnection, anna: Agent, organization: Organization, jobs: Jobs, slots: Slots
) -> None:
    ben = await an_agent(organization, "Ben")
    await jobs.run()
    assert (await state(connection)).status is ConnectionStatus.CONNECTED
    assert await slots(anna) == [start for start in await slots(ben) if start not in ("10:00", "10:30")]
    assert len(await slots(ben)) == 16


async def test_after_a_refresh_the_slots_are_as_the_calendar_is(
    connection: CalendarConnection, anna: Agent, calendar: FakeCalendar, jobs: Jobs, clock: Clock, slots: Slots
) -> None:
    await jobs.run()
    calendar.free(at(10))
    calendar.take(at(14))
    assert "10:00" not in await slots(anna)
    await when_due(jobs, clock)
    starts = await slots(anna)
    assert "10:00" in starts
    assert "14:00" not in starts


async def test_a_calendar_is_read_over_all_that_can_be_booked_and_again_within_the_interval(
    connection: CalendarConnection, calendar: FakeCalendar, jobs: Jobs, clock: Clock
) -> None:
    await jobs.run()
    [window] = calendar.asked
    assert window.start <= clock() - timedelta(days=1)
    assert window.end >= clock() + timedelta(days=31 + 34)
    known = await state(connection)
    assert known.known_until == window.end
    assert known.next_refresh_at is not None
    assert timedelta(minutes=4) <= known.next_refresh_at - clock() <= timedelta(minutes=5)


async def test_what_has_not_changed_leaves_every_row_as_it_is(
    connection: CalendarConnection, calendar: FakeCalendar, jobs: Jobs, clock: Clock
) -> None:
    await jobs.run()
    before = await BusyTime.all().values()
    synced = (await state(connection)).last_synced_at
    await when_due(jobs, clock)
    after = await state(connection)
    assert len(calendar.asked) == 2
    assert after.last_synced_at != synced
    assert after.status is ConnectionStatus.CONNECTED
    assert await BusyTime.all().values() == before


class Known(FakeCalendar):
    """Notes what it was told is known already."""

    def __init__(self, *busy: Interval) -> None:
        super().__init__(*busy)
        self.known: list[Validators] = []

    async def read_busy(
        self, window: Interval, *, policy: BusyPolicy, known: Validators = NOTHING_KNOWN
    ) -> BusyReading:
        self.known.append(known)
        return await super().read_busy(window, policy=policy, known=known)


async def test_not_modified_is_no_answer_once_the_horizon_comes_near_the_end_of_what_was_read(
    connection: CalendarConnection, shelf: Shelf, jobs: Jobs, clock: Clock
) -> None:
    shelf.calendars[URL] = calendar = Known(at(10))
    await jobs.run()
    await when_due(jobs, clock, days=20)
    await when_due(jobs, clock, days=10)
    assert [known == NOTHING_KNOWN for known in calendar.known] == [True, False, True]


async def test_not_modified_is_no_answer_to_another_policy(
    connection: CalendarConnection, organization: Organization, shelf: Shelf, jobs: Jobs, clock: Clock
) -> None:
    shelf.calendars[URL] = calendar = Known(at(10))
    await jobs.run()
    organization.stored_settings = {"tentative_is_busy": False}
    await organization.save()
    await when_due(jobs, clock)
    assert calendar.known == [NOTHING_KNOWN, NOTHING_KNOWN]


async def test_a_calendar_that_is_down_keeps_its_known_busy_time_and_is_soon_asked_again(
    connection: CalendarConnection, anna: Agent, calendar: FakeCalendar, jobs: Jobs, clock: Clock, slots: Slots
) -> None:
    await jobs.run()
    calendar.go_down()
    await when_due(jobs, clock)
    failing = await state(connection)
    assert failing.status is ConnectionStatus.CONNECTED
    assert failing.last_error == "The calendar is down."
    assert failing.next_refresh_at == clock() + timedelta(seconds=30)
    assert len(await slots(anna)) == 14
    calendar.recover()
    await when_due(jobs, clock, seconds=30)
    recovered = await state(connection)
    assert recovered.last_error is None
    assert recovered.failing_since is None


async def test_a_calendar_is_asked_no_earlier_than_it_wished(
    connection: CalendarConnection, calendar: FakeCalendar, jobs: Jobs, clock: Clock
) -> None:
    calendar.go_down(retry_after_seconds=7_200)
    await jobs.run()
    assert (await state(connection)).next_refresh_at == clock() + timedelta(hours=2)


async def test_pauses_double_up_to_an_hour(
    connection: CalendarConnection, calendar: FakeCalendar, jobs: Jobs, clock: Clock
) -> None:
    calendar.go_down()
    await jobs.run()
    pauses = []
    for _ in range(9):
        due = (await state(connection)).next_refresh_at
        assert due is not None
        pauses.append((due - clock()).total_seconds())
        await when_due(jobs, clock, seconds=pauses[-1])
    assert pauses == [30, 30, 60, 120, 240, 480, 960, 1920, 3600]


async def test_after_a_day_of_failing_a_calendar_is_disconnected_and_comes_back_by_itself(
    connection: CalendarConnection, calendar: FakeCalendar, jobs: Jobs, clock: Clock
) -> None:
    await jobs.run()
    calendar.go_down()
    await when_due(jobs, clock)
    await when_due(jobs, clock, hours=24)
    lost = await state(connection)
    assert lost.status is ConnectionStatus.DISCONNECTED
    assert lost.disconnected_at == clock()
    assert await BusyTime.filter(connection_id=connection.id).count() == 1
    calendar.recover()
    await when_due(jobs, clock, hours=1)
    found = await state(connection)
    assert found.status is ConnectionStatus.CONNECTED
    assert found.disconnected_at is None


async def test_a_calendar_that_rejects_us_is_disconnected_at_once_and_its_busy_time_stays(
    connection: CalendarConnection, anna: Agent, calendar: FakeCalendar, jobs: Jobs, clock: Clock, slots: Slots
) -> None:
    await jobs.run()
    calendar.reject("Nothing is at https://user:word@calendar.example/secret.ics any more.")
    await when_due(jobs, clock)
    lost = await state(connection)
    assert lost.status is ConnectionStatus.DISCONNECTED
    assert lost.last_error == "Nothing is at … any more."
    assert "10:00" not in await slots(anna)
    assert await jobs.waiting("calendars.refresh") == []
    calendar.recover()
    await request_refresh(connection.id, actor=acting(anna), now=clock())
    await jobs.run()
    assert (await state(connection)).status is ConnectionStatus.CONNECTED


class Removing(FakeCalendar):
    """Its agent takes it away while it is being read."""

    def __init__(self, remove: Callable[[], Awaitable[None]]) -> None:
        super().__init__(at(10))
        self._remove = remove

    async def read_busy(
        self, window: Interval, *, policy: BusyPolicy, known: Validators = NOTHING_KNOWN
    ) -> BusyReading:
        await self._remove()
        return await super().read_busy(window, policy=policy, known=known)


@pytest.mark.parametrize("rejects", [False, True])
async def test_a_calendar_taken_away_while_it_is_read_does_not_come_back(
    connection: CalendarConnection, anna: Agent, shelf: Shelf, jobs: Jobs, slots: Slots, rejects: bool
) -> None:
    async def remove() -> None:
        await disconnect_calendar(connection.id, actor=acting(anna))

    shelf.calendars[URL] = Removing(remove)
    if rejects:
        shelf.calendars[URL].reject()
    await jobs.run()
    assert await CalendarConnection.all().count() == 0
    assert await BusyTime.all().count() == 0
    assert await jobs.failed() == []
    assert len(await slots(anna)) == 16


async def test_a_job_that_runs_twice_reads_once(
    connection: CalendarConnection, calendar: FakeCalendar, jobs: Jobs
) -> None:
    await refresh.defer_async(connection_id=connection.id)
    await jobs.run()
    assert len(calendar.asked) == 1


async def test_what_is_due_is_queued_once_however_often_one_looks_and_nothing_else_is(
    connection: CalendarConnection, jobs: Jobs, clock: Clock
) -> None:
    await jobs.run()
    await refresh_due(0)
    assert await jobs.waiting("calendars.refresh") == []
    clock.advance(minutes=5)
    for _ in range(3):
        await refresh_due(0)
    assert [job["args"] for job in await jobs.waiting("calendars.refresh")] == [
        {"connection_id": connection.id}
    ]


async def test_an_address_sealed_by_another_secret_disconnects_and_says_what_to_do(
    connection: CalendarConnection, tools: Tools, shelf: Shelf, jobs: Jobs
) -> None:
    equip(replace(tools, keys=Keyring(b"another secret, and also long enough")))
    await jobs.run()
    lost = await state(connection)
    assert lost.status is ConnectionStatus.DISCONNECTED
    assert lost.last_error is not None
    assert "connect the calendar again" in lost.last_error
    assert shelf.opened == []


async def test_a_calendar_is_opened_with_its_agents_zone_and_address(
    connection: CalendarConnection, tools: Tools, calendar: FakeCalendar, jobs: Jobs
) -> None:
    opened: list[tuple[str, tzinfo, str]] = []

    def open_feed(url: str, *, zone: tzinfo, owner: str) -> FakeCalendar:
        opened.append((url, zone, owner))
        return calendar

    equip(replace(tools, open_feed=open_feed))
    await jobs.run()
    assert opened == [(URL, ZoneInfo("Europe/Rome"), "anna@acme.example")]


async def test_who_owns_a_calendar_is_mailed_once_that_it_cannot_be_read_any_more(
    anna: Agent,
    connection: CalendarConnection,
    calendar: FakeCalendar,
    jobs: Jobs,
    mailer: FakeMailer,
    clock: Clock,
) -> None:
    calendar.reject()
    await jobs.run()
    [letter] = mailer.outbox
    lost = await CalendarConnection.get()
    assert (letter.to.address, "Work" in letter.text) == ("anna@acme.example", True)
    assert lost.owner_notified_at == lost.disconnected_at == clock()
    await when_due(jobs, clock, hours=24)
    assert len(mailer.outbox) == 1
    calendar.recover()
    await when_due(jobs, clock, hours=24)
    assert (await CalendarConnection.get()).owner_notified_at is None
    calendar.reject()
    await when_due(jobs, clock, hours=24)
    assert len(mailer.outbox) == 2
