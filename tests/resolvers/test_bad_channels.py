"""Channel accounts that cannot be meant: each is refused, and nothing changes."""

from __future__ import annotations

from tests.resolvers import channel_documents as channels
from tests.resolvers.house import REMOVED, Case, House, all_refused
from tests.resolvers.nonsense import NO_KEYS, NO_NAMES, NO_PHONES

BAD, INVALID = "BAD_REQUEST", "INVALID"
NO_SECRETS = [
    "",
    " ",
    "x" * 15,
    "x" * 1_001,
    "fifteen and a space",
    "sixteen-letters-\n",
    "é" * 16,
    "\0" * 16,
    "\ud800" * 16,
]
NO_NUMBERS = ["", "12a", "-1", " 12", "1" * 33, "\u0661\u0662", "\0"]

CASES: list[Case] = [
    ("newChannel", "input.name", NO_NAMES, INVALID, ["name"]),
    ("newChannel", "input.address", NO_PHONES, INVALID, ["address"]),
    ("newChannel", "input.address", ["+390655599"], INVALID, ["address"]),
    ("newChannel", "input.provider", ["SINCH", "KALEYRA"], "PROVIDER_REJECTED", ["provider"]),
    ("newChannel", "input.provider", ["meta", "", None, REMOVED, 1], BAD, None),
    ("newChannel", "input.provider", ["TWILIO"], INVALID, ["twilio"]),
    ("newChannel", "input.meta", [None, REMOVED], INVALID, ["meta"]),
    ("newChannel", "input.twilio", [channels.TWILIO], INVALID, ["twilio"]),
    ("newChannel", "input.meta.phoneNumberId", NO_NUMBERS, INVALID, ["meta", "phoneNumberId"]),
    ("newChannel", "input.meta.businessAccountId", NO_NUMBERS, INVALID, ["meta", "businessAccountId"]),
    ("newChannel", "input.meta.accessToken", NO_SECRETS, INVALID, ["meta", "accessToken"]),
    ("newChannel", "input.meta.appSecret", NO_SECRETS, INVALID, ["meta", "appSecret"]),
    ("newChannel", "input.meta.verifyToken", NO_SECRETS, INVALID, ["meta", "verifyToken"]),
    ("newChannel", "input.meta.verifyToken", [None, REMOVED, 1], BAD, None),
    ("newChannel", "input.idempotencyKey", NO_KEYS, INVALID, ["idempotencyKey"]),
    ("channel", "input.name", [*NO_NAMES, None], INVALID, ["name"]),
    ("channel", "input.serviceId", [None], INVALID, ["serviceId"]),
    ("channel", "input.meta", [None], INVALID, ["meta"]),
    ("channel", "input.meta.appSecret", NO_SECRETS, INVALID, ["meta", "appSecret"]),
    ("channel", "input.twilio", [channels.TWILIO], INVALID, ["twilio"]),
    ("channel", "input.expectedVersion", [0, 2], "STALE", ["expectedVersion"]),
    ("permit", "input.expectedVersion", [0, 2], "STALE", ["expectedVersion"]),
    ("permit", "input.availableForAgents", [None, REMOVED, 1, "yes"], BAD, None),
    ("noChannel", "input.expectedVersion", [0, 2], "STALE", ["expectedVersion"]),
]


async def test_what_cannot_be_meant_is_refused_and_changes_nothing(house: House) -> None:
    await all_refused(house, CASES)
