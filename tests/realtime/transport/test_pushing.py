"""Whoever waits for nothing but the next event is told of it directly: never another thing, order or time than by their
own task."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from realtime.feed import Event
from realtime.hub import Accept
from tests.realtime.hub.conftest import NO_SWEEP, house
from tests.realtime.transport.newsstand import TOPIC, Socket, Stand, opened, stand_in
from tests.realtime.transport.serving import until
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    async with a_stand() as stand:
        yield stand


@asynccontextmanager
async def a_stand() -> AsyncIterator[Stand]:
    async with house(limits=NO_SWEEP) as home, stand_in(home) as stand:
        yield stand


async def all_live(stand: Stand) -> None:
    """Everyone has caught up, and sleeps."""
    await until(lambda: stand.hub.live == len(stand.readers))
    for _ in range(5):
        await asyncio.sleep(0)


async def tell(stand: Stand, count: int = 1) -> int:
    return (await stand.home.tell(TOPIC, count)).seq


async def everyone_heard(stand: Stand, *seqs: int) -> None:
    await until(lambda: all(reader.seqs == list(seqs) for reader in stand.readers.values()))


async def test_who_sleeps_is_told_by_one_execution_and_sleeps_on(stand: Stand) -> None:
    for name in "abcde":
        stand.comes(name)
    await all_live(stand)
    for seq in (1, 2, 3):
        await tell(stand)
        await everyone_heard(stand, *range(1, seq + 1))
    assert [said for _, said in stand.executed] == ["1", "2", "3"]
    assert stand.pulled == []


async def test_of_several_at_once_each_is_told_in_order_by_one_execution(stand: Stand) -> None:
    for name in "abc":
        stand.comes(name)
    await all_live(stand)
    await tell(stand, 12)
    await everyone_heard(stand, *range(1, 13))
    assert [said for _, said in stand.executed] == [str(seq) for seq in range(1, 13)]
    assert stand.pulled == []


async def test_what_happens_while_it_is_executed_is_told_next(stand: Stand) -> None:
    for name in "abc":
        stand.comes(name)
    await all_live(stand)
    stand.hold("1")
    for _ in range(4):
        await tell(stand)
    await until(lambda: stand.executed)
    assert not stand.readers["a"].heard
    stand.gates["1"].set()
    await everyone_heard(stand, 1, 2, 3, 4)
    assert len(stand.executed) == 4 and stand.pulled == []


async def test_who_pulls_joins_what_is_pushed_and_hears_the_same_in_the_same_order(stand: Stand) -> None:
    def odd(event: Event) -> bool:
        return event.seq % 2 == 1

    stand.comes("pushed")
    stand.comes("pulled", direct=lambda event: False)
    stand.comes("mixed", direct=odd)
    stand.comes("mixed, too", direct=lambda event: not odd(event))
    await all_live(stand)
    await tell(stand, 3)
    await tell(stand, 4)
    await everyone_heard(stand, *range(1, 8))
    assert all(stand.executions(str(seq)) <= 2 for seq in range(1, 8))
    assert {seq for name, seq in stand.pulled if name == "pulled"} == {str(seq) for seq in range(1, 8)}
    assert "pushed" not in {name for name, _ in stand.pulled}
    assert ("mixed", "2") in stand.pulled and ("mixed, too", "1") in stand.pulled


async def test_who_does_not_accept_it_is_not_told(stand: Stand) -> None:
    stand.comes("all")
    stand.comes("few", accept=lambda event: event.seq > 2)
    await all_live(stand)
    await tell(stand, 3)
    await until(lambda: stand.readers["few"].seqs == [3] and stand.readers["all"].seqs == [1, 2, 3])
    assert stand.pulled == []


async def test_what_is_of_the_moment_keeps_its_place(stand: Stand) -> None:
    for name in "ab":
        stand.comes(name)
    await all_live(stand)
    stand.hold("1")
    await tell(stand)
    await until(lambda: stand.executed)
    await stand.home.bus.publish_ephemeral(TOPIC, b"typing")
    await tell(stand)
    stand.gates["1"].set()
    await until(lambda: all(one.heard == ["1", "typing", "2"] for one in stand.readers.values()))
    assert stand.executions("1") == 1


async def test_who_leaves_while_it_is_executed_takes_nobody_with_them(stand: Stand) -> None:
    for name in "abc":
        stand.comes(name)
    await all_live(stand)
    stand.hold("1")
    await tell(stand)
    await until(lambda: stand.executed)
    first = stand.executed[0][0]
    left = stand.readers.pop(first)
    await left.leave()
    stand.gates["1"].set()
    await everyone_heard(stand, 1)
    assert left.heard == [] and len(stand.executed) == 1


async def test_when_all_have_left_the_execution_ends(stand: Stand) -> None:
    for name in "abc":
        stand.comes(name)
    await all_live(stand)
    before = asyncio.all_tasks()
    stand.hold("1")
    await tell(stand)
    await until(lambda: stand.executed)
    for reader in stand.readers.values():
        await reader.leave()
    await until(lambda: stand.ended == ["1"])
    await until(lambda: not asyncio.all_tasks() - before)


async def test_who_loses_their_right_while_it_is_executed_hears_nothing(stand: Stand) -> None:
    for name in "ab":
        stand.comes(name)
    await all_live(stand)
    stand.hold("1")
    await tell(stand)
    await until(lambda: stand.executed)
    stand.readers["a"].lose_right()
    await until(lambda: stand.readers["a"].errors)
    stand.gates["1"].set()
    await until(lambda: stand.readers["b"].seqs == [1])
    assert stand.readers["a"].heard == []
    assert stand.readers["a"].errors[0]["message"] == "No longer yours."


async def test_who_loses_their_right_as_it_is_there_hears_nothing(stand: Stand) -> None:
    for name in "ab":
        stand.comes(name)
    await all_live(stand)
    stand.hold("1")
    await tell(stand)
    await until(lambda: stand.executed)
    stand.gates["1"].set()
    stand.readers["a"].lose_right()
    await until(lambda: stand.readers["b"].seqs == [1] and stand.readers["a"].errors)
    assert stand.readers["a"].heard == []


async def test_who_becomes_another_while_it_is_executed_is_told_what_they_may_see_now(stand: Stand) -> None:
    for name in "ab":
        stand.comes(name, query="subscription { news { told: role wait: told } }")
    await all_live(stand)
    stand.hold("1")
    await tell(stand)
    await until(lambda: stand.executed)
    stand.readers["a"].becomes("guest")
    stand.gates["1"].set()
    await until(lambda: all(reader.heard for reader in stand.readers.values()))
    assert stand.readers["a"].heard == ["guest"] and stand.readers["b"].heard == ["agent"]
    assert stand.executions("1") == 2


async def test_who_takes_it_themselves_and_becomes_another_meanwhile_is_told_what_they_may_see_now(
    stand: Stand,
) -> None:
    reader = stand.comes(
        "a", direct=lambda event: False, query="subscription { news { told: role wait: told } }"
    )
    await all_live(stand)
    stand.hold("1")
    await tell(stand)
    await until(lambda: stand.executed)
    reader.becomes("guest")
    stand.gates["1"].set()
    await until(lambda: reader.heard)
    assert reader.heard == ["guest"]
    assert stand.executions("1") == 2


async def test_who_became_another_is_told_what_they_may_see_now_and_nobody_else_is_told_that(
    stand: Stand,
) -> None:
    for name in "abc":
        stand.comes(name, query="subscription { news { told: role wait: told } }")
    await all_live(stand)
    for said in ("1", "2", "3"):
        await tell(stand)
        await until(lambda: all(len(reader.heard) == int(said) for reader in stand.readers.values()))  # noqa: B023
        stand.readers["a"].becomes("guest")
    assert stand.readers["a"].heard == ["agent", "guest", "guest"]
    assert stand.readers["b"].heard == stand.readers["c"].heard == ["agent"] * 3
    assert stand.pulled == []


async def test_who_shares_nothing_is_told_by_their_own_task(stand: Stand) -> None:
    for name in "ab":
        stand.comes(name, query="subscription { news { told alone } }")
    await all_live(stand)
    await tell(stand)
    await everyone_heard(stand, 1)
    assert stand.executions("1") == len(stand.pulled) == 2


async def test_another_scope_has_another_execution(stand: Stand) -> None:
    for name in "abcd":
        stand.comes(name, query="subscription { news { told: role wait: told } }").role = (
            "guest" if name in "cd" else "agent"
        )
    await all_live(stand)
    await tell(stand)
    await until(lambda: all(reader.heard for reader in stand.readers.values()))
    assert [stand.readers[name].heard for name in "abcd"] == [["agent"]] * 2 + [["guest"]] * 2
    assert stand.executions("1") == 2 and stand.pulled == []


async def test_who_may_have_no_context_any_more_is_refused_alone(stand: Stand) -> None:
    for name in "abc":
        stand.comes(name)
    await all_live(stand)
    await tell(stand)
    await everyone_heard(stand, 1)
    stand.readers["a"].refuses = True
    stand.readers["a"].becomes("agent")
    await tell(stand)
    await until(lambda: stand.readers["a"].errors)
    refused = stand.readers.pop("a")
    await everyone_heard(stand, 1, 2)
    assert refused.seqs == [1] and refused.errors[0]["message"] == "Not any more."


async def test_an_execution_that_fails_is_told_to_all_and_masked_and_they_go_on(stand: Stand) -> None:
    for name in "abc":
        stand.comes(name)
    await all_live(stand)
    stand.broken = "13"
    await tell(stand, 14)
    await until(lambda: all(len(reader.heard) == 14 for reader in stand.readers.values()))
    assert len({tuple(reader.heard) for reader in stand.readers.values()}) == 1
    assert "secret" not in stand.readers["a"].heard[12] and stand.readers["a"].heard[13] == "14"
    assert stand.executions("13") == 1


async def test_an_execution_that_hangs_is_made_anew_by_those_who_waited_and_told_once(stand: Stand) -> None:
    for name in "abc":
        stand.comes(name)
    await all_live(stand)
    stand.hold("1")
    await tell(stand)
    await until(lambda: stand.executions("1") == 1)
    stand.gates["1"] = opened()
    await tell(stand)
    await everyone_heard(stand, 1, 2)
    assert stand.executions("1") == 2 and ("a", "1") in stand.pulled
    await tell(stand)
    await everyone_heard(stand, 1, 2, 3)
    assert ("a", "3") not in stand.pulled


async def test_what_hangs_in_one_topic_holds_up_no_other(stand: Stand) -> None:
    stand.comes("a")
    await all_live(stand)
    stand.hold("1")
    await tell(stand)
    await until(lambda: stand.executed)
    elsewhere = stand.home.client("elsewhere")
    await stand.home.tell("elsewhere", 3)
    await until(lambda: elsewhere.seqs == [1, 2, 3])
    assert stand.readers["a"].heard == []


async def test_who_does_not_read_is_told_no_more_than_one_and_later_the_rest(stand: Stand) -> None:
    slow, quick = stand.comes("slow"), stand.comes("quick")
    slow.socket.stalls_at = 3
    await all_live(stand)
    for seq in range(1, 11):
        await tell(stand)
        await until(lambda: quick.seqs[-1:] == [seq])  # noqa: B023  # it is waited for within
    assert slow.seqs == [1, 2, 3] and slow.socket.unsent == 0
    slow.socket.resume()
    await everyone_heard(stand, *range(1, 11))
    await tell(stand)
    await everyone_heard(stand, *range(1, 12))
    assert ("slow", "11") not in stand.pulled


async def test_who_does_not_read_for_too_long_is_told_so(stand: Stand) -> None:
    slow, quick = stand.comes("slow"), stand.comes("quick")
    slow.socket.stalls_at = 1
    await all_live(stand)
    for seq in range(1, 31):
        await tell(stand)
        await until(lambda: quick.seqs[-1:] == [seq])  # noqa: B023  # it is waited for within
    assert slow.heard == ["1"]
    slow.socket.resume()
    await until(lambda: len(slow.heard) == 2)
    assert slow.heard == ["1", "TOO_SLOW 30"]
    await tell(stand)
    await until(lambda: slow.seqs == [1, 31])


async def test_of_two_operations_on_one_socket_the_second_waits_until_the_first_ones_frame_is_sent(
    stand: Stand,
) -> None:
    socket = Socket()
    socket.stalls_at = 1
    for name in "ab":
        stand.comes(name, socket=socket)
    await all_live(stand)
    await tell(stand, 3)
    await until(lambda: not socket.gate.is_set())
    for _ in range(20):
        await asyncio.sleep(0)
    heard = sorted(reader.seqs for reader in stand.readers.values())
    assert heard[0] == [] and heard[1] == [1] and socket.unsent == 0
    socket.resume()
    await everyone_heard(stand, 1, 2, 3)


@pytest.mark.parametrize("steps", range(0, 60, 3))
async def test_who_catches_up_as_it_happens_is_told_once(stand: Stand, steps: int) -> None:
    stand.comes("there")
    await all_live(stand)
    await tell(stand, 9)
    stand.comes("back", after=0)
    for _ in range(steps):
        await asyncio.sleep(0)
    await tell(stand)
    await tell(stand, 2)
    await everyone_heard(stand, *range(1, 13))


def some(percent: int) -> Accept:
    return lambda event: event.seq * 37 % 100 < percent


async def comes_and_goes(stand: Stand, name: str, *, chance: random.Random) -> list[int]:
    """A client that is cut, stalls and becomes another, up to the hundredth event; what it was told over all its
    connections."""
    heard: list[int] = []
    while not heard or heard[-1] < 100:
        reader = stand.comes(name, after=heard[-1] if heard else 0, direct=some(chance.choice((0, 50, 100))))
        reader.role = chance.choice(("agent", "guest"))
        for _ in range(chance.randrange(400)):
            match chance.randrange(12):
                case 0:
                    reader.socket.stalls_at = 1
                case 1 | 2:
                    reader.socket.resume()
                case 3:
                    reader.becomes(chance.choice(("agent", "guest")))
            await asyncio.sleep(0)
            if reader.seqs[-1:] == [100]:
                break
        await reader.leave()
        assert not any("TOO_SLOW" in one for one in reader.heard)
        heard += reader.seqs
    return heard


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_happens_each_is_told_every_event_once_and_in_order(seed: int) -> None:
    chance = random.Random(seed)

    async def happens(stand: Stand) -> None:
        for _ in range(100):
            await tell(stand)
            if chance.randrange(3) == 0:
                await stand.home.bus.publish_ephemeral(TOPIC, b"typing=%d" % chance.randrange(2))
            for _ in range(chance.randrange(30)):
                await asyncio.sleep(0)

    async with a_stand() as stand:
        clients = [comes_and_goes(stand, f"{n}", chance=random.Random(100 * seed + n)) for n in range(6)]
        async with asyncio.timeout(PATIENCE_SECONDS):
            *told, _ = await asyncio.gather(*clients, happens(stand))
    assert all(seqs == list(range(1, 101)) for seqs in told)
