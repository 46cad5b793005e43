"""What settings may be: each by itself, and those that must go together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from errors import Invalid
from models import input
from models.organization.settings import Settings, VirtualMeetingAutomation
from models.words import Role

_ATOM = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_SENDER = re.compile(rf"{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})+")

MINUTES_OF_DAY = 24 * 60
MOST_REMINDERS = 10
EARLIEST_REMINDER = 60 * MINUTES_OF_DAY

RANGES: Mapping[str, tuple[int, int]] = {
    "max_meetings_per_guest_per_day": (1, 100),
    "max_upcoming_meetings_per_guest_and_agent": (1, 100),
    "guest_confirmation_timeout_minutes": (1, 7 * MINUTES_OF_DAY),
    "min_duration_minutes": (1, MINUTES_OF_DAY),
    "default_duration_minutes": (1, MINUTES_OF_DAY),
    "max_duration_minutes": (1, MINUTES_OF_DAY),
    "slot_interval_minutes": (1, MINUTES_OF_DAY),
    "bookable_days_ahead": (0, 366),
    "agent_earliest_day": (0, 366),
    "public_earliest_day": (0, 366),
    "agent_minimum_notice_minutes": (0, 365 * MINUTES_OF_DAY),
    "public_minimum_notice_minutes": (0, 365 * MINUTES_OF_DAY),
    "join_opens_minutes_before": (0, MINUTES_OF_DAY),
    "max_waiting_minutes": (1, MINUTES_OF_DAY),
    "hold_minutes": (1, 60),
    "retention_days": (1, 3_650),
    "calendar_refresh_minutes": (1, MINUTES_OF_DAY),
    "max_attachment_megabytes": (1, 100),
}
"""The least and the most of each number."""


def settled(settings: Settings, given: Mapping[str, Any]) -> Settings:
    """The settings with what is given, by its names, in place of what was. Refuses Invalid, naming the field, for what
    differs and cannot be meant; what stays as it was is not judged anew."""
    given = {**given, **_merged(settings, given)}
    differing = {name: value for name, value in given.items() if value != getattr(settings, name)}
    kept = {name: _kept(name, value) for name, value in differing.items()}
    changed = replace(settings, **kept)
    for lesser, greater, holds, message in _TOGETHER:
        if {lesser, greater} & kept.keys() and not holds(changed):
            raise Invalid(message, field=place(lesser if lesser in kept else greater))
    return changed


def _merged(settings: Settings, given: Mapping[str, Any]) -> dict[str, Any]:
    """Of how calls are made, what is not given stays; where they are not made at all, nothing is kept."""
    if "virtual_meetings" not in given:
        return {}
    calls = replace(settings.virtual_meetings, **given["virtual_meetings"])
    return {"virtual_meetings": calls if calls.enabled else VirtualMeetingAutomation()}


def place(name: str) -> tuple[str, ...]:
    """The path of a setting in the API."""
    first, *others = name.split("_")
    return "settings", first + "".join(word.capitalize() for word in others)


_Together = tuple[str, str, Callable[[Settings], bool], str]

_TOGETHER: Sequence[_Together] = (
    (
        "min_duration_minutes",
        "max_duration_minutes",
        lambda one: one.min_duration_minutes <= one.max_duration_minutes,
        "The shortest meeting must not be longer than the longest.",
    ),
    (
        "default_duration_minutes",
        "min_duration_minutes",
        lambda one: one.min_duration_minutes <= one.default_duration_minutes,
        "The default duration must not be shorter than the shortest meeting.",
    ),
    (
        "default_duration_minutes",
        "max_duration_minutes",
        lambda one: one.default_duration_minutes <= one.max_duration_minutes,
        "The default duration must not be longer than the longest meeting.",
    ),
    (
        "public_earliest_day",
        "bookable_days_ahead",
        lambda one: one.public_earliest_day <= one.bookable_days_ahead,
        "The earliest day must not lie beyond those that can be booked.",
    ),
    (
        "agent_earliest_day",
        "bookable_days_ahead",
        lambda one: one.agent_earliest_day <= one.bookable_days_ahead,
        "The earliest day must not lie beyond those that can be booked.",
    ),
    (
        "public_minimum_notice_minutes",
        "bookable_days_ahead",
        lambda one: one.public_minimum_notice_minutes < (one.bookable_days_ahead + 1) * MINUTES_OF_DAY,
        "The notice must not be longer than the days that can be booked.",
    ),
    (
        "agent_minimum_notice_minutes",
        "bookable_days_ahead",
        lambda one: one.agent_minimum_notice_minutes < (one.bookable_days_ahead + 1) * MINUTES_OF_DAY,
        "The notice must not be longer than the days that can be booked.",
    ),
)


def _kept(name: str, value: Any) -> Any:
    """A value that is another than before, as it is kept."""
    if value is None:
        return None
    if isinstance(value, list):
        value = _distinct(value, name)
    if name in RANGES:
        return _in_range(value, name, *RANGES[name])
    return _CHECKS[name](value, name) if name in _CHECKS else value


def _in_range(value: int, name: str, least: int, most: int) -> int:
    if not least <= value <= most:
        raise Invalid(f"This must be from {least} to {most}.", field=place(name))
    return value


def _distinct(values: Sequence[Any], name: str) -> tuple[Any, ...]:
    if len(set(values)) != len(values):
        raise Invalid("One of these is given twice.", field=place(name))
    return tuple(values)


def _email(value: str, name: str) -> str:
    """An address that every mail server takes: with one that some do not, no letter at all would arrive there."""
    address = input.email(value, field=place(name))
    if not _SENDER.fullmatch(address):
        raise Invalid("Not every mail server takes this address.", field=place(name))
    return address


def _line(value: str, name: str) -> str:
    return input.line(value, field=place(name))


def _with_administrators(roles: tuple[Role, ...], name: str) -> tuple[Role, ...]:
    """Whoever sets this could otherwise take it from everybody who can set it again."""
    if Role.ADMINISTRATOR not in roles:
        raise Invalid("Administrators must be among them.", field=place(name))
    return roles


def _without_administrators(roles: tuple[Role, ...], name: str) -> tuple[Role, ...]:
    if Role.ADMINISTRATOR in roles:
        raise Invalid("Nothing is masked from administrators.", field=place(name))
    return roles


def _reminders(minutes: Sequence[int], name: str) -> tuple[int, ...]:
    """The longest before the meeting first."""
    if len(minutes) > MOST_REMINDERS:
        raise Invalid(f"There are at most {MOST_REMINDERS} reminders.", field=place(name))
    for one in minutes:
        _in_range(one, name, 1, EARLIEST_REMINDER)
    return tuple(sorted(minutes, reverse=True))


_CHECKS: Mapping[str, Callable[[Any, str], Any]] = {
    "can_assign": _with_administrators,
    "can_edit_meetings": _with_administrators,
    "can_create_meetings": _with_administrators,
    "can_delete_meetings": _with_administrators,
    "mask_contacts_from": _without_administrators,
    "reminder_minutes_before": _reminders,
    "mail_from": _email,
    "mail_reply_to": _email,
    "mail_sender_name": _line,
}
