"""Asking why, and looking at the answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.resolvers.conftest import Client
from tests.resolvers.documents import EXPLAIN

BUSY_FROM = datetime(2027, 3, 1, 8, tzinfo=UTC)
ELEVEN_IN_ROME = "2027-03-01T10:00:00Z"


def days(first: str = "2027-03-01", last: str | None = None, **target: Any) -> dict[str, Any]:
    return {
        **(target or {"link": "acme/anna"}),
        "from": first,
        "to": last or first,
        "timeZone": "Europe/Rome",
    }


async def explained(client: Client, at: str | None = None, **asked: Any) -> dict[str, Any]:
    return await client.do(EXPLAIN, input=days(**asked), at=at)


def checks(explanation: dict[str, Any]) -> dict[str, bool]:
    return {check["code"]: check["ok"] for check in explanation["checks"]}


def taken(explanation: dict[str, Any]) -> dict[str, int]:
    """The rules that took something, with the minutes."""
    return {one["rule"]: one["removedMinutes"] for one in explanation["rules"] if one["removedMinutes"]}


def refusals(explanation: dict[str, Any]) -> list[tuple[str | None, str]]:
    return [
        (refusal["agent"] and refusal["agent"]["name"], refusal["rule"])
        for refusal in explanation["at"]["refusals"]
    ]
