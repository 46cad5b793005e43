"""An organization's settings: one frozen value with a default for everything, kept as what differs from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import Enum
from typing import Any

from models.words import CalendarProvider, ContactField, MeetingProvider, Role, TransferTargets


@dataclass(frozen=True, slots=True)
class VirtualMeetingAutomation:
    """Whether meetings by VIDEO are given a call, by which provider (None: the organization's default one), and how.

    Whoever switches it off has nothing of it kept. Calls that were made stay.
    """

    enabled: bool = False
    provider: MeetingProvider | None = None
    has_password: bool = False
    invite_attendees: bool = True
    send_ics: bool = True

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> VirtualMeetingAutomation:
        """What is kept of it; of one that is not enabled, nothing but that."""
        if not stored.get("enabled"):
            return cls()
        known = {name: value for name, value in stored.items() if name in cls.__dataclass_fields__}
        return cls(**{**known, "provider": _provider(stored.get("provider"))})


def _provider(name: str | None) -> MeetingProvider | None:
    return None if name is None else MeetingProvider(name)


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
    one_conversation_per_guest_and_agent: bool = False
    guest_sign_in_required: bool = False
    guest_must_confirm: bool = False
    guest_confirmation_timeout_minutes: int = 60
    join_opens_minutes_before: int = 15
    reminder_minutes_before: tuple[int, ...] = (1440, 60)
    max_waiting_minutes: int = 15
    purge_outdated_meetings: bool = False
    retention_days: int = 365
    show_unassigned_meetings: bool = True
    can_assign: tuple[Role, ...] = tuple(Role)
    can_edit_meetings: tuple[Role, ...] = tuple(Role)
    can_create_meetings: tuple[Role, ...] = tuple(Role)
    can_delete_meetings: tuple[Role, ...] = tuple(Role)
    mask_contacts_from: tuple[Role, ...] = ()
    primary_calendar_provider: CalendarProvider | None = None
    two_way_calendar: bool = True
    compute_availability_from_calendars: bool = True
    unknown_calendars_block: bool = False
    calendar_refresh_minutes: int = 5
    tentative_is_busy: bool = True
    unanswered_is_busy: bool = False
    out_of_office_is_busy: bool = True
    working_elsewhere_is_busy: bool = False
    all_day_free_warns: bool = True
    personal_google_events: bool = False
    personal_microsoft_events: bool = False
    virtual_meetings: VirtualMeetingAutomation = VirtualMeetingAutomation()
    mail_from: str = "frontdesk@localhost"
    mail_reply_to: str | None = None
    mail_sender_name: str | None = None
    max_attachment_megabytes: int = 15
    attachments_enabled: bool = True
    transfer_targets: TransferTargets = TransferTargets.BOTH

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Settings:
        """The defaults, overlaid with what the organization has set."""
        known = {name: _READ.get(name, _as_it_is)(value) for name, value in stored.items() if name in _NAMES}
        return cls(**known)

    def stored(self) -> dict[str, Any]:
        """What differs from the defaults, as JSON knows it."""
        values = {name: getattr(self, name) for name in _NAMES}
        return {name: _plain(value) for name, value in values.items() if value != getattr(_DEFAULTS, name)}


def _plain(value: Any) -> Any:
    if isinstance(value, VirtualMeetingAutomation):
        return {name: _plain(one) for name, one in asdict(value).items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.value if isinstance(value, Enum) else value


def _as_it_is(value: Any) -> Any:
    return value


def _several(word: type[Any]) -> Callable[[Iterable[Any]], tuple[Any, ...]]:
    return lambda values: tuple(map(word, values))


_NAMES = frozenset(field.name for field in fields(Settings))
_DEFAULTS = Settings()
# How what JSON does not know is read back.
_READ: Mapping[str, Callable[[Any], Any]] = {
    "required_contact_fields": _several(ContactField),
    "reminder_minutes_before": _several(int),
    "can_assign": _several(Role),
    "can_edit_meetings": _several(Role),
    "can_create_meetings": _several(Role),
    "can_delete_meetings": _several(Role),
    "mask_contacts_from": _several(Role),
    "primary_calendar_provider": lambda value: value and CalendarProvider(value),
    "transfer_targets": TransferTargets,
    "virtual_meetings": VirtualMeetingAutomation.of,
}
