"""An organization's settings: one frozen value with a default for everything, kept as what differs from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from models.words import ContactField, Role


@dataclass(frozen=True, slots=True)
class Settings:
    """Durations are whole minutes; `...day` counts days from today (0 is today)."""

    public_booking_enabled: bool = True
    required_contact_fields: tuple[ContactField, ...] = (ContactField.EMAIL,)
    default_duration_minutes: int = 30
    min_duration_minutes: int = 5
    max_duration_minutes: int = 480
    slot_interval_minutes: int = 30
    bookable_days_ahead: int = 31
    weekends_disabled: bool = False
    agent_earliest_day: int = 0
    agent_minimum_notice_minutes: int = 0
    public_earliest_day: int = 0
    public_minimum_notice_minutes: int = 0
    hold_minutes: int = 10
    max_meetings_per_guest_per_day: int | None = None
    max_upcoming_meetings_per_guest_and_agent: int | None = 2
    can_assign: tuple[Role, ...] = (Role.ADMINISTRATOR, Role.MANAGER, Role.SUPERVISOR, Role.AGENT)
    compute_availability_from_calendars: bool = True
    unknown_calendars_block: bool = False
    calendar_refresh_minutes: int = 5
    tentative_is_busy: bool = True
    unanswered_is_busy: bool = False
    out_of_office_is_busy: bool = True
    working_elsewhere_is_busy: bool = False
    mail_from: str = "frontdesk@localhost"
    mail_reply_to: str | None = None
    mail_sender_name: str | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Settings:
        """The defaults, overlaid with what the organization has set."""
        known = {f.name for f in fields(cls)}
        values = {name: value for name, value in stored.items() if name in known}
        for name, word in (("required_contact_fields", ContactField), ("can_assign", Role)):
            if name in values:
                values[name] = tuple(word(v) for v in values[name])
        return cls(**values)
