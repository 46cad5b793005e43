"""Nothing lost, nothing twice, nothing out of order: while hints, the store and the subscribers come and go."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realtime.bus import Bus, MemoryBus, RedisBus
from realtime.events import Audience, Hint
from realtime.feed import Event, Resync, ResyncReason
from tests.realtime.bus.conftest import Lines, lines, running, server
from tests.realtime.bus.servers import OwnRedis
from tests.realtime.bus.waiting import eventually
from tests.realtime.hub.conftest import NO_SWEEP, QUICK, Client, House, everything, house, nth
from tests.realtime.hub.faults import FaultyBus
from tests.realtime.hub.ledger import Ledger

__all__ = ["lines", "server"]

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
            hint = self._ledger.write(
                self._dice.choice(TOPICS), self._dice.choice([1, 1, 3]), audience=audience
            )
            await self._pause()
            await self._bus.publish([hint])
            await self._pause()

    async def _pause(self) -> None:
        for _ in range(self._dice.randrange(6)):
            await asyncio.sleep(0)


@pytest.mark.parametrize("seed", range(8))
async def test_every_subscriber_gets_each_event_once_while_everything_fails(seed: int) -> None:
    dice = random.Random(seed)
    async with house(bus=FaultyBus(dice)) as home:
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


async def test_an_outage_of_the_store_delays_events_and_loses_none(home: House) -> None:
    home.ledger.write("t", 10)
    live = home.client("t")
    await eventually(lambda: len(live.seqs) == 10)
    home.ledger.down = True
    late = home.client("t", after=4)
    for _ in range(5):
        await home.tell("t")
    failures = home.ledger.failures
    await eventually(lambda: home.ledger.failures >= failures + 6)
    assert len(live.seqs) == 10 and late.items == []
    home.ledger.down = False
    await eventually(lambda: live.seqs == list(range(1, 16)) and late.seqs == list(range(5, 16)))


async def test_a_store_that_never_answers_is_given_up_and_asked_again() -> None:
    class Hanging(Ledger):
        hung = 0

        async def read(self, topic: str, *, after: int, limit: int) -> Sequence[Event]:
            if self.hung < 3:
                self.hung += 1
                await asyncio.Event().wait()
            return await super().read(topic, after=after, limit=limit)

    ledger = Hanging()
    ledger.write("t", 3)
    limits = replace(QUICK, store_seconds=0.05)
    async with house(ledger, limits=limits) as home:
        client = home.client("t")
        await eventually(lambda: client.seqs == [1, 2, 3])
        assert ledger.hung == 3


async def test_live_rows_removed_before_they_were_read_are_told_of(unswept: House) -> None:
    client = unswept.client("t")
    await unswept.tell("t")
    await eventually(lambda: client.seqs == [1])
    unswept.ledger.write("t", 30)
    unswept.ledger.forget("t", floor=20)
    await unswept.tell("t")
    await eventually(lambda: client.resyncs == [("TOO_OLD", 32)])
    await unswept.tell("t")
    await eventually(lambda: client.seqs == [1, 33])


async def test_a_database_set_back_to_an_earlier_time_is_told_of(home: House) -> None:
    home.ledger.write("t", 20)
    client = home.client("t", after=10)
    await eventually(lambda: len(client.seqs) == 10)
    home.ledger.restore("t", head=15)
    await eventually(lambda: client.resyncs == [("UNKNOWN_CURSOR", 15)])
    await home.tell("t")
    await eventually(lambda: client.seqs == [*range(11, 21), 16])


async def test_a_database_set_back_under_a_replay_is_told_of(home: House) -> None:
    home.ledger.write("t", 20)
    live = home.client("t", after=19)
    await eventually(lambda: live.seqs == [20])
    replaying = home.hub.subscribe("t", after=0, accept=everything)
    first = await nth(replaying, 7)
    home.ledger.restore("t", head=3)
    await eventually(lambda: live.resyncs == [("UNKNOWN_CURSOR", 3)])
    assert await nth(replaying, 1) == [Resync("t", ResyncReason.UNKNOWN_CURSOR, 3)]
    await home.tell("t")
    [item] = await nth(replaying, 1)
    await replaying.aclose()
    assert [i.seq for i in [*first, item] if isinstance(i, Event)] == [1, 2, 3, 4, 5, 6, 7, 4]
    await eventually(lambda: live.seqs == [20, 4])


async def test_rows_read_before_the_database_was_set_back_are_not_given_after_it() -> None:
    class Slow(Ledger):
        gate = asyncio.Event()

        async def read(self, topic: str, *, after: int, limit: int) -> Sequence[Event]:
            rows = await super().read(topic, after=after, limit=limit)
            await self.gate.wait()
            return rows

    ledger = Slow()
    ledger.write("t", 10)
    async with house(ledger) as home:
        client = home.client("t", after=10)
        await eventually(lambda: len(ledger.sweeps) >= 2)
        await home.tell("t", 2)
        await eventually(lambda: ledger.reads["t"] == 1)
        ledger.restore("t", head=8)
        await eventually(lambda: client.resyncs == [("UNKNOWN_CURSOR", 8)])
        ledger.gate.set()
        await home.tell("t")
        await eventually(lambda: client.seqs == [9])
        assert len(client.resyncs) == 1


async def test_a_hint_that_promises_too_much_is_forgotten(unswept: House) -> None:
    client = unswept.client("t")
    await unswept.tell("t")
    await eventually(lambda: client.seqs == [1])
    await unswept.bus.publish([Hint("t", 10**6)])
    await unswept.tell("t")
    late = unswept.client("t")
    await eventually(lambda: client.seqs == late.seqs == [1, 2])
    await eventually(lambda: unswept.hub._topics["t"].known == 2)
    await unswept.tell("t")
    await eventually(lambda: client.seqs == late.seqs == [1, 2, 3])


Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["write", "hint", "stale", "come", "guest", "back", "gone", "down", "up", "turn"]),
        st.integers(0, 11),
    ),
    max_size=60,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_whatever_happens_in_whatever_order_the_feed_is_whole(steps: list[Step]) -> None:
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(_play(steps))
    finally:
        loop.close()


async def _play(steps: list[Step]) -> None:
    async with house(bus=MemoryBus()) as home:
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
            self._hints.append(home.ledger.write(topic, number + 1, audience=audience))
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


async def served_over(
    here: RedisBus, there: RedisBus, *, trouble: Callable[[], Awaitable[None]], until: Callable[[], bool]
) -> None:
    """Two processes on one store: events flow from `there` to clients `here` while there is trouble with Redis."""
    ledger, dice = Ledger(), random.Random(1)
    async with house(ledger, bus=here) as home:
        clients = [home.client(topic, accept=accept) for topic in TOPICS for accept in (everything, for_guests)]
        await eventually(lambda: home.hub.subscribers == len(clients))
        while not until():
            await Writers(ledger, there, dice).run(writers=3, events=10)
            await trouble()
            await come_back(dice.choice(clients))
        await all_served(home, clients)


async def test_cut_redis_connections_lose_no_event(lines: Lines) -> None:
    cuts = 0

    async def cut() -> None:
        nonlocal cuts
        cuts += len(await lines.listening())
        await lines.cut()

    await served_over(lines.here, lines.there, trouble=cut, until=lambda: cuts >= 10)


async def test_a_redis_that_dies_and_comes_back_loses_no_event(server: OwnRedis) -> None:
    await server.start()
    here, there = RedisBus(server.url), RedisBus(server.url)
    turns = iter(range(100))
    restarts = 0

    async def restart() -> None:
        nonlocal restarts
        if next(turns) % 2 == 0:
            server.stop()
        else:
            await server.start()
            restarts += 1

    async with running(here, there):
        await served_over(here, there, trouble=restart, until=lambda: restarts >= 3)
        await eventually(lambda: here.healthy and there.healthy)


async def test_what_happened_while_redis_was_away_arrives_when_it_is_back_without_any_sweep(
    server: OwnRedis,
) -> None:
    await server.start()
    bus, ledger = RedisBus(server.url), Ledger()
    async with running(bus), house(ledger, bus=bus, limits=NO_SWEEP) as home:
        await eventually(lambda: bus.healthy)
        client = home.client("t")
        await eventually(lambda: bool(ledger.sweeps))
        server.stop()
        await eventually(lambda: not bus.healthy)
        ledger.write("t", 5)
        await server.start()
        await eventually(lambda: client.seqs == [1, 2, 3, 4, 5])


async def test_without_redis_a_new_subscriber_is_served_by_the_sweep(server: OwnRedis) -> None:
    bus, ledger = RedisBus(server.url), Ledger()
    ledger.write("t", 3)
    async with running(bus), house(ledger, bus=bus) as home:
        client = home.client("t")
        await eventually(lambda: client.seqs == [1, 2, 3])
        ledger.write("t")
        await eventually(lambda: client.seqs == [1, 2, 3, 4])


async def test_a_hint_through_redis_arrives_without_any_sweep(lines: Lines) -> None:
    async with house(bus=lines.here, limits=NO_SWEEP) as home:
        client = home.client("t")
        await eventually(lambda: bool(home.ledger.sweeps))
        for seq in range(1, 20):
            await lines.there.publish([home.ledger.write("t")])
            await received(client, seq)
    await eventually(lambda: lines.have(set()))


async def received(client: Client, seq: int) -> None:
    await eventually(lambda: client.seqs[-1:] == [seq])
