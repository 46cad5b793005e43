"""Values that cannot be meant get a clear error, which names the field where there is one, and change nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.resolvers import documents as say
from tests.resolvers.house import MORNING, REMOVED, Case, House, all_refused
from tests.resolvers.nonsense import (
    LONG,
    NO_DATES,
    NO_DURATIONS,
    NO_EMAILS,
    NO_INTS,
    NO_KEYS,
    NO_LOCALES,
    NO_MOMENTS,
    NO_NAMES,
    NO_PHONES,
    NO_TEXTS,
    NO_TIMES,
    NO_URLS,
    NO_WEEKDAYS,
    NO_ZONES,
)

INVALID, BAD, MISSING = "INVALID", "BAD_REQUEST", "NOT_FOUND"
NO_SLUGS = ["", " ", "Fair", "a b", "a_b", "é", "a/b", "-a", "a-", "a?b", "a" * 65, "a\n", "\0", "\ud800", LONG]
NO_OFFERS = [
    say.TEN,
    "2027-03-01T09:15:00Z",
    "2027-03-01T10:00:30Z",
    "2027-03-01T07:00:00Z",
    "1900-01-01T00:00:00Z",
]
IVAN = {"name": "Ivan", "email": "ivan@guests.example"}


def weekly(**window: Any) -> dict[str, Any]:
    return {"weekday": "MONDAY", "window": {"start": "09:00", "end": "12:00", **window}}


CASES: list[Case] = [
    # times
    ("book", "input.start", NO_MOMENTS, BAD, None),
    ("hold", "input.start", NO_MOMENTS, BAD, None),
    ("series", "input.start", NO_MOMENTS, BAD, None),
    ("series", "input.recurrence", ["", "daily", "FREQ=DAILY", "FREQ=DAILY;COUNT=53"], INVALID, ["recurrence"]),
    ("series", "input.recurrence", [None, REMOVED, 7, []], BAD, None),
    ("series", "input.onConflict", ["ASK", 1, []], BAD, None),
    ("series", "input.title", NO_NAMES, INVALID, ["title"]),
    ("series", "input.idempotencyKey", NO_KEYS, INVALID, ["idempotencyKey"]),
    ("explain", "at", NO_MOMENTS, BAD, None),
    ("move", "input.start", NO_MOMENTS, BAD, None),
    ("meetings", "from", NO_MOMENTS, BAD, None),
    ("meetings", "to", NO_MOMENTS, BAD, None),
    ("conversations", "filter.startedFrom", NO_MOMENTS, BAD, None),
    ("slots", "input.from", NO_DATES, BAD, None),
    ("slots", "input.to", NO_DATES, BAD, None),
    ("date", "input.date", NO_DATES, BAD, None),
    ("hours", "from", NO_DATES, BAD, None),
    ("week", "input.windows", [[weekly(start=time)] for time in NO_TIMES], BAD, None),
    ("date", "input.windows", [[{"start": "09:00", "end": time}] for time in NO_TIMES], BAD, None),
    # ranges
    ("slots", "input.to", ["2027-02-28", "2027-05-02", "2999-12-31"], INVALID, ["to"]),
    ("slots", "input.from", ["2027-03-06", "1900-01-01"], INVALID, ["to"]),
    ("hours", "to", ["2027-02-28", "1900-01-01"], BAD, None),
    ("book", "input.start", ["2027-03-01T06:59:00Z", "1900-01-01T00:00:00Z"], "TOO_SOON", ["start"]),
    ("move", "input.start", ["2027-03-01T06:30:00Z"], "TOO_SOON", ["start"]),
    ("book", "input.start", ["2027-03-01T10:07:00Z", "2027-03-01T10:00:30Z"], "OUTSIDE_AVAILABILITY", ["start"]),
    ("book", "input.start", ["2999-12-31T23:59:59Z"], "TOO_FAR_AHEAD", ["start"]),
    ("move", "input.start", [REMOVED, None], INVALID, None),
    # zones, languages
    ("slots", "input.timeZone", NO_ZONES, INVALID, ["timeZone"]),
    ("book", "input.guest.timeZone", NO_ZONES, INVALID, ["guest", "timeZone"]),
    ("book", "input.guest.locale", NO_LOCALES, INVALID, ["guest", "locale"]),
    ("book", "input.slots.language", NO_LOCALES, INVALID, ["language"]),
    ("slots", "input.language", NO_LOCALES, INVALID, ["language"]),
    # texts
    ("book", "input.guest.name", NO_NAMES, INVALID, ["guest", "name"]),
    ("book", "input.guest.email", NO_EMAILS, INVALID, ["guest", "email"]),
    ("book", "input.guest.email", [None, REMOVED], "CONTACT_FIELD_REQUIRED", ["guest", "email"]),
    ("book", "input.guest.phone", NO_PHONES, INVALID, ["guest", "phone"]),
    ("book", "input.title", NO_NAMES, INVALID, ["title"]),
    ("book", "input.notes", NO_TEXTS[1:], INVALID, ["notes"]),
    ("book", "input.attendees", [[{**IVAN, "name": one}] for one in NO_NAMES], INVALID, ["attendees", "0", "name"]),
    ("book", "input.attendees", [[{**IVAN, "email": one}] for one in NO_EMAILS], INVALID, ["attendees", "0", "email"]),
    ("book", "input.attendees", [[IVAN] * 51], INVALID, ["attendees"]),
    ("book", "input.idempotencyKey", NO_KEYS, INVALID, ["idempotencyKey"]),
    ("book", "input.holdToken", [*NO_KEYS, "hold_", "hold_nothing"], "HOLD_EXPIRED", ["holdToken"]),
    ("hold", "input.idempotencyKey", NO_KEYS, INVALID, ["idempotencyKey"]),
    ("move", "input.reason", NO_TEXTS[1:], INVALID, ["reason"]),
    ("reassign", "input.reason", NO_TEXTS[1:], INVALID, ["reason"]),
    ("cancel", "input.reason", NO_TEXTS[1:], INVALID, ["reason"]),
    ("confirm", "input.reason", NO_TEXTS[1:], INVALID, ["reason"]),
    ("accept", "input.reason", NO_TEXTS[1:], INVALID, ["reason"]),
    ("decline", "input.reason", NO_TEXTS[1:], INVALID, ["reason"]),
    *((name, "input.reason", NO_TEXTS[1:], INVALID, ["reason"]) for name in ("join", "complete", "miss")),
    ("send", "input.text", [*NO_TEXTS, None, REMOVED], INVALID, ["text"]),
    ("send", "input.idempotencyKey", NO_KEYS, INVALID, ["idempotencyKey"]),
    ("assign", "input.note", NO_TEXTS[1:], INVALID, ["note"]),
    ("feed", "input.name", NO_NAMES, INVALID, ["name"]),
    ("feed", "input.url", NO_URLS, INVALID, ["url"]),
    # numbers
    ("book", "input.slots.durationMinutes", NO_DURATIONS, INVALID, ["durationMinutes"]),
    ("slots", "input.durationMinutes", NO_DURATIONS, INVALID, ["durationMinutes"]),
    ("move", "input.durationMinutes", NO_DURATIONS, INVALID, ["durationMinutes"]),
    ("book", "input.slots.durationMinutes", NO_INTS, BAD, None),
    ("book", "input.slots.seats", [0, 2, -1, 2**31 - 1], INVALID, ["seats"]),
    ("slots", "input.seats", [0, 2, -1], INVALID, ["seats"]),
    ("read", "input.seq", [-1, 3, 2**31 - 1, -(2**31)], INVALID, ["seq"]),
    ("read", "input.seq", NO_INTS, BAD, None),
    ("move", "input.expectedVersion", [0, -1, 2, 2**31 - 1], "STALE", ["expectedVersion"]),
    ("reassign", "input.expectedVersion", [0, 7], "STALE", ["expectedVersion"]),
    ("cancel", "input.expectedVersion", [0, 7], "STALE", ["expectedVersion"]),
    ("confirm", "input.expectedVersion", [0, 7], "STALE", ["expectedVersion"]),
    ("accept", "input.expectedVersion", [0, 7], "STALE", ["expectedVersion"]),
    ("decline", "input.expectedVersion", [0, 7], "STALE", ["expectedVersion"]),
    *((name, "input.expectedVersion", [0, 7], "STALE", ["expectedVersion"]) for name in ("join", "complete", "miss")),
    ("send", "input.expectedLastSeq", NO_INTS, BAD, None),
    ("messages", "first", [-1, 101, *NO_INTS], BAD, None),
    ("messages", "after", ["garbage", "\0", "", LONG], BAD, None),
    ("meetings", "first", [-1, 101, *NO_INTS], BAD, None),
    ("meetings", "after", ["garbage", "\0", "", LONG], BAD, None),
    ("conversations", "first", [-1, 101, *NO_INTS], BAD, None),
    ("audit", "first", [-1, 101, *NO_INTS], BAD, None),
    ("audit", "after", ["garbage", "\0", "", LONG], BAD, None),
    ("conversations", "after", ["garbage", "\0", "", LONG], BAD, None),
    ("organization", "first", [-1, 101, *NO_INTS], BAD, None),
    ("organization", "after", ["garbage", "\0", "", LONG, "WyJBAEIiLDFd", "WyJBXHUwMDAwQiIsMV0"], BAD, None),
    # words
    ("slots", "input.meetingType", ["PIGEON", "office", "", 1, []], BAD, None),
    ("send", "input.kind", ["SHOUT", "text", 1], BAD, None),
    ("send", "input.kind", ["SYSTEM", "WHISPER", "VOICE"], INVALID, ["kind"]),
    ("send", "input.kind", ["NOTE"], "FORBIDDEN", ["kind"]),
    ("conversations", "filter.assignee", ["HIM", "me"], BAD, None),
    ("conversations", "filter.status", [["SHUT"], [None], "SHUT"], BAD, None),
    ("meetings", "status", [["LOST"], [1]], BAD, None),
    ("week", "input.windows", [[{**MORNING, "weekday": day}] for day in NO_WEEKDAYS], BAD, None),
    # shapes
    ("book", "input.start", [None, REMOVED], BAD, None),
    ("book", "input.guest", [None, REMOVED, [], "Grace", {}], BAD, None),
    ("book", "input.slots", [None, REMOVED, "acme/anna"], BAD, None),
    ("book", "input.unheardOf", [1], BAD, None),
    ("week", "input.windows", [None, REMOVED, "always", [None], [{}], [[]]], BAD, None),
    ("send", "input", [None, [], "Hello", {}], BAD, None),
    # what is wanted
    ("book", "input.slots", [{}], INVALID, None),
    ("book", "input.slots.agentId", ["QWdlbnQ6MQ"], INVALID, ["link"]),
    # hours
    ("week", "input.windows", [[MORNING] * 2, [MORNING, {**MORNING}]], INVALID, ["windows", "1"]),
    ("week", "input.windows", [[MORNING] * 1_000], INVALID, ["windows"]),
    ("date", "input.windows", [[MORNING["window"]] * 2], INVALID, ["windows", "1"]),
    ("date", "input.windows", [[MORNING["window"]] * 1_000], INVALID, ["windows"]),
    ("week", "input.windows", [[weekly(officeId="x")]], MISSING, ["windows", "0", "officeId"]),
    ("week", "input.windows", [[weekly(subjectIds=["x"])]], MISSING, ["windows", "0", "subjectIds"]),
    # links
    ("newLink", "input.agentId", [None, REMOVED], INVALID, ["agentId"]),
    ("newLink", "input.slug", NO_SLUGS, INVALID, ["slug"]),
    ("newLink", "input.slug", ["anna"], INVALID, ["slug"]),
    ("newLink", "input.durationMinutes", NO_DURATIONS, INVALID, ["durationMinutes"]),
    ("newLink", "input.meetingType", ["PIGEON", 1], BAD, None),
    ("newLink", "input.from", NO_DATES, BAD, None),
    ("newLink", "input.to", NO_DATES, BAD, None),
    ("newLink", "input.expiresAt", NO_MOMENTS, BAD, None),
    ("newLink", "input.expiresAt", ["1900-01-01T00:00:00Z", "2027-03-01T07:00:00Z"], INVALID, ["expiresAt"]),
    ("newLink", "input.offeredTimes", [[moment] for moment in NO_MOMENTS], BAD, None),
    ("newLink", "input.offeredTimes", [[], [say.TEN] * 51], INVALID, ["offeredTimes"]),
    ("newLink", "input.offeredTimes", [[say.TEN, time] for time in NO_OFFERS], INVALID, ["offeredTimes", "1"]),
    ("newLink", "input.offeredTimes", [[say.TEN, say.NINE]], "SLOT_TAKEN", ["offeredTimes", "1"]),
    ("newLink", "input.offeredTimes", [["2027-03-06T10:00:00Z"]], "OUTSIDE_AVAILABILITY", ["offeredTimes", "0"]),
    ("newLink", "input.offeredTimes", [["2999-12-31T10:00:00Z"]], "TOO_FAR_AHEAD", ["offeredTimes", "0"]),
    ("newLink", "input.idempotencyKey", NO_KEYS, INVALID, ["idempotencyKey"]),
    ("changedLink", "input.slug", [*NO_SLUGS, None], INVALID, ["slug"]),
    ("changedLink", "input.singleUse", [None], INVALID, ["singleUse"]),
    ("changedLink", "input.isActive", [None], INVALID, ["isActive"]),
    ("changedLink", "input.durationMinutes", NO_DURATIONS, INVALID, ["durationMinutes"]),
    ("changedLink", "input.expiresAt", ["2027-03-01T07:00:00Z"], INVALID, ["expiresAt"]),
    ("changedLink", "input.offeredTimes", [[], [say.TEN] * 51], INVALID, ["offeredTimes"]),
    ("changedLink", "input.offeredTimes", [[say.TEN, time] for time in NO_OFFERS], INVALID, ["offeredTimes", "1"]),
    ("changedLink", "input.expectedVersion", [0, 2], "STALE", ["expectedVersion"]),
    ("newKey", "input.name", NO_NAMES, INVALID, ["name"]),
    ("newKey", "input.role", [None, REMOVED, "agent", "KING", 1], BAD, None),
    ("newKey", "input.expiresAt", NO_MOMENTS, BAD, None),
    ("newKey", "input.expiresAt", ["1900-01-01T00:00:00Z", "2027-03-01T07:00:00Z"], INVALID, ["expiresAt"]),
    ("newKey", "input.idempotencyKey", NO_KEYS, INVALID, ["idempotencyKey"]),
    # guests who sign in
    ("guestCode", "input.email", NO_EMAILS, INVALID, ["email"]),
    ("guestCode", "input.organization", ["", "nobody", "\0", "\ud800", LONG], MISSING, ["organization"]),
    ("guestSignIn", "input.email", NO_EMAILS, INVALID, ["email"]),
    ("guestSignIn", "input.organization", ["", "nobody", "\0", "\ud800", LONG], MISSING, ["organization"]),
    ("guestSignIn", "input.code", ["", "123456", "12345", "１２３４５６", "\0", "\ud800", LONG], INVALID, ["code"]),
    ("guestSignIn", "input.code", [None, REMOVED, 123456], BAD, None),
    # webhooks
    ("newHook", "input.url", [*NO_URLS, "http://hooks.example", "https://me:secret@hooks.example"], INVALID, ["url"]),
    ("newHook", "input.events", [[]], INVALID, ["events"]),
    ("newHook", "input.events", [None, ["meeting.booked"], ["MEETING_LOST"], [None]], BAD, None),
    ("newHook", "input.description", NO_NAMES, INVALID, ["description"]),
    ("newHook", "input.idempotencyKey", NO_KEYS, INVALID, ["idempotencyKey"]),
    ("hook", "input.url", [*NO_URLS, None, "http://hooks.example"], INVALID, ["url"]),
    ("hook", "input.events", [[], None], INVALID, ["events"]),
    ("hook", "input.description", NO_NAMES, INVALID, ["description"]),
    ("hook", "input.isActive", [None], INVALID, ["isActive"]),
    ("hook", "input.expectedVersion", [0, 2], "STALE", ["expectedVersion"]),
    ("hookSecret", "input.expectedVersion", [0, 2], "STALE", ["expectedVersion"]),
    ("hookSecret", "input.idempotencyKey", NO_KEYS, INVALID, ["idempotencyKey"]),
    ("noHook", "input.expectedVersion", [0, 2], "STALE", ["expectedVersion"]),
    ("deliveries", "first", [-1, 101, *NO_INTS], BAD, None),
    ("deliveries", "after", ["garbage", "\0", "", LONG], BAD, None),
    ("noLink", "input.expectedVersion", [0, 2], "STALE", ["expectedVersion"]),
]  # fmt: skip


@pytest.mark.parametrize("name", sorted({name for name, *_ in CASES}))
async def test_a_value_that_cannot_be_meant_is_refused_by_its_field(house: House, name: str) -> None:
    await all_refused(house, [case for case in CASES if case[0] == name])
