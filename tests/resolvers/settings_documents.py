"""The operations about settings and branding, and all that they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.resolvers.conftest import Client

SETTINGS = """version publicBookingEnabled requiredContactFields maxMeetingsPerGuestPerDay
  maxUpcomingMeetingsPerGuestAndAgent oneConversationPerGuestAndAgent guestMustConfirm guestSignInRequired
  guestConfirmationTimeoutMinutes
  defaultDurationMinutes minDurationMinutes maxDurationMinutes slotIntervalMinutes bookableDaysAhead weekendsDisabled
  agentEarliestDay agentMinimumNoticeMinutes publicEarliestDay publicMinimumNoticeMinutes joinOpensMinutesBefore
  reminderMinutesBefore maxWaitingMinutes holdMinutes purgeOutdatedMeetings retentionDays showUnassignedMeetings
  canAssign canEditMeetings canCreateMeetings canDeleteMeetings maskContactsFrom primaryCalendarProvider twoWayCalendar
  computeAvailabilityFromCalendars unknownCalendarsBlock calendarRefreshMinutes
  busyPolicy { tentativeIsBusy unansweredIsBusy outOfOfficeIsBusy workingElsewhereIsBusy allDayFreeWarns }
  personalGoogleEvents personalMicrosoftEvents
  virtualMeetings { enabled provider hasPassword inviteAttendees sendIcs }
  mailFrom mailReplyTo mailSenderName maxAttachmentMegabytes attachmentsEnabled transferTargets"""
BRANDING = "version logoUrl joinButtonImageUrl slotTextColor availableSlotColor selectedSlotColor"
ERRORS = "errors { code message field }"

READ_SETTINGS = f"{{ organization {{ settings {{ {SETTINGS} }} }} }}"
READ_BRANDING = f"query($slug: String) {{ organization(slug: $slug) {{ branding {{ {BRANDING} }} }} }}"
UPDATE_SETTINGS = f"""mutation($input: UpdateSettingsInput!) {{
  updateSettings(input: $input) {{ settings {{ {SETTINGS} }} {ERRORS} }} }}"""
UPDATE_BRANDING = f"""mutation($input: UpdateBrandingInput!) {{
  updateBranding(input: $input) {{ branding {{ {BRANDING} }} {ERRORS} }} }}"""


async def change(client: Client, expected: int | None = None, **settings: Any) -> dict[str, Any]:
    return await client.do(UPDATE_SETTINGS, input={"settings": settings, "expectedVersion": expected})


async def changed(client: Client, **settings: Any) -> dict[str, Any]:
    answer = await change(client, **settings)
    assert answer["errors"] == []
    return dict(answer["settings"])


async def seen(client: Client) -> dict[str, Any]:
    return dict((await client.do(READ_SETTINGS))["settings"])


def refusal(answer: dict[str, Any]) -> tuple[str, list[str]]:
    [error] = answer["errors"]
    return error["code"], error["field"]
