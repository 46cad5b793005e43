"""The fake does what every provider of calls must: one call for a wish, however often it is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from errors import ProviderDown, ProviderRejected
from providers.meetings.fake import FakeCalls
from providers.meetings.protocol import CallWish

START = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
WISH = CallWish(key="k" * 32, title="Tea", start=START, end=START + timedelta(hours=1), has_password=True)


async def test_who_asks_twice_gets_one_call() -> None:
    calls = FakeCalls()
    assert await calls.make(WISH) == await calls.make(WISH)
    assert list(calls.calls.values()) == [WISH]


async def test_a_call_whose_making_was_not_answered_is_there_and_is_found() -> None:
    calls = FakeCalls()
    calls.lose_answers()
    with pytest.raises(ProviderDown):
        await calls.make(WISH)
    calls.recover()
    made = await calls.make(WISH)
    assert list(calls.calls) == [made.id]


async def test_only_who_wants_a_password_has_one() -> None:
    calls = FakeCalls()
    assert (await calls.make(WISH)).password
    assert (await calls.make(replace(WISH, key="o" * 32, has_password=False))).password is None


async def test_a_call_moves_and_one_that_is_not_there_does_not() -> None:
    calls = FakeCalls()
    made = await calls.make(WISH)
    moved = await calls.move(made.id, replace(WISH, start=START + timedelta(days=1)))
    assert (moved.id, calls.calls[made.id].start) == (made.id, START + timedelta(days=1))
    with pytest.raises(ProviderRejected):
        await calls.move("call-of-nobody", WISH)


async def test_what_is_dropped_twice_is_gone() -> None:
    calls = FakeCalls()
    made = await calls.make(WISH)
    for _ in range(2):
        await calls.drop(made.id)
    assert calls.calls == {}


async def test_one_that_is_down_or_refuses_does_nothing() -> None:
    calls = FakeCalls()
    calls.go_down(retry_after_seconds=7)
    with pytest.raises(ProviderDown) as down:
        await calls.make(WISH)
    assert down.value.retry_after_seconds == 7
    calls.reject()
    with pytest.raises(ProviderRejected):
        await calls.make(WISH)
    assert calls.calls == {}
