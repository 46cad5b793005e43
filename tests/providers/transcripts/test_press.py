"""PDFs drawn by a process of their own."""

from __future__ import annotations

import asyncio

import pytest

from errors import ProviderDown
from providers.transcripts.pdf import Press
from tests.providers.transcripts.reading import words_of
from tests.providers.transcripts.scenes import of_texts


async def test_what_is_drawn_elsewhere_is_the_transcript() -> None:
    assert "Good morning." in words_of(await Press().pdf(of_texts(["Good morning."]), reader="a1"))


async def test_whoever_else_is_served_does_not_wait() -> None:
    drawing = asyncio.create_task(
        Press().pdf(of_texts([f"{n} is a number, and a long one." for n in range(2_000)]), reader="a1")
    )
    turns = 0
    while not drawing.done():
        turns += 1
        await asyncio.sleep(0.001)
    assert await drawing
    assert turns > 50


async def test_one_that_takes_too_long_is_given_up_and_ended() -> None:
    with pytest.raises(ProviderDown, match="too long"):
        await Press(seconds=0.05).pdf(of_texts(["Hi."]), reader="a1")


async def test_whoever_goes_away_leaves_the_press_to_the_next() -> None:
    press = Press()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(press.pdf(of_texts(["Hi."] * 2_000), reader="a1"), timeout=0.2)
    assert await press.pdf(of_texts(["Hi."]), reader="a1")


async def test_those_beyond_the_twentieth_are_asked_to_come_again() -> None:
    press = Press()
    waiting = [asyncio.create_task(press.pdf(of_texts(["Hi."]), reader=f"a{n}")) for n in range(21)]
    with pytest.raises(ProviderDown, match="too many") as refused:
        await waiting[-1]
    assert refused.value.retry_after_seconds
    for one in waiting:
        one.cancel()
    ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in ended[:-1]] == [asyncio.CancelledError] * 20


async def test_nobody_waits_for_two_at_a_time() -> None:
    press = Press()
    first = asyncio.create_task(press.pdf(of_texts(["Hi."]), reader="a1"))
    await asyncio.sleep(0)
    with pytest.raises(ProviderDown, match="another"):
        await press.pdf(of_texts(["Hi."]), reader="a1")
    assert await first
    assert await press.pdf(of_texts(["Hi."]), reader="a1")
