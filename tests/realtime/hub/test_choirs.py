"""Those who sleep together: what waits for all of them is kept once, and whoever leaves takes it along."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator

import pytest

from realtime.hub.choir import Choir
from tests.realtime.bus.waiting import eventually
from tests.realtime.hub.singers import TOPIC, Stage, a_stage, is_even, turns


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with a_stage() as stage:
        yield stage


def choirs() -> list[Choir]:
    gc.collect()
    return [thing for thing in gc.get_objects() if isinstance(thing, Choir) and thing.members]


async def test_what_waits_is_told_in_the_turn_in_which_it_is_rendered(stage: Stage) -> None:
    for _ in range(3):
        stage.comes()
    await stage.all_sleep()
    for seq in (1, 2, 3):
        await stage.tell()
        [sheet] = stage.press.under_way
        sheet.end()
        assert [singer.heard[-1] for singer in stage.singers] == [seq] * 3
    assert len(stage.press.sheets) == 3 and not any(singer.pulled for singer in stage.singers)


async def test_who_cannot_be_told_takes_what_waits_once_and_in_order_and_the_others_go_on(stage: Stage) -> None:
    first, stalled, last = (stage.comes() for _ in range(3))
    await stage.all_sleep()
    await stage.tell(3)
    stalled.stall()
    stage.press.prompt = True
    stage.press.under_way[0].end()
    assert first.heard == last.heard == [1, 2, 3] and stalled.heard == []
    stalled.gate.set()
    await stage.all_hear(1, 2, 3)
    await turns()
    await stage.tell()
    await stage.all_hear(1, 2, 3, 4)
    assert stalled.pulled == [1, 2, 3] and len(choirs()) == 1


async def test_who_stalls_by_what_they_are_told_has_been_told_and_the_others_on_their_socket_have_not(
    stage: Stage,
) -> None:
    before, stalls, beside, _ = (stage.comes() for _ in range(4))
    stalls.stalls_at, stalls.beside = 1, [before, beside]
    await stage.all_sleep()
    await stage.tell(2)
    stage.press.prompt = True
    stage.press.under_way[0].end()
    assert [singer.heard for singer in stage.singers] == [[1], [1], [], [1, 2]]
    for stalled in (before, stalls, beside):
        stalled.gate.set()
    await stage.all_hear(1, 2)
    assert [singer.pulled for singer in stage.singers] == [[2], [2], [1, 2], []]
    await turns()
    assert len(choirs()) == 1


async def test_whom_writing_to_fails_for_ends_and_the_others_go_on(stage: Stage) -> None:
    first, broken, last = (stage.comes() for _ in range(3))
    broken.breaks_at = 2
    stage.press.prompt = True
    await stage.all_sleep()
    await stage.tell(3)
    with pytest.raises(ConnectionError, match="broken"):
        await broken.task
    assert first.heard == last.heard == [1, 2, 3] and broken.heard == [1]


async def test_who_comes_while_something_waits_hears_nothing_twice_and_is_one_of_them_later(
    stage: Stage,
) -> None:
    for _ in range(3):
        stage.comes()
    await stage.all_sleep()
    await stage.tell()
    late = stage.comes()
    await eventually(lambda: late.heard == [1])
    await turns()
    assert len(choirs()) == 2
    stage.press.prompt = True
    stage.press.under_way[0].end()
    await stage.tell()
    await stage.all_hear(1, 2)
    assert late.pulled == [1] and len(choirs()) == 1


async def test_those_who_have_been_told_do_not_join_others_for_whom_it_still_waits(stage: Stage) -> None:
    stage.press.wasteful = True
    for _ in range(3):
        stage.comes()
    await stage.all_sleep()
    await stage.tell()
    late = stage.comes()
    await eventually(lambda: late.heard == [1])
    await turns()
    await stage.tell()
    first, of_late = stage.press.under_way
    first.end()
    [_, of_others] = stage.press.under_way
    of_others.end()
    assert [singer.heard for singer in stage.singers] == [[1, 2]] * 3 + [[1]]
    assert len(choirs()) == 2
    of_late.end()
    await stage.all_hear(1, 2)
    assert len(choirs()) == 1 and late.pulled == [1]


@pytest.mark.parametrize("how", [{"made": False}, {"broken": True}])
async def test_what_fails_or_cannot_be_encoded_wakes_all_and_each_takes_it_once(
    stage: Stage, how: dict[str, bool]
) -> None:
    for _ in range(3):
        stage.comes()
    await stage.all_sleep()
    await stage.tell(3)
    stage.press.under_way[0].end(**how)
    await stage.all_hear(1, 2, 3)
    assert all(singer.pulled == [1, 2, 3] for singer in stage.singers)
    await stage.tell()
    stage.press.under_way[0].end()
    await stage.all_hear(1, 2, 3, 4)


async def test_a_rendering_that_hangs_wakes_all_and_is_waited_for_no_more(stage: Stage) -> None:
    for _ in range(3):
        stage.comes()
    await stage.all_sleep()
    await stage.tell(2)
    await stage.all_hear(1, 2)
    assert all(singer.pulled == [1, 2] for singer in stage.singers)
    stage.press.under_way[0].end()
    await turns()
    await stage.all_hear(1, 2)


async def test_who_becomes_another_between_two_events_is_told_the_rest_as_who_they_are(stage: Stage) -> None:
    same, other = stage.comes(), stage.comes()
    await stage.all_sleep()
    await stage.tell(2)
    stage.press.under_way[0].end()
    other.who = "stranger"
    stage.press.under_way[0].end()
    assert same.heard == [1, 2] and other.heard == [1]
    await stage.all_hear(1, 2)
    await turns()
    await stage.tell()
    assert {sheet.kin for sheet in stage.press.under_way} == {"kin", "stranger"}
    for sheet in stage.press.under_way:
        sheet.end()
    assert same.heard == other.heard == [1, 2, 3] and other.pulled == [2]


async def test_who_is_another_when_it_is_to_be_rendered_does_not_begin_it_for_the_others(stage: Stage) -> None:
    first, other = stage.comes(), stage.comes()
    await stage.all_sleep()
    first.who = "stranger"
    await stage.tell()
    [sheet] = stage.press.under_way
    assert sheet.kin == "kin"
    sheet.end()
    await stage.all_hear(1)
    assert first.pulled == [1] and other.pulled == []


async def test_what_is_of_the_moment_comes_between_two_events(stage: Stage) -> None:
    for _ in range(3):
        stage.comes()
    await stage.all_sleep()
    await stage.tell()
    await stage.home.bus.publish_ephemeral(TOPIC, b"typing")
    await stage.home.tell(TOPIC, along=True)
    await stage.all_hear(1, "typing", 2)


async def test_those_of_two_kins_are_told_each_by_a_rendering_of_their_own(stage: Stage) -> None:
    for kin in ("agent", "guest", "agent", "guest"):
        stage.comes(kin=kin)
    await stage.all_sleep()
    await stage.tell()
    agents, guests = stage.press.under_way
    guests.end()
    assert [singer.heard for singer in stage.singers] == [[], [1], [], [1]]
    agents.end()
    assert [singer.heard for singer in stage.singers] == [[1]] * 4


async def test_what_is_told_each_alone_they_take_themselves(stage: Stage) -> None:
    stage.press.alone = "MESSAGE_ADDED"
    for _ in range(3):
        stage.comes()
    await stage.all_sleep()
    await stage.tell(3)
    await stage.all_hear(1, 2, 3)
    assert all(singer.pulled == [1, 2, 3] for singer in stage.singers)


async def test_what_they_do_not_accept_passes_them_by(stage: Stage) -> None:
    stage.press.prompt = True
    for _ in range(3):
        stage.comes(accept=is_even)
    await stage.all_sleep()
    for _ in range(6):
        await stage.tell()
    await stage.all_hear(2, 4, 6)
    assert not any(singer.pulled for singer in stage.singers)


async def test_for_whom_too_much_waits_is_told_so(stage: Stage) -> None:
    for _ in range(3):
        stage.comes()
    await stage.all_sleep()
    for _ in range(21):
        await stage.home.tell(TOPIC, along=True)
        await turns(3)
    await stage.all_hear("TOO_SLOW 21")


async def test_whose_right_has_ended_hears_nothing_of_what_is_there(stage: Stage) -> None:
    ended, other = stage.comes(), stage.comes()
    await stage.all_sleep()
    await stage.tell()
    ended.until.come(ConnectionError("gone"))
    stage.press.under_way[0].end()
    with pytest.raises(ConnectionError):
        await ended.task
    assert ended.heard == [] and other.heard == [1]


async def test_of_those_who_have_left_nothing_stays(stage: Stage) -> None:
    stays, *others = (stage.comes() for _ in range(5))
    await stage.all_sleep()
    await stage.tell(2)
    for singer in others:
        await singer.leave()
    assert [[one.outlet for one in choir.members] for choir in choirs()] == [[stays]]
    stage.press.prompt = True
    stage.press.under_way[0].end()
    assert stays.heard == [1, 2] and not any(singer.heard for singer in others)
    await stays.leave()
    assert choirs() == []
