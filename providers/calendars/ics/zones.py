"""From the names that calendar programs give to time zones to the zones that they mean."""

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from providers.calendars.ics.components import Component
from providers.calendars.ics.observances import observed_zone
from scheduling.intervals import Interval

_LABEL = re.compile(r"\s*\((?:UTC|GMT)\s*(?:([-+])(\d{1,2})[:.]?(\d{2})?)?\)\s*(.*)", re.I)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([-+])(\d{1,2})(?::?(\d{2}))?", re.I)
_LONGEST_NAME = 200
_NOBODYS = {"localtime", "posixrules", "Factory"}
_PLACELESS = frozenset({"UTC", "GMT", "ETC/UTC", "ETC/GMT", "Z", "UCT", "ZULU", "UNIVERSAL"})


@cache
def _places() -> dict[str, str]:
    """IANA and Windows names in capitals → IANA names."""
    places = {name.upper(): name for name in available_timezones() - _NOBODYS}
    places.update({name.upper(): place for name, place in WINDOWS_TO_OLSON.items()})
    return places


@cache
def _cities() -> dict[str, str]:
    """ "AMSTERDAM" → "Europe/Amsterdam"."""
    named = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return {name.rpartition("/")[2].replace("_", " ").upper(): name for name in named}


def known_zone(name: str) -> tzinfo | None:
    """The zone of an IANA name, a Windows name, or either behind a prefix (`/mozilla.org/…/Europe/Rome`)."""
    parts = name.strip().strip("/").removeprefix("tzone://Microsoft/").upper().split("/")
    for skipped in range(len(parts)):
        place = _places().get("/".join(parts[skipped:]))
        if place is not None:
            return UTC if place.upper() in _PLACELESS else ZoneInfo(place)
    return UTC if parts[-1] in _PLACELESS else None


def labelled_zone(name: str) -> tzinfo | None:
    """The zone that "(UTC+01:00) Amsterdam, Berlin, Bern", "Eastern Time (US & Canada)" or "GMT+2" tells of."""
    label = _LABEL.fullmatch(name)
    words = label[4] if label else name
    plain = re.sub(r"\s*\(.*\)", "", words).strip()
    standard = re.sub(r" Time$", " Standard Time", plain, flags=re.I)
    for guess in (plain, standard, re.sub(r" \d+$", "", plain)):
        found = known_zone(guess) if guess else None
        if found is not None:
            return found
    for city in re.split(r",|\band\b|&", words):
        place = _cities().get(city.strip().upper())
        if place is not None:
            return ZoneInfo(place)
    return _fixed(label or _OFFSET.fullmatch(name.strip()))


def _fixed(match: re.Match[str] | None) -> tzinfo | None:
    if match is None:
        return None
    sign = -1 if match[1] == "-" else 1
    minutes = int(match[2] or 0) * 60 + int(match[3] or 0)
    return timezone(sign * timedelta(minutes=minutes)) if minutes < 24 * 60 else None


class Zones:
    """The zones of one calendar: its own VTIMEZONEs, and `default` for what names none."""

    def __init__(self, calendar: Component, *, default: tzinfo, window: Interval) -> None:
        self.default = _own_default(calendar) or default
        self.guesses = 0
        self._window = window
        self._defined = {_tzid(part): part for part in calendar.parts if part.name == "VTIMEZONE"}
        self._found: dict[str, tzinfo | None] = {}

    def find(self, tzid: str) -> tzinfo:
        """The zone of this TZID; the calendar's default, counted as a guess, if nobody knows it."""
        tzid = tzid[:_LONGEST_NAME]
        if tzid not in self._found:
            self._found[tzid] = known_zone(tzid) or self._own(tzid) or labelled_zone(tzid)
        zone = self._found[tzid]
        if zone is None:
            self.guesses += 1
            return self.default
        return zone

    def _own(self, tzid: str) -> tzinfo | None:
        """The zone by the calendar's own definition, which may itself say which place it means."""
        defined = self._defined.get(tzid)
        if defined is None:
            return None
        place = defined.get("X-LIC-LOCATION")
        return (known_zone(place.value) if place else None) or observed_zone(defined, window=self._window)


def _tzid(part: Component) -> str:
    found = part.get("TZID")
    return found.value.strip('"')[:_LONGEST_NAME] if found else ""


def _own_default(calendar: Component) -> tzinfo | None:
    """The zone that the calendar says it lives in. Plain UTC is what exporters write who know none."""
    for name in ("X-WR-TIMEZONE", "TIMEZONE-ID"):
        found = calendar.get(name)
        text = found.value[:_LONGEST_NAME] if found else ""
        zone = known_zone(text) or labelled_zone(text)
        if zone is not None and zone is not UTC:
            return zone
    return None
