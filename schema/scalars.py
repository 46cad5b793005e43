"""The contract's scalars: strict where a guess would be a wrong time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any, NewType

import strawberry
from starlette.datastructures import UploadFile
from strawberry.types.scalar import ScalarDefinition

TimeOfDay = NewType("TimeOfDay", time)
TimeZone = NewType("TimeZone", str)
Locale = NewType("Locale", str)
JSON = NewType("JSON", object)
Upload = NewType("Upload", UploadFile)

_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Further out, arithmetic of calendars and zones has no answers.
_FIRST_YEAR, _LAST_YEAR = 1900, 2999


def _moment(value: Any) -> datetime:
    try:
        parsed = datetime.fromisoformat(value)
        known = parsed.utcoffset() is not None and _FIRST_YEAR <= parsed.year <= _LAST_YEAR
    except (TypeError, ValueError):
        known = False
    if not known:
        raise ValueError("A DateTime is ISO 8601 with an offset, such as 2026-12-01T09:00:00+01:00.")
    return parsed.astimezone(UTC)


def _date(value: Any) -> date:
    try:
        parsed = date.fromisoformat(value) if _DATE.fullmatch(value) else None
    except (TypeError, ValueError):
        parsed = None
    if parsed is None or not _FIRST_YEAR <= parsed.year <= _LAST_YEAR:
        raise ValueError("A Date is YYYY-MM-DD.")
    return parsed


def _time_of_day(value: Any) -> time:
    if not isinstance(value, str) or not _TIME_OF_DAY.fullmatch(value):
        raise ValueError("A TimeOfDay is HH:MM.")
    return time.fromisoformat(value)


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("This is not a string.")  # noqa: TRY004 - graphql-core reports ValueErrors
    return value


def _file(value: Any) -> UploadFile:
    if not isinstance(value, UploadFile):
        raise ValueError("An Upload is a file of a multipart request, put into its variables.")  # noqa: TRY004
    return value


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment: ISO 8601 with an offset.",
        serialize=lambda moment: moment.isoformat().replace("+00:00", "Z"),
        parse_value=_moment,
    ),
    date: strawberry.scalar(
        name="Date", description="A date: YYYY-MM-DD.", serialize=date.isoformat, parse_value=_date
    ),
    TimeOfDay: strawberry.scalar(
        name="TimeOfDay",
        description="A time of the local clock: HH:MM.",
        serialize=lambda at: at.isoformat("minutes"),
        parse_value=_time_of_day,
    ),
    TimeZone: strawberry.scalar(name="TimeZone", description="An IANA time zone name.", parse_value=_name),
    Locale: strawberry.scalar(name="Locale", description="A language tag (BCP 47).", parse_value=_name),
    JSON: strawberry.scalar(name="JSON", description="Any JSON value."),
    Upload: strawberry.scalar(
        name="Upload",
        description="A file, sent beside the operation over HTTP (GraphQL multipart request specification).",
        parse_value=_file,
    ),
}
