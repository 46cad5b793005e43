"""Samples with bytes changed at random: a reading is refused or succeeds, and stays within its bounds."""

from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from errors import ProviderRejected
from providers.calendars.ics import Reader, ReadingLimits
from providers.calendars.protocol import BusyPolicy
from scheduling.intervals import Interval

SAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parent / "samples").glob("*.ics"))]
WINDOW = Interval(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC))
LIMITS = ReadingLimits(occurrences=5_000)
PIECES = [
    *(
        b"\r\n",
        b"\n ",
        b":",
        b";",
        b",",
        b'"',
        b"\0",
        b"\xff",
        b"T",
        b"Z",
        b"-",
        b"9999",
        b"00010101",
        b"99991231T235959",
    ),
    *(
        b"BEGIN:VEVENT",
        b"END:VEVENT",
        b"BEGIN:VCALENDAR",
        b"END:VCALENDAR",
        b"BEGIN:VALARM",
        b"BEGIN:VTIMEZONE",
    ),
    *(
        b"FREQ=SECONDLY",
        b"FREQ=YEARLY",
        b"INTERVAL=999999999",
        b"COUNT=1",
        b"UNTIL=00010101",
        b"BYDAY=5MO",
        b"BYSETPOS=-1",
    ),
    *(b"RANGE=THISANDFUTURE", b"TZID=", b"PT99999999H", b"-P9W", b"/", b"+2359", b"-9999"),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 40))
        data[at : at + length] = draw(st.sampled_from(PIECES) | st.binary(max_size=6) | st.just(b""))
    return bytes(data)


@given(data=mutated() | st.binary(max_size=200).map(lambda tail: b"BEGIN:VCALENDAR\n" + tail))
@settings(max_examples=400)
@example(
    data=b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:99991231T235959Z\nDURATION:P9W\nRRULE:FREQ=DAILY\nEND:VEVENT"
)
@example(data=b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:00010101\nRRULE:FREQ=DAILY\nEND:VEVENT")
def test_no_file_breaks_a_reading(data: bytes) -> None:
    reader = Reader(zone=ZoneInfo("Europe/Rome"), policy=BusyPolicy(), owner="anna@acme.example", limits=LIMITS)
    with suppress(ProviderRejected):
        reading = reader.read(data, window=WINDOW)
        assert all(WINDOW.covers(one) for one in reading.busy)
        assert all(earlier.end < later.start for earlier, later in pairwise(reading.busy))
        assert all(entry.events > 0 for entry in reading.unreadable)
