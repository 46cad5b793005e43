"""Nothing lost, nothing twice, nothing out of order: while hints, the store and the subscribers come and go."""

import asyncio
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime.events import Audience, Hint
from tests.realtime.bus.conftest import running
from tests.realtime.hub.conftest import Client, House, everything, house
from tests.realtime.hub.faults import FaultyBus
from tests.realtime.hub.storms import TOPICS, Writers, all_served, come_back, for_guests


@pytest.mark.parametrize("seed", range(8))
async def test_every_subscriber_gets_each_event_once_while_everything_fails(seed: int) -> None:
    dice = random.Random(seed)
    faulty = FaultyBus(dice)
    async with running(faulty), house(bus=faulty) as home:
        clients: list[Client] = []
        writing = asyncio.create_task(Writers(home.ledger, home.bus, dice).run(writers=4, events=120))
        while not writing.done():
            match dice.randrange(6):
                case 0 if len(clients) < 60:
                    accept = dice.choice([everything, for_guests])
                    clients.append(home.client(dice.choice(TOPICS), accept=accept))
                case 1 if clients:
                    await come_back(dice.choice(clients))
                case 2:
                    home.ledger.down = dice.random() < 0.3
            await asyncio.sleep(0)
        home.ledger.down = False
        await writing
        await all_served(home, clients)
        assert len(clients) > 10


Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["write", "hint", "stale", "come", "guest", "back", "gone", "down", "up", "turn"]),
        st.integers(0, 11),
    ),
    max_size=60,
)


@settings(max_examples=80)
@given(steps=STEPS)
def test_whatever_happens_in_whatever_order_the_feed_is_whole(steps: list[Step]) -> None:
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(_play(steps))
    finally:
        loop.close()


async def _play(steps: list[Step]) -> None:
    async with house() as home:
        script = Script(home)
        for verb, number in steps:
            await script.do(verb, number)
        home.ledger.down = False
        await all_served(home, script.clients)


class Script:
    """What the steps of an example mean."""

    def __init__(self, home: House) -> None:
        self._home = home
        self._hints = [Hint(TOPICS[0], 0)]
        self.clients: list[Client] = []

    async def do(self, verb: str, number: int) -> None:
        home, topic = self._home, TOPICS[number % 3]
        if verb == "write":
            audience = Audience.AGENTS if number % 2 else Audience.EVERYONE
            hint = home.ledger.write(topic, number + 1, audience=audience, along=number % 4 < 2)
            self._hints.append(hint)
        elif verb in ("hint", "stale"):
            await home.bus.publish([self._hints[-1 if verb == "hint" else number % len(self._hints)]])
        elif verb in ("come", "guest"):
            self.clients.append(home.client(topic, accept=everything if verb == "come" else for_guests))
        elif verb in ("back", "gone") and self.clients:
            await self._move(verb, self.clients[number % len(self.clients)])
        elif verb in ("down", "up"):
            home.ledger.down = verb == "down"
        for _ in range(number):
            await asyncio.sleep(0)

    async def _move(self, verb: str, client: Client) -> None:
        if verb == "back":
            await come_back(client)
        else:
            await client.leave()
            self.clients.remove(client)
