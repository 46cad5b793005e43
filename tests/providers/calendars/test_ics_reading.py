"""What one event, one rule, one encoding or one limit does to a reading."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from errors import ProviderRejected
from providers.calendars.ics import Reader, ReadingLimits
from providers.calendars.protocol import BusyPolicy, BusyReading, Fault, Unreadable
from scheduling.intervals import Interval

WINDOW = Interval(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC))
ROME = ZoneInfo("Europe/Rome")


def calendar(*events: str, head: str = "") -> str:
    body = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\n{head}{body}END:VCALENDAR\n"


def read(
    data: str | bytes,
    *,
    window: Interval = WINDOW,
    owner: str | None = None,
    limits: ReadingLimits | None = None,
) -> BusyReading:
    raw = data.encode() if isinstance(data, str) else data
    reader = Reader(zone=ROME, policy=BusyPolicy(), owner=owner, limits=limits or ReadingLimits())
    return reader.read(raw, window=window)


def busy(data: str | bytes) -> list[str]:
    return [f"{one.start:%m-%d %H:%M}–{one.end:%m-%d %H:%M}" for one in read(data).busy]


NOON = "UID:1\nDTSTART:20260401T120000Z\nDTEND:20260401T130000Z"
AT_NOON = ["04-01 12:00–04-01 13:00"]


def test_busy_time_is_clipped_to_the_window() -> None:
    window = Interval(datetime(2026, 4, 1, 12, 15, tzinfo=UTC), datetime(2026, 4, 1, 12, 45, tzinfo=UTC))
    assert read(calendar(NOON), window=window).busy == (window,)


def test_what_touches_is_merged() -> None:
    later = "UID:2\nDTSTART:20260401T130000Z\nDURATION:PT1H"
    assert busy(calendar(later, NOON)) == ["04-01 12:00–04-01 14:00"]


def test_an_event_that_began_before_the_window_counts() -> None:
    assert busy(calendar("DTSTART:20250101T000000Z\nDTEND:20260302T000000Z")) == ["03-01 00:00–03-02 00:00"]


@pytest.mark.parametrize(
    "data",
    [
        calendar(NOON).encode(),
        calendar(NOON).replace("\n", "\r\n").encode(),
        calendar(NOON).replace("\n", "\r").encode(),
        calendar(NOON).replace("\n", "\r\r\n").encode(),
        calendar(NOON).encode("utf-8-sig"),
        calendar(NOON).encode("utf-16"),
        calendar(NOON).encode("utf-16-le"),
        calendar(NOON).encode("utf-16-be"),
        calendar(NOON + "\nSUMMARY:Réunion à Ö").encode("latin-1"),
        calendar(NOON).replace("BEGIN", "begin").replace("VEVENT", "vevent").encode(),
        calendar(NOON).replace("END:VCALENDAR\n", "").encode(),
        calendar(NOON).replace("DTSTART:2026", "DTST\n ART:20\n\t26").encode(),
        b"\r\n\r\n" + calendar(NOON).replace("\n", "\n\n").encode(),
        b"Notice: undefined index in feed.php\n" + calendar(NOON).encode(),
        calendar(NOON).replace("DTSTART:", 'DTSTART;X-NOTE="a:b;c";VALUE=DATE-TIME:').encode(),
    ],
)
def test_whatever_bytes_a_program_writes_mean_the_same(data: bytes) -> None:
    assert busy(data) == AT_NOON


def test_a_line_folded_inside_a_character_is_whole_again() -> None:
    name = "Bücher".encode()
    folded = name[:2] + b"\r\n " + name[2:]
    data = calendar(NOON, head="X-WR-CALNAME:@\n").encode().replace(b"@", folded)
    assert read(data).name == "Bücher"


def test_a_mislabelled_name_is_read_and_spoils_nothing() -> None:
    data = calendar(NOON, head="X-WR-CALNAME:Büro\n").encode("latin-1")
    assert read(data).name == "Büro"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \r\n\t ", "empty"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        (b"  <html>", "web page"),
        (b"\x89PNG\r\n\x1a\n", "not an iCalendar"),
        (b'{"error": "not found"}', "not an iCalendar"),
        (b"BEGIN:VCARD\nEND:VCARD\n", "not an iCalendar"),
    ],
)
def test_what_is_no_calendar_is_refused_with_what_it_is(data: bytes, said: str) -> None:
    with pytest.raises(ProviderRejected, match=said):
        read(data)


def test_a_file_beyond_the_limit_is_refused() -> None:
    with pytest.raises(ProviderRejected, match="too large"):
        read(calendar(NOON), limits=ReadingLimits(bytes=10))


def test_an_empty_calendar_is_free() -> None:
    assert read(calendar()) == BusyReading(busy=())


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART;VALUE=DATE:20260410", ["04-09 22:00–04-10 22:00"]),
        ("DTSTART;VALUE=DATE:20260410\nDTEND;VALUE=DATE:20260410", ["04-09 22:00–04-10 22:00"]),
        ("DTSTART:20260410\nDURATION:P2D", ["04-09 22:00–04-11 22:00"]),
        ("DTSTART;VALUE=DATE:20260329", ["03-28 23:00–03-29 22:00"]),  # 23 hours
        ("DTSTART:20260410T100000", []),
        ("DTSTART:20260410T100000\nDTEND:20260410T100000", []),
        ("DTSTART:20260410T100000\nDTEND:20260410T110000", ["04-10 08:00–04-10 09:00"]),
        ("DTSTART:20260410T100000Z\nDURATION:PT15M", ["04-10 10:00–04-10 10:15"]),
        ("DTSTART:20260410T100000Z\nDURATION:P1W", ["04-10 10:00–04-17 10:00"]),
        ("DTSTART;TZID=Europe/Rome:20260328T220000\nDURATION:PT8H", ["03-28 21:00–03-29 05:00"]),
        ("DTSTART;TZID=Europe/Rome:20260328T220000\nDURATION:P1D", ["03-28 21:00–03-29 20:00"]),
        (
            "DTSTART;TZID=Europe/Rome:20260410T100000\nDTEND;TZID=America/New_York:20260410T130000",
            ["04-10 08:00–04-10 17:00"],
        ),
        ("DTSTART;TZID=Europe/Rome:20260329T023000\nDURATION:PT1H", ["03-29 01:30–03-29 02:30"]),  # in the gap
        (
            "DTSTART;TZID=Europe/Rome:20260327T220000\nDURATION:PT8H\nRRULE:FREQ=DAILY;COUNT=2",
            ["03-27 21:00–03-28 05:00", "03-28 21:00–03-29 05:00"],
        ),
        (
            "DTSTART;TZID=Europe/Rome:20260327T220000\nDTEND;TZID=Europe/Rome:20260328T060000\nRRULE:FREQ=DAILY;COUNT=2",
            ["03-27 21:00–03-28 05:00", "03-28 21:00–03-29 04:00"],
        ),
        ("DTSTART:20260410T100000Z\nDURATION:PT1H\nSTATUS:CANCELLED", []),
        ("DTSTART:20260410T100000Z\nDURATION:PT1H\nTRANSP:TRANSPARENT", []),
        ("DTSTART;VALUE=DATE:20260410\nTRANSP:TRANSPARENT", []),
    ],
)
def test_an_event_takes_the_time_it_says(event: str, expected: list[str]) -> None:
    assert busy(calendar(event)) == expected


@pytest.mark.parametrize(
    ("rule", "starts"),
    [
        ("FREQ=DAILY;UNTIL=20260412T100000Z", ["04-10", "04-11", "04-12"]),
        ("FREQ=DAILY;UNTIL=20260412", ["04-10", "04-11", "04-12"]),
        ("FREQ=DAILY;UNTIL=20260412T095959Z", ["04-10", "04-11"]),
        ("FREQ=DAILY;UNTIL=20260411;COUNT=9", ["04-10", "04-11"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR;COUNT=2", ["04-10", "04-24"]),
        ("FREQ=MONTHLY;BYDAY=-1TH", ["04-10", "04-30"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["04-10", "04-30"]),
        ("FREQ=YEARLY;BYWEEKNO=16;BYDAY=MO", ["04-10", "04-13"]),
        ("freq=weekly;count=2;", ["04-10", "04-17"]),
        ("FREQ=MINUTELY;INTERVAL=1440;COUNT=2", ["04-10", "04-11"]),
    ],
)
def test_a_rule_repeats_its_event(rule: str, starts: list[str]) -> None:
    event = f"DTSTART:20260410T100000Z\nDURATION:PT1H\nRRULE:{rule}"
    reading = read(calendar(event))
    assert [f"{one.start:%m-%d}" for one in reading.busy] == starts
    assert reading.unreadable == ()


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("FREQ=SECONDLY", Fault.TOO_MANY_REPETITIONS),
        ("FREQ=SECONDLY;COUNT=100000000", Fault.TOO_MANY_REPETITIONS),
        (
            "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=" + ",".join(map(str, range(60))),
            Fault.TOO_MANY_REPETITIONS,
        ),
        ("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", Fault.BAD_REPETITION),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", Fault.BAD_REPETITION),
        ("FREQ=DAILY;BYSETPOS=2", Fault.BAD_REPETITION),
        ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=10", Fault.BAD_REPETITION),
        ("FREQ=DAILY;INTERVAL=0", Fault.BAD_REPETITION),
        ("FREQ=DAILY;INTERVAL=-1", Fault.BAD_REPETITION),
        ("FREQ=DAILY;COUNT=0", Fault.BAD_REPETITION),
        ("FREQ=DAILY;FREQ=", Fault.BAD_REPETITION),
        ("FREQ=DAILY,WEEKLY", Fault.BAD_REPETITION),
        ("FREQ=DAILY;BYDAY=XX", Fault.BAD_REPETITION),
        ("FREQ=DAILY;BYHOUR=99", Fault.BAD_REPETITION),
        ("FREQ=DAILY;UNTIL=soon", Fault.BAD_REPETITION),
        ("FREQ=YEARLY;RSCALE=CHINESE", Fault.BAD_REPETITION),
        ("D1 #10", Fault.BAD_REPETITION),
        ("FREQ=DAILY;BYMONTHDAY=" + ",".join(["1"] * 5000), Fault.BAD_REPETITION),
    ],
)
def test_a_rule_without_measure_or_sense_is_reported_and_its_own_date_counts(rule: str, fault: Fault) -> None:
    event = f"DTSTART:20200410T100000Z\nDTEND:20260401T000000Z\nRRULE:{rule}"
    reading = read(calendar(event, NOON))
    assert Unreadable(fault, 1) in reading.unreadable
    assert reading.busy[0].start == WINDOW.start
    assert reading.busy[-1].end == datetime(2026, 4, 1, 13, tzinfo=UTC)


def test_an_hour_left_out_leaves_the_hours_around_it() -> None:
    event = (
        "DTSTART;TZID=Europe/Rome:20260410T090000\nDURATION:PT30M\nRRULE:FREQ=HOURLY;COUNT=4\n"
        "EXDATE;TZID=Europe/Rome:20260410T100000"
    )
    assert busy(calendar(event)) == [
        "04-10 07:00–04-10 07:30",
        "04-10 09:00–04-10 09:30",
        "04-10 10:00–04-10 10:30",
    ]


@pytest.mark.parametrize(
    "left_out",
    ["EXDATE:20260411T080000Z", "EXDATE:20260411T100000", "EXDATE;TZID=Asia/Tokyo:20260411T170000"],
)
def test_an_occurrence_may_be_left_out_in_any_zone(left_out: str) -> None:
    event = f"DTSTART;TZID=Europe/Rome:20260410T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\n{left_out}"
    assert busy(calendar(event)) == ["04-10 08:00–04-10 09:00", "04-12 08:00–04-12 09:00"]


@pytest.mark.parametrize("until", ["20260411", "20260410T220000Z", "20260411T000000Z", "20260411T050000Z"])
def test_whole_days_repeat_until_the_day_that_a_program_means(until: str) -> None:
    event = f"DTSTART;VALUE=DATE:20260410\nRRULE:FREQ=DAILY;UNTIL={until}"
    assert busy(calendar(event)) == ["04-09 22:00–04-11 22:00"]


def test_whole_days_west_of_greenwich_repeat_until_the_date_that_is_written() -> None:
    event = "DTSTART;VALUE=DATE:20260410\nRRULE:FREQ=DAILY;UNTIL=20260411T000000Z"
    data = calendar(event, head="X-WR-TIMEZONE:America/New_York\n")
    assert busy(data) == ["04-10 04:00–04-12 04:00"]


def test_events_without_a_uid_are_events_of_their_own() -> None:
    other = "SEQUENCE:3\nDTSTART:20260402T120000Z\nDURATION:PT1H"
    assert busy(calendar(NOON.removeprefix("UID:1\n"), other)) == [*AT_NOON, "04-02 12:00–04-02 13:00"]


def test_a_change_of_all_that_follows_to_earlier_reaches_into_the_window() -> None:
    event = "UID:1\nDTSTART:20260401T100000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY"
    moved = "UID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260422T100000Z\nDTSTART:20260420T100000Z\nDURATION:PT1H"
    assert [f"{one.start:%m-%d}" for one in read(calendar(event, moved)).busy] == [
        "04-01",
        "04-08",
        "04-15",
        "04-20",
        "04-27",
    ]


def test_a_cancellation_of_all_that_follows_frees_it() -> None:
    event = "UID:1\nDTSTART:20260406T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=5"
    ends = (
        "UID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260408T100000Z\n"
        "DTSTART:20260408T100000Z\nDURATION:PT1H\nSTATUS:CANCELLED"
    )
    assert busy(calendar(ends, event)) == ["04-06 10:00–04-06 11:00", "04-07 10:00–04-07 11:00"]


def test_a_replacement_without_its_series_counts() -> None:
    alone = "UID:1\nRECURRENCE-ID:20260408T100000Z\nDTSTART:20260408T120000Z\nDURATION:PT1H"
    assert busy(calendar(alone)) == ["04-08 12:00–04-08 13:00"]


def test_a_date_replaces_the_timed_occurrence_of_that_day() -> None:
    event = "UID:1\nDTSTART:20260406T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2"
    moved = "UID:1\nRECURRENCE-ID;VALUE=DATE:20260407\nDTSTART:20260409T100000Z\nDURATION:PT1H"
    assert busy(calendar(event, moved)) == ["04-06 10:00–04-06 11:00", "04-09 10:00–04-09 11:00"]


def test_the_newest_revision_counts() -> None:
    older = "UID:1\nSEQUENCE:1\nDTSTART:20260402T120000Z\nDURATION:PT1H"
    newer = "UID:1\nSEQUENCE:2\nDTSTART:20260401T120000Z\nDURATION:PT1H"
    assert busy(calendar(newer, older)) == AT_NOON


def test_different_events_with_one_uid_all_count() -> None:
    other = "UID:1\nDTSTART:20260402T120000Z\nDURATION:PT1H"
    assert busy(calendar(NOON, other)) == [*AT_NOON, "04-02 12:00–04-02 13:00"]


def test_a_cancelled_calendar_is_free() -> None:
    assert busy(calendar(NOON, head="METHOD:CANCEL\n")) == []


def test_another_guests_answer_does_not_free_the_owner() -> None:
    event = (
        NOON
        + "\nATTENDEE;PARTSTAT=DECLINED:mailto:ben@acme.example\nATTENDEE;PARTSTAT=ACCEPTED:mailto:a@acme.example"
    )
    assert len(read(calendar(event), owner="a@acme.example").busy) == 1
    assert len(read(calendar(event), owner="ben@acme.example").busy) == 0
    assert len(read(calendar(event), owner=None).busy) == 1


def test_a_zone_that_one_calendar_defines_is_not_anothers() -> None:
    def own(offset: str) -> str:
        zone = (
            "BEGIN:VTIMEZONE\nTZID:Customized Time Zone\nBEGIN:STANDARD\nDTSTART:16010101T000000\n"
            f"TZOFFSETFROM:{offset}\nTZOFFSETTO:{offset}\nEND:STANDARD\nEND:VTIMEZONE\n"
        )
        return calendar("DTSTART;TZID=Customized Time Zone:20260401T120000\nDURATION:PT1H", head=zone)

    assert busy(own("+0000")) == AT_NOON
    assert busy(own("-0300")) == ["04-01 15:00–04-01 16:00"]
    assert busy(own("+0000") + own("-0300")) == [*AT_NOON, "04-01 15:00–04-01 16:00"]


def test_a_defined_zone_with_an_absurd_rule_still_has_its_first_offset() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:20000101T000000\nTZOFFSETFROM:-0300\n"
        "TZOFFSETTO:-0300\nRRULE:FREQ=SECONDLY\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:never\nEND:DAYLIGHT\n"
        "END:VTIMEZONE\n"
    )
    assert busy(calendar("DTSTART;TZID=Own:20260401T090000\nDURATION:PT1H", head=zone)) == AT_NOON


def test_events_beyond_the_limit_are_reported_and_the_others_count() -> None:
    later = "UID:2\nDTSTART:20260402T120000Z\nDURATION:PT1H"
    reading = read(calendar(NOON, later, later), limits=ReadingLimits(events=1))
    assert len(reading.busy) == 1
    assert reading.unreadable == (Unreadable(Fault.TOO_MANY_EVENTS, 2),)
    assert reading.unreadable_count == 2


def test_occurrences_beyond_the_limit_are_reported() -> None:
    event = "DTSTART:20260401T120000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY"
    reading = read(calendar(event), limits=ReadingLimits(occurrences=3))
    assert len(reading.busy) == 3
    assert reading.unreadable == (Unreadable(Fault.TOO_MANY_REPETITIONS, 1),)


def test_a_reading_that_has_spent_its_time_says_so() -> None:
    reading = read(calendar(NOON), limits=ReadingLimits(cpu_seconds=-1))
    assert reading.busy == ()
    assert reading.unreadable == (Unreadable(Fault.TOO_MANY_EVENTS, 1),)


def test_a_calendars_name_is_one_short_line() -> None:
    head = "X-WR-CALNAME:A\\nB\\, \x1b[31m" + "c" * 500 + "\n"
    name = read(calendar(head=head)).name
    assert name is not None
    assert name.startswith("A B, [31mc")
    assert len(name) == 200
