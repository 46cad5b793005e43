"""Campaigns that cannot be meant: each is refused, and nothing changes."""

from __future__ import annotations

from typing import Any

import pytest

from models.channel.template import MessageTemplate
from tests.resolvers.campaign_documents import NAME
from tests.resolvers.house import REMOVED, Case, House, all_refused
from tests.resolvers.nonsense import LONG, NO_KEYS, NO_MOMENTS, NO_NAMES

BAD, INVALID = "BAD_REQUEST", "INVALID"
NO_LINES = [*NO_NAMES[:-1], "x" * 1_001]
PAST_OR_FAR = ["2027-03-01T06:59:59Z", "1900-01-01T00:00:00Z", "2028-03-02T08:00:00Z", "2999-12-31T23:59:59Z"]


def value(**given: Any) -> list[dict[str, Any]]:
    """A template's one variable, filled with that."""
    return [{"variable": "1", **given}]


CASES: list[Case] = [
    ("newCampaign", "input.scheduledAt", NO_MOMENTS, BAD, None),
    ("newCampaign", "input.scheduledAt", PAST_OR_FAR, INVALID, ["scheduledAt"]),
    ("newCampaign", "input.values", [REMOVED, []], INVALID, ["values"]),
    ("newCampaign", "input.values", [[NAME, NAME], [NAME] * 1_000], INVALID, ["values"]),
    (
        "newCampaign",
        "input.values",
        [[{**NAME, "variable": one}] for one in ("", "2", " 1", "{{1}}", "١", "\0", "\ud800", LONG)],
        INVALID,
        ["values", "0", "variable"],
    ),
    (
        "newCampaign",
        "input.values",
        [
            value(),
            value(otherwise="you"),
            value(text="you", contactField="NAME"),
            value(text="you", customField="plan"),
            value(text=None, contactField=None, customField=None),
        ],
        INVALID,
        ["values", "0"],
    ),
    ("newCampaign", "input.values", [value(text=one) for one in NO_LINES], INVALID, ["values", "0", "text"]),
    (
        "newCampaign",
        "input.values",
        [value(contactField="NAME", otherwise=one) for one in NO_LINES],
        INVALID,
        ["values", "0", "otherwise"],
    ),
    (
        "newCampaign",
        "input.values",
        [value(customField=one) for one in ("plan", "", "\0", "\ud800", LONG)],
        INVALID,
        ["values", "0", "customField"],
    ),
    ("newCampaign", "input.values", [value(contactField=one) for one in ("LIST", "", 1)], BAD, None),
    ("newCampaign", "input.values", [None, 1, "x", [None], [{}], [{"variable": 1}]], BAD, None),
    ("newCampaign", "input.idempotencyKey", NO_KEYS, INVALID, ["idempotencyKey"]),
    ("noCampaign", "input.expectedVersion", [0, 2], "STALE", ["expectedVersion"]),
]


async def test_what_cannot_be_meant_is_refused_and_changes_nothing(house: House) -> None:
    await all_refused(house, CASES)


@pytest.mark.parametrize("status", ["PENDING", "REJECTED", "PAUSED", "GONE", "approved", ""])
async def test_a_template_that_is_not_approved_is_not_sent(house: House, status: str) -> None:
    await MessageTemplate.all().update(status=status)
    case: Case = ("newCampaign", "input.listId", [house.ids["list"]], INVALID, ["templateId"])
    await all_refused(house, [case])
