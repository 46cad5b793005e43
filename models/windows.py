"""Hours as they are stored: of agents' weeks, day templates and single dates, and of offices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from scheduling.hours import Scope, WeeklyWindow, Window

Stored = Mapping[str, Any]


def stored_week(week: Iterable[WeeklyWindow]) -> list[dict[str, Any]]:
    return [{"weekday": one.weekday, **stored(one.window)} for one in week]


def stored(window: Window) -> dict[str, Any]:
    scope = window.scope
    return {
        "start": window.start.isoformat("minutes"),
        "end": window.end.isoformat("minutes"),
        "office": scope.office,
        "subjects": sorted(scope.subjects) if scope.subjects is not None else None,
        "meeting_types": sorted(scope.meeting_types) if scope.meeting_types is not None else None,
    }


def week(stored: Iterable[Stored]) -> tuple[WeeklyWindow, ...]:
    return tuple(WeeklyWindow(one["weekday"], window(one)) for one in stored)


def windows(stored: Iterable[Stored]) -> tuple[Window, ...]:
    return tuple(window(one) for one in stored)


def window(stored: Stored) -> Window:
    subjects, meeting_types = stored["subjects"], stored["meeting_types"]
    return Window(
        start=time.fromisoformat(stored["start"]),
        end=time.fromisoformat(stored["end"]),
        scope=Scope(
            office=stored["office"],
            subjects=frozenset(subjects) if subjects is not None else None,
            meeting_types=frozenset(meeting_types) if meeting_types is not None else None,
        ),
    )
