"""Feeds of what there is not, or by what cannot be meant: refused at once, and cursors of nowhere begin anew."""

from __future__ import annotations

from typing import Any

import pytest

from realtime.transport import Rejected
from tests.resolvers.conftest import Client
from tests.resolvers.documents import CONVERSATION_EVENTS, INBOX_EVENTS, MEETING_EVENTS
from tests.resolvers.house import SLOTS, House, changed
from tests.resolvers.nonsense import LONG, NO_DATES, NO_ZONES
from tests.resolvers.slot_feeds.widget import FOLLOW
from tests.resolvers.tables import contents
from tests.resolvers.test_bad_ids import ids_of

NO_CURSORS = ["garbage", "ÄÖÜ", "\0", LONG, "==", "AAAA"]
NO_TOKENS = ["", "garbage", "meet_", "ÄÖÜ", "\0", LONG]
BASES: dict[str, tuple[str, dict[str, Any]]] = {
    "conversation": (CONVERSATION_EVENTS, {"id": "any"}),
    "meeting": (MEETING_EVENTS, {"id": "any"}),
    "inbox": (INBOX_EVENTS, {}),
    "slots": (FOLLOW, {"input": SLOTS}),
}
TARGETS = {"input": {name: value for name, value in SLOTS.items() if name != "link"}}


async def refusal(client: Client, document: str, variables: dict[str, Any]) -> dict[str, Any]:
    """The one error's extensions, whenever it is told."""
    try:
        async with client.follow(document, **variables) as feed:
            return await feed.refusal()
    except Rejected as rejected:
        return dict(rejected.errors[0]["extensions"])


@pytest.mark.parametrize(
    ("name", "path", "kind"),
    [
        ("conversation", "id", "Conversation"),
        ("meeting", "id", "Meeting"),
        ("slots", "input.agentId", "Agent"),
        ("slots", "input.serviceId", "Service"),
        ("slots", "input.subjectId", "Subject"),
        ("slots", "input.officeId", "Office"),
        ("slots", "input.reschedulingMeetingId", "Meeting"),
    ],
)
async def test_what_there_is_not_cannot_be_followed(house: House, name: str, path: str, kind: str) -> None:
    document, variables = BASES[name]
    if kind in ("Agent", "Service"):
        variables = TARGETS
    before = await contents()
    for title, id in ids_of(kind):
        told = await refusal(house.clients["anna"], document, changed(variables, path, id))
        assert told["code"] == "BAD_REQUEST", (title, told)
        assert told.get("refusal", "NOT_FOUND") == "NOT_FOUND", (title, told)
    assert await contents() == before
    assert house.clients["anna"].world.hub.topics == house.clients["anna"].world.slot_feeds.feeds == 0


@pytest.mark.parametrize(
    ("path", "values"),
    [("input.from", NO_DATES), ("input.to", NO_DATES), ("input.timeZone", NO_ZONES), ("input.link", NO_TOKENS)],
)
async def test_slots_are_not_followed_by_what_cannot_be_meant(
    house: House, public: Client, path: str, values: list[Any]
) -> None:
    document, variables = BASES["slots"]
    for value in values:
        told = await refusal(public, document, changed(variables, path, value))
        assert told["code"] == "BAD_REQUEST", (value, told)
    assert public.world.slot_feeds.feeds == 0


async def test_a_meeting_is_not_followed_by_a_token_of_none(house: House, public: Client) -> None:
    for token in NO_TOKENS:
        told = await refusal(public, MEETING_EVENTS, {"token": token})
        assert told["code"] == "UNAUTHENTICATED", (token, told)


@pytest.mark.parametrize("name", ["conversation", "meeting", "inbox"])
async def test_a_cursor_of_nowhere_is_told_so(house: House, name: str) -> None:
    document, variables = BASES[name]
    given = {**variables, "id": house.ids[name]} if "id" in variables else variables
    for cursor in NO_CURSORS:
        async with house.clients["anna"].follow(document, **given, after=cursor) as feed:
            event = await feed.next()
            assert (event["__typename"], event["reason"]) == ("Resync", "UNKNOWN_CURSOR"), cursor


async def test_slots_by_a_cursor_of_nowhere_are_told_of_every_day(house: House, public: Client) -> None:
    for cursor in NO_CURSORS:
        async with public.follow(FOLLOW, input=SLOTS, after=cursor) as feed:
            assert len((await feed.next())["days"]) == 5, cursor
