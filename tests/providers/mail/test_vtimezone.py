from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from providers.mail.vtimezone import vtimezone

ZONES = (
    *("Europe/Rome", "Europe/Dublin", "America/New_York", "America/Santiago", "Australia/Lord_Howe"),
    *("Africa/Casablanca", "Africa/Cairo", "America/Nuuk", "Asia/Gaza", "Asia/Kolkata", "Asia/Tokyo"),
    *("Pacific/Chatham", "America/St_Johns", "Antarctica/Troll"),
)


@pytest.mark.parametrize("key", ZONES)
def test_the_component_alone_gives_every_local_time_the_zones_own_offset(key: str) -> None:
    zone = ZoneInfo(key)
    told = vtimezone(zone, year=2026).to_tz(lookup_tzid=False)
    first = datetime(2026, 1, 1, tzinfo=UTC)
    for quarter in range(0, 730 * 96, 3):
        local = (first + timedelta(minutes=15 * quarter)).astimezone(zone)
        if local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():  # shown once
            assert local.replace(tzinfo=told).utcoffset() == local.utcoffset(), local


@pytest.mark.parametrize("key", ["Europe/Rome", "Europe/Dublin", "America/New_York", "America/Santiago"])
def test_a_zone_with_summer_time_is_one_standard_and_one_daylight_rule(key: str) -> None:
    component = vtimezone(ZoneInfo(key), year=2026)
    (standard,), (daylight,) = component.standard, component.daylight
    assert standard.TZOFFSETTO < daylight.TZOFFSETTO
    assert {"RRULE"} <= standard.keys() & daylight.keys()


def test_the_onset_is_told_on_the_clock_before_it() -> None:
    (daylight,) = vtimezone(ZoneInfo("Europe/Rome"), year=2026).daylight
    assert daylight.DTSTART.isoformat() == "2025-03-30T02:00:00"


def test_a_zone_without_summer_time_is_one_standard() -> None:
    component = vtimezone(ZoneInfo("Asia/Kolkata"), year=2026)
    assert len(component.subcomponents) == len(component.standard) == 1
    assert component.standard[0].TZOFFSETTO / timedelta(hours=1) == 5.5
