"""Writers and clients of a storm: they come, go and come back while everything fails, and what they are owed."""

import asyncio
import random

from realtime.bus import Bus
from realtime.events import Audience
from realtime.feed import Event
from tests.realtime.bus.waiting import eventually
from tests.realtime.hub.conftest import Client, House
from tests.realtime.hub.ledger import Ledger

TOPICS = ("conversation:1", "conversation:2", "inbox:1")


def for_guests(event: Event) -> bool:
    return event.audience is Audience.EVERYONE


def owed(ledger: Ledger, client: Client) -> list[int]:
    return [event.seq for event in ledger.rows[client.topic] if client.accept(event)]


async def all_served(home: House, clients: list[Client]) -> None:
    await eventually(lambda: all(client.seqs == owed(home.ledger, client) for client in clients))
    assert not any(client.resyncs for client in clients)


async def come_back(client: Client) -> None:
    """Drop the connection, and come back with the cursor of the last event received."""
    await client.leave()
    client.come(client.seqs[-1] if client.seqs else 0)


class Writers:
    """Several writers that commit and publish side by side, at moments of the dice's choice."""

    def __init__(self, ledger: Ledger, bus: Bus, dice: random.Random) -> None:
        self._ledger = ledger
        self._bus = bus
        self._dice = dice

    async def run(self, *, writers: int, events: int) -> None:
        await asyncio.gather(*(self._write(events) for _ in range(writers)))

    async def _write(self, events: int) -> None:
        for _ in range(events):
            audience = self._dice.choice(list(Audience))
            topic, count, along = (
                self._dice.choice(TOPICS),
                self._dice.choice([1, 1, 3]),
                self._dice.choice([True, False]),
            )
            hint = self._ledger.write(topic, count, audience=audience, along=along)
            await self._pause()
            await self._bus.publish([hint])
            await self._pause()

    async def _pause(self) -> None:
        for _ in range(self._dice.randrange(6)):
            await asyncio.sleep(0)
