"""Settings and branding that cannot be meant get a clear error, which names the field, and change nothing."""

from __future__ import annotations

from typing import Any

import pytest

from models.organization.bounds import EARLIEST_REMINDER, MOST_REMINDERS
from tests.resolvers.house import Case, House, all_refused
from tests.resolvers.nonsense import LONG, NO_EMAILS, NO_INTS, NO_NAMES

INVALID, BAD = "INVALID", "BAD_REQUEST"

NUMBERS = [
    "guestConfirmationTimeoutMinutes", "defaultDurationMinutes", "minDurationMinutes", "maxDurationMinutes",
    "slotIntervalMinutes", "bookableDaysAhead", "agentEarliestDay", "agentMinimumNoticeMinutes", "publicEarliestDay",
    "publicMinimumNoticeMinutes", "joinOpensMinutesBefore", "maxWaitingMinutes", "holdMinutes", "retentionDays",
    "calendarRefreshMinutes", "maxAttachmentMegabytes",
]  # fmt: skip
FLAGS = [
    "publicBookingEnabled", "oneConversationPerGuestAndAgent", "guestMustConfirm", "guestSignInRequired",
    "weekendsDisabled",
    "purgeOutdatedMeetings", "showUnassignedMeetings", "twoWayCalendar", "computeAvailabilityFromCalendars",
    "unknownCalendarsBlock", "personalGoogleEvents", "personalMicrosoftEvents", "attachmentsEnabled",
]  # fmt: skip
LISTS = [
    "requiredContactFields", "reminderMinutesBefore", "canAssign", "canEditMeetings", "canCreateMeetings",
    "canDeleteMeetings", "maskContactsFrom",
]  # fmt: skip
OTHERS = ["busyPolicy", "virtualMeetings", "mailFrom", "transferTargets"]
CAPS = ["maxMeetingsPerGuestPerDay", "maxUpcomingMeetingsPerGuestAndAgent"]
NO_FLAGS = ["", "true", 1, 0, [], {}]
NO_IMAGES = [
    "", " ", "logo.svg", "//acme.example/logo.svg", "http://acme.example/logo.svg", "ftp://acme.example/logo.svg",
    "javascript:alert(1)", "data:image/png;base64,AAAA", "https://", "https://localhost/logo.svg",
    "https://acme.example\0/logo.svg", "https://acme.example/\ud800", "https://acme.example:99999/logo.svg",
    "https://[::1/logo.svg", "https://user:password@acme.example/logo.svg", 'https://acme.example/"onload="alert(1)',
    "https://acme.example/<script>", "https://acme.example/a b", "https://acme.example/\nlogo", "https://a/" + LONG,
]  # fmt: skip
NO_COLOURS = [
    "",
    "#",
    "red",
    "#fff",
    "#12345",
    "#1234567",
    "123456",
    "#12345g",
    "#123456;",
    "#12\n456",
    "\0",
    LONG,
]
# What guests may give, but no letter can come from, or not to every server.
NO_SENDERS = [
    "a..b@acme.example",
    ".a@acme.example",
    "a@-acme.example",
    "a@" + "x" * 64 + ".example",
    "ä@acme.example",
]
NO_WORDS = ["", "agent", "NOBODY", 1, {}]


def cases(names: list[str], values: list[Any], code: str) -> list[Case]:
    return [("settings", f"input.settings.{name}", values, code, ["settings", name]) for name in names]


def inner(group: str, name: str, values: list[Any], code: str) -> Case:
    return "settings", f"input.settings.{group}.{name}", values, code, ["settings", group, name]


CASES: list[Case] = [
    *cases([*NUMBERS, *FLAGS, *LISTS, *OTHERS], [None], INVALID),
    *cases([*NUMBERS, *CAPS], [*NO_INTS], BAD),
    *cases([*NUMBERS, *CAPS], [-1, 2**31 - 1, -(2**31)], INVALID),
    *cases(FLAGS, NO_FLAGS, BAD),
    *cases(["requiredContactFields", "canAssign", "maskContactsFrom"], [["NOBODY"], [None], [1], {}, "ALL"], BAD),
    *cases(["requiredContactFields"], [["EMAIL", "EMAIL"]], INVALID),
    *cases(["canAssign"], [["ADMINISTRATOR", "AGENT", "AGENT"], [], ["AGENT"]], INVALID),
    *cases(["maskContactsFrom"], [["AGENT", "AGENT"], ["ADMINISTRATOR"]], INVALID),
    *cases(
        ["reminderMinutesBefore"],
        [[0], [-1], [60, 60], [EARLIEST_REMINDER + 1], list(range(1, MOST_REMINDERS + 2)), [5] * 100_000],
        INVALID,
    ),
    *cases(["reminderMinutesBefore"], [[None], ["60"], [1.5], [2**31], {}], BAD),
    *cases(["transferTargets", "primaryCalendarProvider"], NO_WORDS, BAD),
    *cases(["mailFrom", "mailReplyTo"], [one for one in NO_EMAILS if isinstance(one, str)], INVALID),
    *cases(["mailFrom", "mailReplyTo"], NO_SENDERS, INVALID),
    *cases(["mailSenderName"], NO_NAMES, INVALID),
    inner("busyPolicy", "tentativeIsBusy", [None], INVALID),
    inner("busyPolicy", "tentativeIsBusy", NO_FLAGS, BAD),
    inner("virtualMeetings", "enabled", [None], INVALID),
    inner("virtualMeetings", "hasPassword", [None], INVALID),
    inner("virtualMeetings", "provider", NO_WORDS, BAD),
    ("settings", "input.settings", [None, [], "", 1], BAD, None),
    ("settings", "input.settings.nonsense", [1], BAD, None),
    ("settings", "input.expectedVersion", [0, 2, -1, 2**31 - 1], "STALE", ["expectedVersion"]),
    ("settings", "input.expectedVersion", NO_INTS, BAD, None),
    *[("branding", f"input.branding.{name}", NO_IMAGES, INVALID, ["branding", name])
      for name in ("logoUrl", "joinButtonImageUrl")],
    *[("branding", f"input.branding.{name}", [None, *NO_COLOURS], INVALID, ["branding", name])
      for name in ("slotTextColor", "availableSlotColor", "selectedSlotColor")],
    ("branding", "input.branding.logoUrl", [1, [], {}, True], BAD, None),
    ("branding", "input.branding", [None, [], "", 1], BAD, None),
    ("branding", "input.expectedVersion", [0, 2, -1], "STALE", ["expectedVersion"]),
]  # fmt: skip


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{path}-{code}-{n}" for n, (_, path, _, code, _) in enumerate(CASES)]
)
async def test_a_setting_that_cannot_be_meant_is_refused(house: House, case: Case) -> None:
    await all_refused(house, [case])
