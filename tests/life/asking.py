"""What the API and the database say, held against the account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tests.life.account import Account, Entry
from tests.life.town import SHOWN, Town, moment
from tests.models.meeting.teams import rows

_OVERLAPS = """
SELECT a.id FROM claim a JOIN claim b ON a.agent_id = b.agent_id AND a.id < b.id
    AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
"""
_KEPT = """
SELECT meeting_id, agent_id, starts_at, ends_at FROM claim WHERE expires_at IS NULL OR expires_at > %(now)s
"""
_GIVEN = """
SELECT meeting_id, agent_id, start, "end" FROM meeting_agent JOIN meeting ON meeting.id = meeting_id
WHERE status IN ('SCHEDULED', 'REQUESTED', 'AWAITING_GUEST', 'COMPLETED', 'NO_SHOW')
    AND (expires_at IS NULL OR expires_at > %(now)s)
"""


async def assert_shown(town: Town, entry: Entry, *, now: datetime) -> None:
    """To its guest and its agents, and to nobody else; with all that was promised."""
    for who in ("guest", *entry.agents):
        client = await town.client(entry, who, ())
        _assert_is(entry, (await client.run(SHOWN, id=entry.id)).data["meeting"])
    stranger = await (await town.client(entry, "other", ())).run(SHOWN, id=entry.id)
    assert stranger.data == {"meeting": None}


def _assert_is(entry: Entry, shown: dict[str, Any]) -> None:
    awaited = entry.status == "AWAITING_GUEST"
    told = {
        "version": entry.version,
        "status": entry.status,
        "start": entry.start,
        "end": entry.end,
        "isReady": entry.status == "SCHEDULED",
        "confirmationDeadline": entry.expires_at if awaited else None,
        "agents": entry.agents,
        "history": entry.history,
        "arrivals": entry.arrived,
    }
    assert _told(shown) == told
    _assert_conversation(entry, shown["conversation"])


def _told(shown: dict[str, Any]) -> dict[str, Any]:
    deadline = shown["confirmationDeadline"]
    return {
        "version": shown["version"],
        "status": shown["status"],
        "start": moment(shown["start"]),
        "end": moment(shown["end"]),
        "isReady": shown["isReady"],
        "confirmationDeadline": deadline and moment(deadline),
        "agents": {agent["name"] for agent in shown["agents"]},
        "history": [(change["kind"], moment(change["at"])) for change in shown["history"]],
        "arrivals": {arrival["party"]["name"] for arrival in shown["arrivals"]},
    }


def _assert_conversation(entry: Entry, shown: dict[str, Any]) -> None:
    """It says all that happened, once, and has no gap."""
    messages = [edge["node"] for edge in shown["messages"]["edges"]]
    assert [one["seq"] for one in messages] == list(range(1, shown["lastSeq"] + 1))
    of_meeting = [one for one in messages if one["meeting"] and one["meeting"]["id"] == entry.id]
    assert len(of_meeting) == len(entry.history) - entry.silent


async def assert_free(
    town: Town, account: Account, agent: str, days: Iterable[datetime], *, now: datetime
) -> None:
    for day in days:
        assert await town.starts(agent, day) == set(account.free_starts(agent, day, now=now))


async def assert_claims(now: datetime) -> None:
    """No two of an agent overlap, and just the meetings that have their time have it by one of each of their agents."""
    assert not await rows(_OVERLAPS)
    kept, given = _KEPT % {"now": f"'{now}'"}, _GIVEN % {"now": f"'{now}'"}
    assert not await rows(f"({kept} EXCEPT ALL ({given})) UNION ALL ({given} EXCEPT ALL ({kept}))")
