"""Every calendar adapter: the feed behind a real server, the uploaded file, and the fake that stands for them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from errors import ProviderDown, ProviderRejected
from providers.calendars.fake import FakeCalendar
from providers.calendars.ics import IcsFeed, IcsFile, ReadingLimits
from providers.calendars.protocol import BusyPolicy, Calendar
from providers.fetching import LOOPBACK_TOO, Fetcher
from scheduling.intervals import Interval

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
MEETING = Interval(NOON, NOON + timedelta(hours=1))
WINDOW = Interval(NOON - timedelta(days=1), NOON + timedelta(days=1))
POLICY = BusyPolicy()
ROME = ZoneInfo("Europe/Rome")
ICS = (
    b"BEGIN:VCALENDAR\nX-WR-CALNAME:Anna\nBEGIN:VEVENT\nUID:1\nSUMMARY:Secret\n"
    b"DTSTART:20260401T120000Z\nDTEND:20260401T130000Z\nEND:VEVENT\nEND:VCALENDAR\n"
)


class FeedServer:
    """A published calendar; `body` is what it says now."""

    def __init__(self) -> None:
        self.body = ICS
        self.status = 200
        self.url = ""

    async def handle(self, request: web.BaseRequest) -> web.Response:
        etag = f'"{hash(self.body)}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(status=self.status, body=self.body, headers={"ETag": etag})


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    server = FeedServer()
    runner = web.ServerRunner(web.Server(server.handle))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/calendar.ics"
        yield server
    finally:
        await runner.cleanup()


@pytest.fixture
def feed(server: FeedServer) -> IcsFeed:
    return IcsFeed(server.url, fetcher=Fetcher(addresses=LOOPBACK_TOO), zone=ROME)


@pytest.fixture(params=["feed", "file", "fake"])
def calendar(request: pytest.FixtureRequest, feed: IcsFeed) -> Calendar:
    """Each adapter, with the same hour taken."""
    adapters: dict[str, Calendar] = {
        "feed": feed,
        "file": IcsFile(ICS, zone=ROME),
        "fake": FakeCalendar(MEETING, name="Anna"),
    }
    return adapters[request.param]


async def test_a_calendar_tells_its_busy_time_and_its_name(calendar: Calendar) -> None:
    reading = await calendar.read_busy(WINDOW, policy=POLICY)
    assert reading.busy == (MEETING,)
    assert reading.name == "Anna"
    assert not reading.not_modified
    assert "Secret" not in repr(reading)


async def test_a_calendar_tells_of_its_window_only(calendar: Calendar) -> None:
    half = Interval(NOON + timedelta(minutes=30), NOON + timedelta(days=1))
    assert (await calendar.read_busy(half, policy=POLICY)).busy == (Interval(half.start, MEETING.end),)
    later = Interval(MEETING.end, NOON + timedelta(days=1))
    assert (await calendar.read_busy(later, policy=POLICY)).busy == ()


@pytest.mark.parametrize("calendar", ["feed", "fake"], indirect=True)
async def test_an_unchanged_calendar_says_so_and_no_more(calendar: Calendar) -> None:
    first = await calendar.read_busy(WINDOW, policy=POLICY)
    again = await calendar.read_busy(WINDOW, policy=POLICY, known=first.validators)
    assert again.not_modified
    assert again.busy == ()
    assert again.validators == first.validators


async def test_a_changed_feed_is_read_again(feed: IcsFeed, server: FeedServer) -> None:
    first = await feed.read_busy(WINDOW, policy=POLICY)
    server.body = ICS.replace(b"T130000Z", b"T140000Z")
    again = await feed.read_busy(WINDOW, policy=POLICY, known=first.validators)
    assert not again.not_modified
    assert again.busy == (Interval(NOON, NOON + timedelta(hours=2)),)
    assert again.validators != first.validators


async def test_a_feed_that_shows_a_web_page_is_rejected(feed: IcsFeed, server: FeedServer) -> None:
    server.body = b"<!doctype html><title>Sign in</title>"
    with pytest.raises(ProviderRejected, match="web page"):
        await feed.read_busy(WINDOW, policy=POLICY)


@pytest.mark.parametrize(("status", "error"), [(503, ProviderDown), (404, ProviderRejected)])
async def test_a_feeds_failures_are_the_fetchers(
    status: int, error: type[Exception], feed: IcsFeed, server: FeedServer
) -> None:
    server.status = status
    with pytest.raises(error):
        await feed.read_busy(WINDOW, policy=POLICY)


async def test_a_feed_is_not_read_from_a_private_address_by_default(server: FeedServer) -> None:
    with pytest.raises(ProviderRejected, match="not public"):
        await IcsFeed(server.url, fetcher=Fetcher(), zone=ROME).read_busy(WINDOW, policy=POLICY)


async def test_the_event_loop_runs_on_while_a_calendar_is_read() -> None:
    endless = b"".join(
        b"BEGIN:VEVENT\nUID:%d\nDTSTART:20100101T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\nEND:VEVENT\n" % i
        for i in range(2_000)
    )
    file = IcsFile(b"BEGIN:VCALENDAR\n" + endless, zone=ROME, limits=ReadingLimits(cpu_seconds=0.5))
    reading = asyncio.create_task(file.read_busy(WINDOW, policy=POLICY))
    turns = 0
    while not reading.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 10
    assert (await reading).unreadable_count > 0


async def test_a_fake_calendar_shows_what_is_taken_and_freed() -> None:
    fake = FakeCalendar()
    fake.take(MEETING)
    assert (await fake.read_busy(WINDOW, policy=POLICY)).busy == (MEETING,)
    fake.free(MEETING)
    assert (await fake.read_busy(WINDOW, policy=POLICY)).busy == ()
    assert fake.asked == [WINDOW, WINDOW]


async def test_a_slow_fake_calendar_shows_a_change_only_when_told() -> None:
    fake = FakeCalendar(slow=True)
    known = (await fake.read_busy(WINDOW, policy=POLICY)).validators
    fake.take(MEETING)
    assert (await fake.read_busy(WINDOW, policy=POLICY, known=known)).not_modified
    fake.show()
    assert (await fake.read_busy(WINDOW, policy=POLICY, known=known)).busy == (MEETING,)


async def test_a_fake_calendar_is_down_or_rejects_until_it_recovers() -> None:
    fake = FakeCalendar(MEETING)
    fake.go_down(retry_after_seconds=30)
    with pytest.raises(ProviderDown) as down:
        await fake.read_busy(WINDOW, policy=POLICY)
    assert down.value.retry_after_seconds == 30
    fake.reject()
    with pytest.raises(ProviderRejected):
        await fake.read_busy(WINDOW, policy=POLICY)
    fake.recover()
    assert (await fake.read_busy(WINDOW, policy=POLICY)).busy == (MEETING,)
