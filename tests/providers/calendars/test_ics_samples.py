"""Calendar files in the dialects of the programs that write them, and the busy time that they mean."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from providers.calendars.ics import Reader
from providers.calendars.protocol import BusyPolicy, BusyReading, Fault
from scheduling.intervals import Interval

SAMPLES = Path(__file__).parent / "samples"
WINDOW = Interval(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC))


def read(name: str, policy: BusyPolicy | None = None) -> BusyReading:
    reader = Reader(zone=ZoneInfo("Europe/Rome"), policy=policy or BusyPolicy(), owner="anna@acme.example")
    return reader.read((SAMPLES / name).read_bytes(), window=WINDOW)


def written(reading: BusyReading) -> list[str]:
    """The busy time as "04-01 09:00–10:00", in UTC; the end's day where it is another."""
    return [f"{one.start:%m-%d %H:%M}–{_end(one)}" for one in reading.busy]


def _end(one: Interval) -> str:
    return f"{one.end:%H:%M}" if one.end.date() == one.start.date() else f"{one.end:%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class Sample:
    file: str
    busy: list[str]
    name: str | None = None
    faults: tuple[tuple[Fault, int], ...] = ()
    guessed: int = 0


EXPECTED = [
    Sample(
        "google.ics",  # one left out, one moved, one cancelled, one declined; a transparent day
        [
            "03-02 08:00–08:30",
            "03-24 13:00–14:00",
            "03-30 07:00–07:30",
            "04-19 22:00–04-21 22:00",
        ],
        name="Anna, at work",
    ),
    Sample(
        "outlook.ics",  # a Windows zone across the change of the clocks, and one of its own in America
        [
            "03-05 14:00–15:00",
            "03-12 13:00–14:00",
            "03-27 09:00–10:00",
            "03-28 09:00–10:00",
            "03-29 08:00–09:00",
            "03-30 08:00–09:00",
        ],
    ),
    Sample(
        "exchange_labels.ics",
        [
            "04-01 07:00–08:00",
            "04-02 13:00–14:00",
            "04-03 09:00–10:00",
            "04-04 00:00–01:00",
            "04-05 12:00–13:00",
            "04-06 07:00–08:00",
        ],
        name="Calendar",
        guessed=1,
    ),
    Sample(
        "apple.ics",  # floating times and whole days in the calendar's zone; this one and all that follow
        [
            "03-10 16:00–17:00",
            "03-12 04:00–03-13 04:00",
            "04-13 21:00–22:30",
            "04-20 22:00–23:00",
            "04-27 22:00–23:00",
        ],
        name="Home",
    ),
    Sample(
        "nextcloud.ics",
        [
            "04-01 20:00–04-02 00:00",
            "04-08 08:00–09:00",
            "04-09 10:00–11:00",
            "04-13 10:00–12:00",
        ],
        name="Personal",
    ),
    Sample(
        "zoho.ics",  # a day that ends on itself; UNTIL and EXDATE as dates; an invitation not answered
        [
            "03-29 22:00–03-30 22:00",
            "04-05 22:00–04-06 22:00",
            "04-14 04:30–05:30",
            "04-16 04:30–05:30",
        ],
        name="anna",
    ),
    Sample(
        "lotus.ics",  # carriage returns only, dates with times behind them, a rule of vCalendar 1.0
        [
            "04-01 07:00–08:00",
            "04-02 07:00–08:30",
            "04-04 22:00–04-05 22:00",
            "04-07 08:00–09:00",
        ],
        faults=((Fault.BAD_REPETITION, 1),),
    ),
    Sample(
        "broken.ics",
        [
            "04-01 09:00–10:00",
            "04-04 09:00–10:00",
            "04-05 09:00–10:00",
            "04-06 09:00–10:00",
            "04-07 09:00–09:10",
            "04-08 09:00–10:00",
            "04-09 09:00–10:00",
            "04-10 09:00–10:00",
        ],
        faults=(
            (Fault.BROKEN, 2),
            (Fault.CUT_OFF, 1),
            (Fault.ENDS_BEFORE_IT_STARTS, 2),
            (Fault.BAD_REPETITION, 1),
            (Fault.TOO_MANY_REPETITIONS, 1),
        ),
    ),
    Sample(
        "freebusy.ics",
        ["04-01 09:00–10:00", "04-02 09:00–10:00", "04-04 09:00–10:00", "04-05 09:00–10:00"],
        faults=((Fault.BROKEN, 1),),
    ),
]


@pytest.mark.parametrize("sample", EXPECTED, ids=lambda sample: sample.file)
def test_a_sample_is_busy_when_its_program_means_it(sample: Sample) -> None:
    reading = read(sample.file)
    assert written(reading) == sample.busy
    assert reading.name == sample.name
    assert {(one.fault, one.events) for one in reading.unreadable} == set(sample.faults)
    assert reading.guessed_zones == sample.guessed


def test_every_sample_has_its_expectation() -> None:
    assert {path.name for path in SAMPLES.glob("*.ics")} == {sample.file for sample in EXPECTED}


def test_only_times_leave_a_reading() -> None:
    shown = repr([read(sample.file) for sample in EXPECTED])
    for word in ("Stand-up", "Birthday", "Lunch", "Réunion", "mailto", "google.com"):
        assert word not in shown


@pytest.mark.parametrize(
    ("policy", "file", "moved"),
    [
        (BusyPolicy(tentative_is_busy=False), "exchange_labels.ics", "04-01 07:00–08:00"),
        (BusyPolicy(tentative_is_busy=False), "nextcloud.ics", "04-01 20:00–04-02 00:00"),
        (BusyPolicy(tentative_is_busy=False), "freebusy.ics", "04-04 09:00–10:00"),
        (BusyPolicy(out_of_office_is_busy=False), "outlook.ics", "03-05 14:00–15:00"),
        (BusyPolicy(out_of_office_is_busy=False), "freebusy.ics", "04-05 09:00–10:00"),
        (BusyPolicy(working_elsewhere_is_busy=True), "outlook.ics", "04-01 07:00–08:00"),
        (BusyPolicy(unanswered_is_busy=True), "zoho.ics", "04-10 04:30–05:30"),
    ],
)
def test_the_policy_decides_what_is_busy(policy: BusyPolicy, file: str, moved: str) -> None:
    assert (moved in written(read(file))) != (moved in written(read(file, policy)))
