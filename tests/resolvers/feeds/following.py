"""Who follows a feed, from the beginning or from where they were."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.resolvers import conftest
from tests.resolvers.conftest import Client, Talk
from tests.resolvers.documents import (
    CONVERSATION_EVENTS,
    INBOX_EVENTS,
)


class Follower:
    """Who follows a feed, and has heard everything up to its cursor."""

    def __init__(self, feed: conftest.Feed, cursor: str) -> None:
        self._feed = feed
        self.cursor = cursor

    async def next(self) -> dict[str, Any]:
        """The next event of the feed; what is of the moment is passed over."""
        while "cursor" not in (event := await self._feed.next()):
            continue
        self.cursor = event["cursor"]
        return event

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """The events up to the next one of a kind, with it."""
        heard = [await self.next()]
        while heard[-1]["__typename"] != kind:
            heard.append(await self.next())
        return heard


@asynccontextmanager
async def inbox(client: Client, after: str = "") -> AsyncIterator[Follower]:
    async with following(client, INBOX_EVENTS, after=after) as follower:
        yield follower


@asynccontextmanager
async def conversation(client: Client, talk: Talk, after: str = "") -> AsyncIterator[Follower]:
    async with following(client, CONVERSATION_EVENTS, id=talk.id, after=after) as follower:
        yield follower


@asynccontextmanager
async def following(client: Client, query: str, *, after: str, **variables: Any) -> AsyncIterator[Follower]:
    """Subscribe as a client does that begins (with no cursor, so that it has a Resync first) or comes back."""
    async with client.follow(query, after=after, **variables) as feed:
        follower = Follower(feed, after)
        if not after:
            began = await follower.next()
            assert (began["__typename"], began["reason"]) == ("Resync", "UNKNOWN_CURSOR")
        yield follower


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["__typename"] for event in events]
