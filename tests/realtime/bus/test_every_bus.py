"""What every bus does, in memory and over Redis."""

import asyncio
import logging
from datetime import UTC, datetime

import pytest

from realtime.bus import Notice
from realtime.events import Audience, Fact, Hint
from tests.realtime.bus.conftest import Ear, Wire, listen
from tests.realtime.bus.waiting import eventually, soon


async def test_a_hint_reaches_every_listener_of_its_topic_and_no_other(wire: Wire) -> None:
    anna, _ = await listen(wire.here, "conversation:1")
    ben, _ = await listen(wire.here, "conversation:1")
    other, _ = await listen(wire.here, "conversation:10")
    await wire.there.publish([Hint("conversation:1", 7), Hint("conversation:10", 8)])
    await eventually(lambda: bool(anna.hints and ben.hints and other.hints))
    assert (anna.hints, ben.hints, other.hints) == ([7], [7], [8])


async def test_what_comes_along_with_a_hint_comes_as_it_was(wire: Wire) -> None:
    ear, _ = await listen(wire.here, "t")
    at = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
    facts = [
        Fact("MESSAGE_ADDED", Audience.EVERYONE, {"message": 2**60}, at),
        Fact("X", Audience.NOBODY, {}, at),
    ]
    await wire.there.publish([Hint("t", 7, facts)])
    await eventually(lambda: ear.hints == [7])
    [hint] = [notice for notice in ear.heard if isinstance(notice, Hint)]
    assert list(hint.facts) == facts and hint.before == 5


async def test_nothing_published_after_joining_is_complete_is_missed(wire: Wire) -> None:
    joined = await soon(asyncio.gather(*(listen(wire.here, f"t:{n}") for n in range(200))))
    await wire.there.publish([Hint(f"t:{n}", n + 1) for n in range(200)])
    await eventually(lambda: all(ear.hints for ear, _ in joined))
    assert [ear.hints for ear, _ in joined] == [[n + 1] for n in range(200)]


async def test_going_live_says_that_something_may_have_been_missed(wire: Wire) -> None:
    ear, _ = await listen(wire.here, "t")
    await eventually(lambda: ear.missed == 1)


async def test_who_leaves_hears_nothing_more_and_who_stays_hears_on(wire: Wire) -> None:
    gone, membership = await listen(wire.here, "t")
    stays, _ = await listen(wire.here, "t")
    membership.leave()
    membership.leave()
    await wire.there.publish([Hint("t", 3)])
    await eventually(lambda: stays.hints == [3])
    assert gone.hints == []


async def hears(ear: Ear, seq: int) -> None:
    await eventually(lambda: seq in ear.hints)


async def test_leaving_and_joining_in_one_breath_hears_on(wire: Wire) -> None:
    _, membership = await listen(wire.here, "t")
    for turn in range(20):
        membership.leave()
        ear, membership = await listen(wire.here, "t")
        await wire.there.publish([Hint("t", turn + 1)])
        await hears(ear, turn + 1)


async def test_an_ephemeral_message_arrives_byte_for_byte_and_only_in_its_topic(wire: Wire) -> None:
    ear, _ = await listen(wire.here, "t")
    other, _ = await listen(wire.here, "u")
    for payload in (b"", b"7", b"~\r\n\x00\xff", "schreibt …".encode()):
        await wire.there.publish_ephemeral("t", payload)
    await wire.there.publish([Hint("u", 1)])
    await eventually(lambda: len(ear.payloads) == 4 and bool(other.hints))
    assert ear.payloads == [b"", b"7", b"~\r\n\x00\xff", "schreibt …".encode()]
    assert ear.hints == [] and other.payloads == []


async def test_a_failing_listener_is_logged_and_does_not_keep_a_hint_from_the_others(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    def stumbles(notice: Notice) -> None:
        raise RuntimeError("stumbled")

    stumbling = wire.here.join("t", stumbles)
    ear, _ = await listen(wire.here, "t")
    await soon(stumbling.live())
    with caplog.at_level(logging.ERROR):
        await wire.there.publish([Hint("t", 1)])
        await eventually(lambda: ear.hints == [1])
    assert "a listener of t failed" in caplog.text


async def test_the_newest_hint_of_a_topic_arrives_at_whatever_moment_it_follows_another(wire: Wire) -> None:
    ear, _ = await listen(wire.here, "t")
    for steps in range(60):
        await wire.there.publish([Hint("t", 2 * steps + 1)])
        for _ in range(steps):
            await asyncio.sleep(0)
        await wire.there.publish([Hint("t", 2 * steps + 2)])
        await hears(ear, 2 * steps + 2)


async def test_publishing_never_waits(wire: Wire) -> None:
    for publishing in (wire.there.publish([Hint("t", 1)]), wire.there.publish_ephemeral("t", b"x")):
        with pytest.raises(StopIteration):
            publishing.send(None)


async def test_a_stopped_bus_is_not_healthy_and_swallows_what_is_published(wire: Wire) -> None:
    ear = Ear()
    wire.here.join("t", ear)
    assert wire.here.healthy
    await wire.here.stop()
    assert not wire.here.healthy
    await wire.here.publish_ephemeral("t", b"x")
    assert ear.payloads == []


async def test_joins_cancelled_at_any_moment_leave_a_bus_that_works(wire: Wire) -> None:
    async def come_and_go(n: int) -> None:
        membership = wire.here.join(f"t:{n % 7}", Ear())
        try:
            await membership.live()
            await asyncio.Event().wait()
        finally:
            membership.leave()

    tasks = [asyncio.create_task(come_and_go(n)) for n in range(300)]
    for n, task in enumerate(tasks):
        if n % 10 == 0:
            await asyncio.sleep(0)
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    ear, _ = await listen(wire.here, "t:3")
    await wire.there.publish([Hint("t:3", 5)])
    await eventually(lambda: ear.hints == [5])
