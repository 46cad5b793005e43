"""Inputs about an organization's settings and branding. What is absent stays as it is."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry import UNSET

from models.words import CalendarProvider, ContactField, MeetingProvider, Role, TransferTargets
from schema.enums import ENUMS
from schema.inputs.words import EXPECTED_VERSION

assert ENUMS  # they are told to Strawberry before any input names them

_COLOUR = "#rrggbb."
_IMAGE = "An https address; null: none."
_ROLES = "ADMINISTRATOR is always among them. Managers leave their own role as it is."


def _said(description: str) -> Any:
    return strawberry.field(default=UNSET, description=description)


@strawberry.input
class BusyPolicyInput:
    tentative_is_busy: bool | None = UNSET
    unanswered_is_busy: bool | None = UNSET
    out_of_office_is_busy: bool | None = UNSET
    working_elsewhere_is_busy: bool | None = UNSET
    all_day_free_warns: bool | None = UNSET


@strawberry.input
class VirtualMeetingAutomationInput:
    enabled: bool | None = _said("False: everything else of it is forgotten.")
    provider: MeetingProvider | None = _said("One that is connected; null: the organization's default one.")
    has_password: bool | None = UNSET
    invite_attendees: bool | None = UNSET
    send_ics: bool | None = UNSET


@strawberry.input(description="What is given is changed. Lists are given anew, as a whole.")
class SettingsInput:
    public_booking_enabled: bool | None = UNSET
    required_contact_fields: list[ContactField] | None = UNSET
    max_meetings_per_guest_per_day: int | None = _said("1 to 100; null: any number.")
    max_upcoming_meetings_per_guest_and_agent: int | None = _said("1 to 100; null: any number.")
    one_conversation_per_guest_and_agent: bool | None = UNSET
    guest_sign_in_required: bool | None = UNSET
    guest_must_confirm: bool | None = UNSET
    guest_confirmation_timeout_minutes: int | None = _said("1 to 10080.")
    default_duration_minutes: int | None = _said("1 to 1440, not less than the least, nor more than the most.")
    min_duration_minutes: int | None = _said("1 to 1440, not more than any planning rule offers.")
    max_duration_minutes: int | None = _said("1 to 1440, not less than any planning rule offers.")
    slot_interval_minutes: int | None = _said("1 to 1440.")
    bookable_days_ahead: int | None = _said("0 to 366; today is 0.")
    weekends_disabled: bool | None = UNSET
    agent_earliest_day: int | None = _said("0 to 366, within the bookable days; today is 0.")
    agent_minimum_notice_minutes: int | None = _said("0 to 525600, within the bookable days.")
    public_earliest_day: int | None = _said("0 to 366, within the bookable days; today is 0.")
    public_minimum_notice_minutes: int | None = _said("0 to 525600, within the bookable days.")
    join_opens_minutes_before: int | None = _said("0 to 1440.")
    reminder_minutes_before: list[int] | None = _said("At most 10, each 1 to 86400, none twice.")
    max_waiting_minutes: int | None = _said("1 to 1440.")
    hold_minutes: int | None = _said("1 to 60.")
    purge_outdated_meetings: bool | None = UNSET
    retention_days: int | None = _said("1 to 3650.")
    show_unassigned_meetings: bool | None = UNSET
    can_assign: list[Role] | None = _said(_ROLES)
    can_edit_meetings: list[Role] | None = _said(_ROLES)
    can_create_meetings: list[Role] | None = _said(_ROLES)
    can_delete_meetings: list[Role] | None = _said(_ROLES)
    mask_contacts_from: list[Role] | None = _said(
        "ADMINISTRATOR is never among them. Managers leave their own role as it is."
    )
    primary_calendar_provider: CalendarProvider | None = UNSET
    two_way_calendar: bool | None = UNSET
    compute_availability_from_calendars: bool | None = UNSET
    unknown_calendars_block: bool | None = UNSET
    calendar_refresh_minutes: int | None = _said("1 to 1440.")
    busy_policy: BusyPolicyInput | None = _said("What is absent of it stays, too.")
    personal_google_events: bool | None = UNSET
    personal_microsoft_events: bool | None = UNSET
    virtual_meetings: VirtualMeetingAutomationInput | None = _said("What is absent of it stays, too.")
    mail_from: str | None = UNSET
    mail_reply_to: str | None = _said("Null: answers go to `mailFrom`.")
    mail_sender_name: str | None = _said("Null: the organization's name.")
    max_attachment_megabytes: int | None = _said("1 to 100.")
    attachments_enabled: bool | None = UNSET
    transfer_targets: TransferTargets | None = UNSET


@strawberry.input
class UpdateSettingsInput:
    settings: SettingsInput
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)


@strawberry.input(description="What is given is changed.")
class BrandingInput:
    logo_url: str | None = _said(_IMAGE)
    join_button_image_url: str | None = _said(_IMAGE)
    slot_text_color: str | None = _said(_COLOUR)
    available_slot_color: str | None = _said(_COLOUR)
    selected_slot_color: str | None = _said(_COLOUR)


@strawberry.input
class UpdateBrandingInput:
    branding: BrandingInput
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
