"""What the names of time zones mean, and a calendar's own zones against the places they describe."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from providers.calendars.ics.components import calendars_of
from providers.calendars.ics.observances import observed_zone
from providers.calendars.ics.zones import known_zone, labelled_zone
from scheduling.intervals import Interval

SUMMER = datetime(2026, 7, 1, 12)  # noqa: DTZ001 - a wall time, put into each zone
WINDOW = Interval(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC))


def hours_in_summer(name: str) -> float | None:
    zone = known_zone(name) or labelled_zone(name)
    offset = SUMMER.replace(tzinfo=zone).utcoffset() if zone is not None else None
    return offset.total_seconds() / 3600 if offset is not None else None


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("Europe/Rome", 2),
        ("europe/rome", 2),
        ("/Europe/Rome", 2),
        ("/mozilla.org/20050126_1/Europe/Rome", 2),
        ("/freeassociation.sourceforge.net/Tzfile/America/Argentina/Buenos_Aires", -3),
        ("W. Europe Standard Time", 2),
        ("Romance Standard Time", 2),
        ("Pacific Standard Time", -7),
        ("India Standard Time", 5.5),
        ("Eastern Standard Time 1", -4),
        ("UTC", 0),
        ("Etc/UTC", 0),
        ("tzone://Microsoft/Utc", 0),
        ("Etc/GMT+5", -5),
        ("EST5EDT", -4),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", 2),
        ("(GMT+01.00) Sarajevo/Skopje/Warsaw/Zagreb", 1),  # none of the cities alone: the offset it says
        ("(UTC-08:00) Pacific Time (US & Canada)", -7),
        ("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", 5.5),
        ("(UTC) Coordinated Universal Time", 0),
        ("(UTC+00:00) Dublin, Edinburgh, Lisbon, London", 1),
        ("(UTC-03:00) Nowhere at all", -3),
        ("GMT+0200", 2),
        ("UTC-3", -3),
        ("Customized Time Zone", None),
        ("Home", None),
        ("localtime", None),
        ("../../etc/passwd", None),
        ("", None),
    ],
)
def test_a_name_means_its_zone_or_none(name: str, hours: float | None) -> None:
    assert hours_in_summer(name) == hours


ROME = (
    "BEGIN:VTIMEZONE\nTZID:Own\n"
    "BEGIN:DAYLIGHT\nDTSTART:19700329T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\n"
    "TZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT\n"
    "BEGIN:STANDARD\nDTSTART:19701025T030000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10;\n"
    "TZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n"
)
NEW_YORK = (  # the rules before 2007 too, as a server that keeps the history sends them
    "BEGIN:VTIMEZONE\nTZID:Own\n"
    "BEGIN:DAYLIGHT\nDTSTART:19870405T020000\nRRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=20060402T070000Z\n"
    "TZOFFSETFROM:-0500\nTZOFFSETTO:-0400\nEND:DAYLIGHT\n"
    "BEGIN:STANDARD\nDTSTART:19671029T020000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20061029T060000Z\n"
    "TZOFFSETFROM:-0400\nTZOFFSETTO:-0500\nEND:STANDARD\n"
    "BEGIN:DAYLIGHT\nDTSTART:20070311T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\n"
    "TZOFFSETFROM:-0500\nTZOFFSETTO:-0400\nEND:DAYLIGHT\n"
    "BEGIN:STANDARD\nDTSTART:20071104T020000\nRDATE:20081102T020000\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\n"
    "TZOFFSETFROM:-0400\nTZOFFSETTO:-0500\nEND:STANDARD\nEND:VTIMEZONE\n"
)


@pytest.mark.parametrize(("text", "place"), [(ROME, "Europe/Rome"), (NEW_YORK, "America/New_York")])
def test_a_defined_zone_agrees_with_its_place_at_every_hour_of_the_year(text: str, place: str) -> None:
    component = calendars_of(f"BEGIN:VCALENDAR\n{text}END:VCALENDAR\n".encode())[0].parts[0]
    own, known = observed_zone(component, window=WINDOW), ZoneInfo(place)
    assert own is not None
    wall = datetime(2026, 1, 1, 0, 30)  # noqa: DTZ001 - a wall time, put into both zones
    for hour in range(365 * 24):
        at = wall + timedelta(hours=hour)
        for fold in (0, 1):
            ours, theirs = at.replace(tzinfo=own, fold=fold), at.replace(tzinfo=known, fold=fold)
            assert ours.utcoffset() == theirs.utcoffset(), at
        moment = at.replace(tzinfo=UTC)
        back, there = moment.astimezone(own), moment.astimezone(known)
        assert (back.replace(tzinfo=None), back.fold) == (there.replace(tzinfo=None), there.fold)
