"""Two processes with Redis between them, while its connections are cut and it dies and comes back."""

import random
from collections.abc import Awaitable, Callable

from realtime.bus import RedisBus
from tests.realtime.bus.conftest import Lines, lines, running, server
from tests.realtime.bus.servers import OwnRedis
from tests.realtime.bus.waiting import eventually
from tests.realtime.hub.conftest import NO_SWEEP, Client, everything, house
from tests.realtime.hub.ledger import Ledger
from tests.realtime.hub.storms import TOPICS, Writers, all_served, come_back, for_guests

__all__ = ["lines", "server"]


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
