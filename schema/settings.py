"""An organization's settings and branding."""

from __future__ import annotations

import strawberry

from models.words import CalendarProvider, ContactField, Role, TransferTargets
from schema.call import VirtualMeetingAutomation
from schema.enums import ENUMS
from schema.node import UserError

assert ENUMS  # they are told to Strawberry before any type names them


@strawberry.type(description="What of a calendar counts as busy.")
class BusyPolicy:
    tentative_is_busy: bool
    unanswered_is_busy: bool = strawberry.field(
        description="Whether an invitation that is not answered takes its time."
    )
    out_of_office_is_busy: bool
    working_elsewhere_is_busy: bool
    all_day_free_warns: bool = strawberry.field(
        description="Whether an event of a whole day that is marked as free is pointed out to its owner."
    )


@strawberry.type(
    description="The organization's rules. A change holds from the next answer on, everywhere; what is booked stays."
)
class Settings:
    version: int
    public_booking_enabled: bool
    required_contact_fields: list[ContactField]
    max_meetings_per_guest_per_day: int | None
    max_upcoming_meetings_per_guest_and_agent: int | None
    one_conversation_per_guest_and_agent: bool = strawberry.field(
        description="False: a new conversation for every meeting."
    )
    guest_sign_in_required: bool = strawberry.field(
        description="Guests book and hold only once they have shown, by a code, that their address is theirs."
    )
    guest_must_confirm: bool
    guest_confirmation_timeout_minutes: int
    default_duration_minutes: int = strawberry.field(description="Where no planning rule says another.")
    min_duration_minutes: int
    max_duration_minutes: int
    slot_interval_minutes: int = strawberry.field(description="Where no planning rule says another.")
    bookable_days_ahead: int = strawberry.field(
        description="Today is 0; where no planning rule says another. Also how far ahead calendars are read."
    )
    weekends_disabled: bool
    agent_earliest_day: int = strawberry.field(description="The first day that agents may book; today is 0.")
    agent_minimum_notice_minutes: int
    public_earliest_day: int = strawberry.field(description="The first day that guests may book; today is 0.")
    public_minimum_notice_minutes: int = strawberry.field(description="Where no planning rule says another.")
    join_opens_minutes_before: int
    reminder_minutes_before: list[int] = strawberry.field(description="The longest first.")
    max_waiting_minutes: int = strawberry.field(
        description="For the guest, before the agent may say that they did not come."
    )
    hold_minutes: int = strawberry.field(description="For so long a guest's slot is held.")
    purge_outdated_meetings: bool = strawberry.field(
        description="At midnight in the organization's time zone, what is older than `retentionDays`."
    )
    retention_days: int
    show_unassigned_meetings: bool = strawberry.field(
        description="To the agents of the service who speak the meeting's language."
    )
    can_assign: list[Role] = strawberry.field(
        description="Who gives meetings and conversations to agents, themselves included."
    )
    can_edit_meetings: list[Role]
    can_create_meetings: list[Role]
    can_delete_meetings: list[Role]
    mask_contacts_from: list[Role] = strawberry.field(
        description="From them it is kept how guests are reached: addresses, numbers and identities are masked wherever"
        " they stand, in answers, events, mails, calendars, transcripts and the names of files; nobody is found by"
        " them, and links that are the guests' own are null. What people type in messages, notes, reasons and custom"
        " fields is shown as it is. Nothing is masked from administrators."
    )
    primary_calendar_provider: CalendarProvider | None
    two_way_calendar: bool
    compute_availability_from_calendars: bool
    unknown_calendars_block: bool = strawberry.field(
        description="Whether the time of which a calendar is not known yet, or no longer, cannot be booked."
    )
    calendar_refresh_minutes: int
    busy_policy: BusyPolicy
    personal_google_events: bool
    personal_microsoft_events: bool
    virtual_meetings: VirtualMeetingAutomation
    mail_from: str
    mail_reply_to: str | None
    mail_sender_name: str = strawberry.field(description="The organization's name, unless another is set.")
    max_attachment_megabytes: int
    attachments_enabled: bool
    transfer_targets: TransferTargets


@strawberry.type(description="What a public page of the organization looks like.")
class Branding:
    version: int
    logo_url: str | None
    join_button_image_url: str | None
    slot_text_color: str = strawberry.field(description="#rrggbb")
    available_slot_color: str = strawberry.field(description="#rrggbb")
    selected_slot_color: str = strawberry.field(description="#rrggbb")


@strawberry.type
class UpdateSettingsPayload:
    settings: Settings | None
    errors: list[UserError]


@strawberry.type
class UpdateBrandingPayload:
    branding: Branding | None
    errors: list[UserError]
