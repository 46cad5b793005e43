"""What a process keeps: how much, until when, and what it never keeps."""

from __future__ import annotations

from datetime import timedelta
from sys import getsizeof

from models.actor import Public
from models.agent.agent import Agent
from models.availability.engine import Request, ask_engine
from models.availability.memory import Kept, Memory
from models.availability.sight import looks
from models.availability.target import Named, find_target
from models.changes import Look
from models.organization.organization import Organization
from scheduling.hours import Dates
from tests.builders import MONDAY, a_link


def a_memory(*, most_bytes: int = 1000) -> Memory:
    """One that has looked once."""
    memory = Memory(most_bytes=most_bytes)
    memory.learn(a_look(), since=None)
    return memory


def a_look(*changed: str, snapshot: str = "1:1:", server: str = "one", whole: bool = True) -> Look:
    return Look(snapshot=snapshot, server=server, whole=whole, changed=frozenset(changed), own=frozenset())


def anything(*topics: str, size: int = 1) -> Kept[str]:
    return Kept("anything", frozenset(topics), size)


def test_what_is_told_to_have_changed_is_forgotten_and_nothing_else() -> None:
    memory = a_memory()
    for key, topics in (("a", ["time:1"]), ("b", ["time:2"]), ("both", ["time:1", "time:2"])):
        assert memory.keep(key, anything(*topics), mark=memory.mark)
    memory.learn(a_look("time:1"), since=memory.seen)
    assert [key for key in ("a", "b", "both") if memory.get(key)] == ["b"]


def test_what_changed_while_it_was_read_is_not_kept() -> None:
    memory = a_memory()
    mark = memory.mark
    memory.learn(a_look("time:1"), since=memory.seen)
    assert not memory.keep("a", anything("time:1"), mark=mark)
    assert memory.keep("b", anything("time:2"), mark=mark)
    assert memory.keep("a", anything("time:1"), mark=memory.mark)


def test_nothing_that_was_being_read_is_kept_where_anything_may_have_changed() -> None:
    for look in (a_look(whole=False), a_look(server="another")):
        memory = a_memory()
        memory.keep("a", anything("time:1"), mark=memory.mark)
        mark = memory.mark
        memory.learn(look, since=memory.seen)
        assert memory.get("a") is None
        assert not memory.keep("b", anything("time:2"), mark=mark)


def test_what_another_look_has_seen_meanwhile_stays_seen_and_both_are_heeded() -> None:
    memory = a_memory()
    since = memory.seen
    memory.keep("a", anything("time:1"), mark=memory.mark)
    memory.learn(a_look(snapshot="5:5:"), since=since)
    memory.learn(a_look("time:1", snapshot="4:4:"), since=since)
    assert memory.seen == "5:5:"
    assert memory.get("a") is None


def test_it_is_bounded_and_lets_go_of_what_was_asked_for_longest_ago() -> None:
    memory = a_memory(most_bytes=10)
    for key in range(10):
        memory.keep(key, anything(f"time:{key}"), mark=memory.mark)
    memory.get(0)
    memory.keep("large", anything("time:1", size=5), mark=memory.mark)
    assert memory.size == 10
    assert [key for key in [*range(10), "large"] if memory.get(key)] == [0, 6, 7, 8, 9, "large"]


def test_what_is_kept_again_takes_its_place_once() -> None:
    memory = a_memory()
    for size in (3, 5):
        memory.keep("a", anything("time:1", size=size), mark=memory.mark)
    assert (len(memory), memory.size) == (1, 5)


def test_what_changes_all_the_time_leaves_nothing_behind() -> None:
    memory = a_memory()
    for number in range(50_000):
        mark = memory.mark
        memory.keep("a", anything(f"time:{number}"), mark=mark)
        memory.learn(a_look(f"time:{number}"), since=memory.seen)
        assert not memory.keep("a", anything(f"time:{number}"), mark=mark)
    assert (len(memory), memory.size) == (0, 0)
    assert len(memory._changed) <= 20_001
    assert not memory._by_topic


def test_what_was_kept_for_a_minute_goes_with_it() -> None:
    memory = a_memory()
    memory.turn("10:00")
    memory.keep("a", anything("10:00"), mark=memory.mark)
    memory.turn("10:00")
    assert memory.get("a") is not None
    memory.turn("10:01")
    assert memory.get("a") is None


async def test_of_an_answer_all_the_lists_count_that_are_kept_with_it(anna: Agent) -> None:
    await Organization.all().update(stored_settings={"slot_interval_minutes": 1})
    target = await find_target(Named(agent_id=anna.id), actor=Public(), now=MONDAY)
    request = Request(target=target, guest_zone=target.organization.zone, actor=Public())
    before = looks().memory.size
    answer = await ask_engine(request, now=MONDAY, turns=False)
    lists = [answer.texts(Dates(last=MONDAY.date() + timedelta(days=days))) for days in range(30, 38)]
    columns = (column for one in lists for day in one for column in (day.starts, day.ends, day.agent_counts))
    assert looks().memory.size - before > sum(map(getsizeof, columns))


async def test_an_address_counts_with_all_that_follows_it(anna: Agent) -> None:
    await a_link(anna)
    await find_target(Named(link="acme/anna"), actor=Public(), now=MONDAY)
    before = looks().memory.size
    await find_target(Named(link=f"acme/anna?{'x' * 1_000_000}"), actor=Public(), now=MONDAY)
    assert looks().memory.size - before > 1_000_000
