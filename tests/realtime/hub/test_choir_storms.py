"""Those who sleep together, and those who do not, hear the same: while they stall, become others, come and go, and
while what is rendered for them comes late or never."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from realtime.hub import everything
from tests.realtime.bus.waiting import eventually
from tests.realtime.hub.singers import TOPIC, Singer, Stage, a_stage, is_even, turns

VERBS = [
    "write",
    "write",
    "made",
    "made",
    "fails",
    "come",
    "gone",
    "stall",
    "stalls when told",
    "resume",
    "other",
    "typing",
    "turn",
]
STEPS = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 8)), max_size=60)


@settings(max_examples=150)
@given(steps=STEPS)
def test_whatever_happens_each_is_told_all_they_accept_once_and_in_order(steps: list[tuple[str, int]]) -> None:
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(_play(steps))
    finally:
        loop.close()


async def _play(steps: list[tuple[str, int]]) -> None:
    async with a_stage() as stage:
        for _ in range(3):
            stage.comes()
        await stage.all_sleep()
        for verb, number in steps:
            await _do(stage, verb, number)
        stage.press.prompt = True
        for singer in stage.singers:
            singer.stalls_at = 0
            singer.gate.set()
        for sheet in stage.press.under_way:
            sheet.end()
        await stage.home.tell(TOPIC, 2)
        last = stage.home.ledger.head(TOPIC)
        await eventually(lambda: all(_has_all(singer, last) for singer in stage.singers))


async def _do(stage: Stage, verb: str, number: int) -> None:
    """What a step of an example means."""
    press, one = stage.press, stage.singers[number % len(stage.singers)]
    if verb == "write":
        await stage.home.tell(TOPIC, number + 1, along=number % 4 != 3)
    elif verb in ("made", "fails") and press.under_way:
        press.under_way[number % len(press.under_way)].end(made=verb == "made")
    elif verb == "typing":
        await stage.home.bus.publish_ephemeral(TOPIC, b"typing=%d" % number)
    elif verb == "come":
        stage.comes(kin=f"kin {number % 2}", accept=is_even if number > 6 else everything)
    elif verb == "gone" and len(stage.singers) > 1:
        stage.singers.remove(one)
        await one.leave()
    _move(one, verb, kin=f"kin {number % 3}")
    await turns(number)


def _move(one: Singer, verb: str, *, kin: str) -> None:
    if verb == "stall":
        one.stall()
    elif verb == "stalls when told":
        one.stalls_at = one.last + 1
    elif verb == "resume":
        one.gate.set()
    elif verb == "other":
        one.who = kin


def _has_all(singer: Singer, last: int) -> bool:
    """But for what a Resync stands for."""
    after = 0
    for item in singer.heard:
        if isinstance(item, str):
            resync, _, seq = item.partition(" ")
            after = int(seq) if resync == "TOO_SLOW" else after
        else:
            assert item == after + (2 if singer.accept is is_even and after % 2 == 0 else 1), singer.heard
            after = item
    return after >= last - (singer.accept is is_even and last % 2)
