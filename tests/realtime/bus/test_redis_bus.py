"""What can go wrong between a process and Redis, provoked on a real one."""

import asyncio
import logging

import pytest

from realtime.bus import RedisBus
from realtime.events import Hint
from tests.realtime.bus.conftest import IMPATIENT, Ear, Lines, listen, running
from tests.realtime.bus.servers import OwnRedis
from tests.realtime.bus.waiting import eventually, soon


async def test_a_topic_is_subscribed_once_from_its_first_listener_to_its_last(lines: Lines) -> None:
    _, first = await listen(lines.here, "t")
    _, second = await listen(lines.here, "t")
    assert await lines.admin.pubsub_numsub(f"{lines.prefix}t") == [(f"{lines.prefix}t".encode(), 1)]
    first.leave()
    await listen(lines.here, "u")
    await eventually(lambda: lines.have({"t", "u"}))
    second.leave()
    await eventually(lambda: lines.have({"u"}))


async def test_thousands_of_topics_share_one_connection(lines: Lines) -> None:
    memberships = [lines.here.join(f"t:{n}", Ear()) for n in range(3000)]
    await soon(asyncio.gather(*(membership.live() for membership in memberships)))
    assert len(await lines.topics()) == 3000
    assert len(await lines.listening()) == 1
    for membership in memberships:
        membership.leave()
    await eventually(lambda: lines.have(set()))


async def test_cancelled_joins_leave_no_subscription_in_redis(lines: Lines) -> None:
    for _ in range(20):
        tasks = [asyncio.create_task(lines.here.join(f"t:{n}", Ear()).live()) for n in range(10)]
        memberships = [lines.here.join(f"u:{n}", Ear()) for n in range(10)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for membership in memberships:
            membership.leave()
    ear, _ = await listen(lines.here, "still")
    await eventually(lambda: lines.have({"still", *(f"t:{n}" for n in range(10))}))
    assert ear.missed == 1


async def test_after_a_cut_connection_every_topic_is_heard_again_and_told_that_it_may_have_missed(
    lines: Lines,
) -> None:
    joined = [await listen(lines.here, f"t:{n}") for n in range(20)]
    for _ in range(3):
        for ear, _ in joined:
            ear.heard.clear()
        await lines.cut()
        await eventually(lambda: all(ear.missed == 1 for ear, _ in joined))
        await lines.there.publish([Hint(f"t:{n}", 8) for n in range(20)])
        await eventually(lambda: all(ear.hints == [8] for ear, _ in joined))


async def test_messages_that_are_none_of_ours_are_ignored(lines: Lines) -> None:
    ear, _ = await listen(lines.here, "t")
    for garbage in (b"", b"-1", b"1e9", b"{}", b"9" * 30, "٣".encode()):
        await lines.admin.publish(f"{lines.prefix}t", garbage)
    await lines.there.publish([Hint("t", 4)])
    await eventually(lambda: bool(ear.hints))
    assert ear.hints == [4]


async def test_hints_reach_the_own_process_without_redis(server: OwnRedis) -> None:
    bus, ear = RedisBus(server.url), Ear()
    async with running(bus):
        bus.join("t", ear)
        await bus.publish([Hint("t", 1)])
        assert ear.hints == [1]
        assert not bus.healthy


async def test_a_bus_that_starts_before_redis_goes_live_when_redis_comes(server: OwnRedis) -> None:
    here, there = RedisBus(server.url), RedisBus(server.url)
    async with running(here, there):
        ear = Ear()
        membership = here.join("t", ear)
        await there.publish([Hint("t", 9)])
        await server.start()
        await soon(membership.live())
        await eventually(lambda: here.healthy and there.healthy)
        await there.publish([Hint("t", 10)])
        await eventually(lambda: 10 in ear.hints)


async def test_a_restarted_redis_is_found_again_and_the_outage_logged_once(
    server: OwnRedis, caplog: pytest.LogCaptureFixture
) -> None:
    await server.start()
    here, there = RedisBus(server.url), RedisBus(server.url)
    async with running(here, there):
        ear, _ = await listen(here, "t")
        with caplog.at_level(logging.WARNING):
            server.stop()
            await eventually(lambda: not here.healthy)
            for seq in range(1, 50):
                await there.publish([Hint("t", seq)])
                await there.publish_ephemeral("t", b"%d" % seq)
                await asyncio.sleep(0)
            await eventually(lambda: not there.healthy)
            await server.start()
            await eventually(lambda: here.healthy and there.healthy and ear.missed == 2)
        await there.publish([Hint("t", 50)])
        await eventually(lambda: 50 in ear.hints)
    away = [record.getMessage() for record in caplog.records if "is away" in record.getMessage()]
    assert sorted(line.partition(" is")[0] for line in away) == [
        "Redis (listening)",
        "Redis (listening)",
        "Redis (publishing)",
    ]


async def test_a_redis_that_falls_silent_counts_as_away_until_it_speaks_again(server: OwnRedis) -> None:
    await server.start()
    bus = RedisBus(server.url, timings=IMPATIENT)
    async with running(bus):
        ear, _ = await listen(bus, "t")
        server.freeze()
        await eventually(lambda: not bus.healthy)
        server.thaw()
        await eventually(lambda: bus.healthy and ear.missed >= 2)


async def gone(lines: Lines) -> bool:
    return not await lines.connected()


async def test_a_stopped_bus_says_its_last_words_and_leaves_no_task_or_connection(
    lines: Lines,
) -> None:
    ear, _ = await listen(lines.there, "t")
    before = asyncio.all_tasks()
    await lines.here.publish([Hint("t", 6)])
    await lines.here.stop()
    await eventually(lambda: ear.hints == [6])
    assert {task.get_name() for task in before - asyncio.all_tasks()} >= {"bus: listen", "bus: publish"}
    await eventually(lambda: gone(lines))


async def test_what_is_said_on_a_connection_that_redis_has_closed_is_said_on_a_new_one(
    lines: Lines, caplog: pytest.LogCaptureFixture
) -> None:
    ear, _ = await listen(lines.there, "t")
    await listen(lines.here, "u")  # by that Redis knows the other connection apart
    for seq in (1, 2):
        await lines.here.publish([Hint("t", seq)])
        await lines.here.publish_ephemeral("t", b"%d" % seq)
        await eventually(lambda seq=seq: seq in ear.hints and b"%d" % seq in ear.payloads)  # type: ignore[misc]
        saying = await lines.saying()
        assert len(saying) == 1
        await lines.admin.client_kill_filter(_id=saying[0])
    assert lines.here.healthy
    assert not [one for one in caplog.records if "publishing" in one.getMessage()]


async def test_what_is_published_while_much_is_on_its_way_is_taken_in_order(lines: Lines) -> None:
    ear, _ = await listen(lines.there, "t")
    for number in range(900):
        await lines.here.publish_ephemeral("t", b"%d" % number)
        if not number % 300:
            await asyncio.sleep(0)
    await eventually(lambda: len(ear.payloads) == 900)
    assert ear.payloads == [b"%d" % number for number in range(900)]
