"""Offices, services, subjects, rules and templates that cannot be meant: refused by field, and nothing is changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.resolvers.house import MORNING, REMOVED, Case, House, all_refused
from tests.resolvers.nonsense import (
    LONG,
    NO_DATES,
    NO_EMAILS,
    NO_INTS,
    NO_KEYS,
    NO_LOCALES,
    NO_NAMES,
    NO_TEXTS,
    NO_TIMES,
    NO_ZONES,
)

INVALID, BAD, MISSING = "INVALID", "BAD_REQUEST", "NOT_FOUND"
DAY, HUGE, TINY = 1440, 2**31 - 1, -(2**31)
CLOSED: dict[str, Any] = {"from": "2027-12-24", "to": "2027-12-26"}
WINDOW: Any = MORNING["window"]


def open_(**window: Any) -> list[dict[str, Any]]:
    return [{**MORNING, "window": {"start": "09:00", "end": "12:00", **window}}]


def closed(**changes: Any) -> list[dict[str, Any]]:
    return [{**CLOSED, **changes}]


def rule(path: str, values: list[Any]) -> list[Case]:
    """Values that neither a new rule nor a changed one may have."""
    return [
        ("newRule", f"input.{path}", values, INVALID, [path]),
        ("rule", f"input.{path}", values, INVALID, [path]),
    ]


NO_SLUGS = ["", " ", "Fair", "a b", "a_b", "é", "a/b", "-a", "a-", "a" * 65, "a\n", "\0", "\ud800", LONG]
NO_PICTURES = [
    "",
    "picture.png",
    "http://pictures.example/a.png",
    "javascript:alert(1)",
    "https://",
    "https://a:b@pictures.example/",
    "https://[::1/a.png",
    "https://pictures.example/a b",
    "https://pictures.example/\0",
    "https://pictures.example/\ud800",
    "https://pictures.example/" + LONG,
]
NUMBERS: dict[str, list[Any]] = {
    "slotIntervalMinutes": [0, -1, DAY + 1, HUGE, TINY],
    "bufferBeforeMinutes": [-1, DAY + 1, HUGE, TINY],
    "bufferAfterMinutes": [-1, DAY + 1, HUGE, TINY],
    "minimumNoticeMinutes": [-1, 365 * DAY + 1, HUGE, TINY],
    "bookableDaysAhead": [-1, 367, HUGE, TINY],
    "seats": [0, -1, 1_001, HUGE, TINY],
    "maxPerAgentPerDay": [0, -1, 1_001, HUGE, TINY],
    "maxPerAgentPerWeek": [0, -1, 7_001, HUGE, TINY],
}
# The house meets for 5 to 480 minutes.
NO_OPTIONS: list[Any] = [[], [0], [-30], [4], [30, 481], [30, 30], [30, HUGE], list(range(30, 55))]
REASONLESS = [closed(reason=one) for one in NO_NAMES if one]
NEVER_NULL = {
    "rule": [
        "enabled",
        "durationOptions",
        "defaultDurationMinutes",
        "slotIntervalMinutes",
        "bufferBeforeMinutes",
        "bufferAfterMinutes",
        "seats",
        "needsAcceptance",
        "agentIds",
    ],
    "template": ["name", "windows"],
    "office": ["name", "timeZone", "closures", "isActive"],
    "service": [
        "name",
        "languages",
        "isActive",
        "distribution",
        "availabilityPercent",
        "assignOnBooking",
        "routing",
        "offerTimeoutSeconds",
    ],
    "subject": ["name", "availableForCustomers"],
    "changedAgent": ["name", "email", "slug", "role", "conversationCapacity"],
    "agent": ["isActive", "onlinePlanning", "languages", "timeZone", "officeIds", "expertiseIds"],
}

CASES: list[Case] = [
    *(case for path, values in NUMBERS.items() for case in rule(path, values)),
    *((name, f"input.{path}", NO_INTS, BAD, None) for name in ("newRule", "rule") for path in NUMBERS),
    *rule("durationOptions", NO_OPTIONS),
    *((name, f"input.{path}", [None], INVALID, [path]) for name, paths in NEVER_NULL.items() for path in paths),
    ("newRule", "input.durationOptions", [[one] for one in NO_INTS] + [[None]], BAD, None),
    ("newRule", "input.defaultDurationMinutes", [0, 4, 481, HUGE, TINY], INVALID, ["durationOptions"]),
    ("rule", "input.defaultDurationMinutes", [0, 45, HUGE], INVALID, ["defaultDurationMinutes"]),
    ("newRule", "input.meetingType", ["PIGEON", "phone", None, REMOVED, 1], BAD, None),
    ("newRule", "input.meetingType", ["VIDEO"], INVALID, ["meetingType"]),
    ("newRule", "input.agentIds", [["x"], [""], [LONG]], MISSING, ["agentIds"]),
    ("rule", "input.agentIds", [["x"], ["@nobody"]], MISSING, ["agentIds"]),
    ("agent", "input.officeIds", [["x"]], MISSING, ["officeIds"]),
    ("agent", "input.expertiseIds", [["x"]], MISSING, ["expertiseIds"]),
    ("newAgent", "input.officeIds", [["x"], ["@nobody"], [LONG]], MISSING, ["officeIds"]),
    ("newAgent", "input.expertiseIds", [["x"]], MISSING, ["expertiseIds"]),
    *((name, "input.email", NO_EMAILS, INVALID, ["email"]) for name in ("newAgent", "changedAgent")),
    *((name, "input.slug", NO_SLUGS, INVALID, ["slug"]) for name in ("newAgent", "changedAgent")),
    *((name, "input.avatarUrl", NO_PICTURES, INVALID, ["avatarUrl"]) for name in ("newAgent", "changedAgent")),
    *((name, "input.conversationCapacity", [0, -1, 1_001, HUGE, TINY], INVALID, ["conversationCapacity"]) for name in (
        "newAgent", "changedAgent"
    )),
    *((name, "input.role", ["agent", "KING", 1, []], BAD, None) for name in ("newAgent", "changedAgent")),
    ("newAgent", "input.timeZone", NO_ZONES, INVALID, ["timeZone"]),
    ("newAgent", "input.languages", [[one] for one in NO_LOCALES], INVALID, ["languages"]),
    # names and texts
    *((name, "input.name", NO_NAMES, INVALID, ["name"]) for name in (
        "newTemplate", "template", "newOffice", "office", "newService", "service", "newSubject", "subject", "newAgent",
        "changedAgent"
    )),
    ("newOffice", "input.address", NO_TEXTS[1:], INVALID, ["address"]),
    ("office", "input.address", NO_TEXTS[1:], INVALID, ["address"]),
    ("newSubject", "input.description", NO_TEXTS[1:], INVALID, ["description"]),
    ("subject", "input.description", NO_TEXTS[1:], INVALID, ["description"]),
    ("newOffice", "input.closures", REASONLESS, INVALID, ["closures", "0", "reason"]),
    # zones, languages
    ("newOffice", "input.timeZone", NO_ZONES, INVALID, ["timeZone"]),
    ("office", "input.timeZone", NO_ZONES, INVALID, ["timeZone"]),
    ("agent", "input.timeZone", NO_ZONES, INVALID, ["timeZone"]),
    ("newService", "input.languages", [[one] for one in NO_LOCALES], INVALID, ["languages"]),
    ("service", "input.languages", [[one] for one in NO_LOCALES] + [["en"] * 51], INVALID, ["languages"]),
    ("agent", "input.languages", [["en", one] for one in NO_LOCALES], INVALID, ["languages"]),
    # hours and dates
    ("office", "input.hours", [open_(start=one) for one in NO_TIMES], BAD, None),
    ("office", "input.hours", [[MORNING] * 2, [MORNING, {**MORNING}]], INVALID, ["hours", "1"]),
    ("newOffice", "input.hours", [[MORNING] * 1_000], INVALID, ["hours"]),
    ("office", "input.hours", [open_(meetingTypes=["PHONE"]), open_(subjectIds=[])], INVALID, ["hours", "0"]),
    ("office", "input.hours", [open_(officeId="x")], MISSING, ["hours", "0", "officeId"]),
    ("office", "input.closures", [[{**CLOSED, "from": one}] for one in NO_DATES] + [closed(to=None)], BAD, None),
    ("office", "input.closures", [closed(to="2027-12-23"), closed(to="1900-01-01")], INVALID, ["closures", "0", "to"]),
    ("office", "input.closures", [[CLOSED, {**CLOSED, "reason": "Again"}]], INVALID, ["closures", "1"]),
    ("newOffice", "input.closures", [[CLOSED] * 367], INVALID, ["closures"]),
    ("newTemplate", "input.windows", [[WINDOW] * 2], INVALID, ["windows", "1"]),
    ("newTemplate", "input.windows", [[WINDOW] * 25], INVALID, ["windows"]),
    ("template", "input.windows", [[WINDOW] * 2], INVALID, ["windows", "1"]),
    ("template", "input.windows", [[{**WINDOW, "officeId": "x"}]], MISSING, ["windows", "0", "officeId"]),
    ("newTemplate", "input.windows", [None, REMOVED, "always", [None], [{}]], BAD, None),
    # numbers
    ("newService", "input.requiredAgents", [0, -1, 1_001, HUGE, TINY], INVALID, ["requiredAgents"]),
    ("service", "input.requiredAgents", [0, -1, 1_001, HUGE, TINY], INVALID, ["requiredAgents"]),
    ("newService", "input.availabilityPercent", [-1, 101, HUGE, TINY], INVALID, ["availabilityPercent"]),
    ("service", "input.availabilityPercent", [-1, 101, HUGE, TINY], INVALID, ["availabilityPercent"]),
    ("newService", "input.offerTimeoutSeconds", [4, 3_601, 0, HUGE, TINY], INVALID, ["offerTimeoutSeconds"]),
    ("service", "input.offerTimeoutSeconds", [4, 3_601, 0, HUGE, TINY], INVALID, ["offerTimeoutSeconds"]),
    ("service", "input.routing", ["LOTTERY", "offer_to_all", 1], BAD, None),
    ("member", "input.weight", [0, -1, 101, HUGE, TINY], INVALID, ["weight"]),
    ("service", "input.distribution", ["LOTTERY", "collective", 1], BAD, None),
    # versions and keys
    *((name, "input.expectedVersion", [0, -1, 2, HUGE, TINY], "STALE", ["expectedVersion"]) for name in (
        "rule", "noRule", "template", "noTemplate", "office", "service", "subject", "agent", "changedAgent", "noAgent",
        "noOffice", "noService", "noSubject"
    )),
    *((name, "input.idempotencyKey", NO_KEYS, INVALID, ["idempotencyKey"]) for name in (
        "newRule", "newTemplate", "newOffice", "newService", "newSubject", "newAgent"
    )),
]  # fmt: skip


@pytest.mark.parametrize("name", sorted({name for name, *_ in CASES}))
async def test_a_plan_that_cannot_be_meant_is_refused_by_its_field(house: House, name: str) -> None:
    await all_refused(house, [case for case in CASES if case[0] == name])


@pytest.mark.parametrize(
    ("name", "path", "values"),
    [
        ("rule", "slotIntervalMinutes", [1, DAY]),
        ("rule", "bufferBeforeMinutes", [0, DAY]),
        ("rule", "minimumNoticeMinutes", [0, 365 * DAY, None]),
        ("rule", "bookableDaysAhead", [0, 366, None]),
        ("rule", "seats", [1, 1_000]),
        ("rule", "maxPerAgentPerDay", [1, 1_000, None]),
        ("rule", "maxPerAgentPerWeek", [1, 7_000, None]),
        ("rule", "durationOptions", [[30, 5, 480], list(range(30, 54))]),
        ("service", "requiredAgents", [1, 1_000, None]),
        ("service", "availabilityPercent", [0, 100]),
        ("service", "offerTimeoutSeconds", [5, 3_600]),
        ("member", "weight", [1, 100, None, REMOVED]),
        ("office", "closures", [[{**CLOSED, "to": "2027-12-24"}], []]),
    ],
)
async def test_what_lies_just_within_bounds_is_taken(
    house: House, name: str, path: str, values: list[Any]
) -> None:
    base = house.base(name)
    for value in values:
        given = {key: one for key, one in base.variables["input"].items() if key != path}
        if value is not REMOVED:
            given[path] = value
        answer = await house.client(name).run(base.document, input=given)
        [payload] = answer.data.values()
        assert (answer.errors, payload["errors"]) == ([], []), value
