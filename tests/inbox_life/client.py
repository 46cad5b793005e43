"""Somebody with a window open: they fetch once, hear what happens, and hold what they know against a fresh fetch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from realtime.events import conversation_topic, inbox_topic
from realtime.feed import Head
from realtime.transport import Rejected
from resolvers import ids
from tests.inbox_life.documents import HEAR_INBOX, HEAR_TALK, INBOX, TALKS
from tests.inbox_life.picture import InboxPicture, Shown, TalkPicture
from tests.resolvers.conftest import Client

Heads = Mapping[str, Head]


async def _heard(client: Client, document: str, **variables: str) -> list[Shown] | None:
    """Everything up to now; None where it is not theirs to hear."""
    events = []
    async with client.follow(document, **variables) as feed:
        try:
            while True:
                events.append(await feed.next())
        except StopAsyncIteration:
            return events
        except Rejected:
            return None


@dataclass(slots=True)
class Reader:
    """Whoever reads conversations: an agent, or a guest; all that they may see, each by its own feed."""

    client: Client
    who: Shown
    talks: dict[str, TalkPicture] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    async def listen(self, heads: Heads) -> dict[str, list[str]]:
        """Hear what has happened in each conversation; the kinds of what was heard."""
        kinds = {}
        for id, picture in list(self.talks.items()):
            topic = _topic(id)
            if heads[topic].seq == self.places[id]:
                continue
            after = self.client.world.cursors.mint(topic, self.places[id])
            events = await _heard(self.client, HEAR_TALK, id=id, after=after)
            self.places[id] = heads[topic].seq
            kinds[id] = [event["__typename"] for event in events or ()]
            for event in events or ():
                picture.hear(event)
        return kinds

    async def check(self, heads: Heads, *, now: datetime) -> None:
        """What they know is what is; and from here on they follow what they have come to see."""
        answer = await self.client.run(TALKS)
        assert not answer.errors, answer.errors
        edges = answer.data["conversations"]["edges"]
        fresh = {edge["node"]["id"]: TalkPicture.of(edge["node"], self.who) for edge in edges}
        for id in self.talks.keys() & fresh.keys():
            known, real = self.talks[id].seen(now=now), fresh[id].seen(now=now)
            for name, value in real.items():
                assert known[name] == value, f"{self.who['name']} missed the {name} of {id}"
            assert _counts(real) == _counts(fresh[id].talk), f"{self.who['name']} counts otherwise in {id}"
        self.talks = fresh
        self.places = {id: heads[_topic(id)].seq for id in fresh}


@dataclass(slots=True)
class Desk:
    """An agent before their inbox."""

    client: Client
    who: Shown
    agent_id: int
    services: frozenset[str]
    picture: InboxPicture | None = None
    place: int = 0

    async def listen(self, heads: Heads) -> list[str]:
        topic, picture = inbox_topic(self.agent_id), self.picture
        head = heads.get(topic, Head()).seq
        if picture is None or head == self.place:
            return []
        after = self.client.world.cursors.mint(topic, self.place)
        events = await _heard(self.client, HEAR_INBOX, after=after)
        self.place = head
        for event in events or ():
            picture.hear(event)
        return [event["__typename"] for event in events or ()]

    async def check(self, heads: Heads, *, now: datetime) -> None:
        answer = await self.client.run(INBOX)
        assert not answer.errors, answer.errors
        fresh = InboxPicture.of(answer.data, self.who, self.services)
        if self.picture is not None:
            known, real = self.picture.seen(now=now), fresh.seen(now=now)
            for id in real.keys() | known.keys():
                assert known.get(id) == real.get(id), f"{self.who['name']}'s inbox missed something of {id}"
        self.picture, self.place = fresh, heads.get(inbox_topic(self.agent_id), Head()).seq


def _topic(id: str) -> str:
    return conversation_topic(ids.decode(id, "Conversation"))


def _counts(shown: Shown) -> Shown:
    """What a client reckons for itself, and the API does, too."""
    return {name: shown[name] for name in ("lastSeq", "lastMessage", "unreadCount")}
