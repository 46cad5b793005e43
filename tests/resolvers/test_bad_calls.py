"""Accounts at providers of calls that cannot be meant: each is refused, and nothing changes."""

from __future__ import annotations

from tests.resolvers.house import REMOVED, Case, House, all_refused
from tests.resolvers.nonsense import LONG

BAD, INVALID = "BAD_REQUEST", "INVALID"
NO_SERVERS = [
    "",
    " ",
    "meet.example.org",
    "http://meet.example.org",
    "ftp://meet.example.org",
    "javascript:alert(1)",
    "//meet.example.org",
    "https://",
    "https:///rooms",
    "https://meet.example.org:99999",
    "https://meet.example.org?room=x",
    "https://meet.example.org#room",
    "https://user:password@meet.example.org",
    "https://[::1",
    "https://meet example.org",
    "https://meet.example.org/\0",
    "https://meet.example.org/\ud800",
    "https://meet.example.org/a\nb",
    "https://" + "x" * 200,
    LONG,
]
NO_LINES = ["", "  ", "\0", "\ud800", "a\nb", "x" * 1_000]
SHORT = "x" * 31

CASES: list[Case] = [
    ("newProvider", "input.url", NO_SERVERS, INVALID, ["url"]),
    ("newProvider", "input.url", [None, REMOVED, 1, [], {}], BAD, None),
    ("newProvider", "input.provider", ["ZOOM", "MICROSOFT_TEAMS", "GOOGLE_MEET"], INVALID, ["provider"]),
    ("newProvider", "input.provider", ["jitsi", "", None, REMOVED, 1], BAD, None),
    ("newProvider", "input.appId", NO_LINES, INVALID, ["appId"]),
    ("newProvider", "input.appId", [None, REMOVED], INVALID, ["appId"]),
    ("newProvider", "input.appSecret", [*NO_LINES, SHORT, f"{SHORT}   "], INVALID, ["appSecret"]),
    ("newProvider", "input.appSecret", [None, REMOVED], INVALID, ["appSecret"]),
    ("newProvider", "input.isDefault", ["", 1, []], BAD, None),
    ("newProvider", "input.idempotencyKey", NO_LINES, INVALID, ["idempotencyKey"]),
]


async def test_what_cannot_be_meant_is_refused_and_changes_nothing(house: House) -> None:
    await all_refused(house, CASES)
