"""Clients that follow feeds whatever happens, those who write meanwhile, and what is wrong with what a client has."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Any

import aiohttp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from realtime.cursors import Cursors
from tests.journeys.clients import Person
from tests.journeys.installation import Installation
from tests.journeys.test_main_job import SAY

HEAR = """subscription($id: ID!, $after: String) { conversationEvents(conversationId: $id, after: $after) {
  __typename ... on FeedEvent { cursor } ... on Resync { cursor reason } } }"""
HEAR_INBOX = """subscription($after: String) { inboxEvents(after: $after) {
  __typename ... on FeedEvent { cursor } ... on Resync { cursor reason } } }"""


def faults(expected: Sequence[int], received: Sequence[int]) -> list[str]:
    """What is wrong with what a client was given: nothing, where it is what it should be, each once and in order."""
    counts = Counter(received)
    missing = [seq for seq in expected if seq not in counts]
    foreign = sorted(counts.keys() - set(expected))
    return [
        *(f"{seq} is missing" for seq in missing),
        *(f"{seq} is not for them" for seq in foreign),
        *(f"{seq} came {times} times" for seq, times in counts.items() if times > 1),
        *(f"{after} came after {before}" for before, after in pairwise(received) if after < before),
    ]


@dataclass
class Reader:
    """A client that follows a feed at whichever process answers, and comes back with its last cursor whenever its line
    is cut."""

    token: str | None
    query: str
    variables: dict[str, Any]
    topic: str
    cursors: Cursors
    dice: random.Random
    start: int | None = None
    received: list[int] = field(default_factory=list)
    resyncs: list[str] = field(default_factory=list)
    lines: int = 0
    _cursor: str = ""
    _socket: ClientConnection | None = None

    async def read(self, webs: Sequence[Installation]) -> None:
        """For ever."""
        while True:
            with suppress(OSError, WebSocketException, TimeoutError):
                await self._follow(self.dice.choice([web for web in webs if web.runs]))
            await asyncio.sleep(
                self.dice.random() / 10
            )  # as clients are asked to, so that they do not come in step

    def cut(self) -> None:
        """Gone without a word, as a lost network is."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def _follow(self, web: Installation) -> None:
        address = web.address.replace("http", "ws", 1) + "/graphql"
        async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
            self._socket = socket
            payload = {"authorization": f"Bearer {self.token}"}
            await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
            asked = {"query": self.query, "variables": {**self.variables, "after": self._cursor}}
            assert json.loads(await socket.recv()) == {"type": "connection_ack"}
            self.lines += 1
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": asked}))
            async for message in socket:
                self._hear(json.loads(message))

    def _hear(self, message: dict[str, Any]) -> None:
        assert message["type"] == "next" and "errors" not in message["payload"], message
        [event] = message["payload"]["data"].values()
        if "cursor" not in event:
            return
        seq = self.cursors.read(event["cursor"], topic=self.topic)
        assert seq is not None, event
        self._cursor = event["cursor"]
        if event["__typename"] == "Resync" and self.start is None:
            self.start = seq
        elif event["__typename"] == "Resync":
            self.resyncs.append(event["reason"])
        else:
            self.received.append(seq)


@dataclass
class Writer:
    """Somebody who goes on writing into conversations, at one process or another."""

    people: Sequence[tuple[Person, str]]
    dice: random.Random
    written: int = 0
    is_done: bool = False
    _numbers: count[int] = field(default_factory=count)

    async def write(self, webs: Sequence[Installation]) -> None:
        """Until it is done. What a killed process has left unanswered is left at that."""
        while not self.is_done:
            person, conversation = self.dice.choice(self.people)
            web = self.dice.choice([web for web in webs if web.runs])
            at = Person(person.session, web.address, person.token)
            with suppress(aiohttp.ClientError):
                said = await at.take(
                    SAY, input={"conversationId": conversation, "text": f"{next(self._numbers)}"}
                )
                self.written += said["message"] is not None
