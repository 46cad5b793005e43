"""Passwords are guessed so many times, and no more."""

from __future__ import annotations

import asyncio

import pytest

from errors import RateLimited
from models.agent.agent import Agent
from models.agent.guessing import MOST_GUESSES, WITHIN, Guesses
from models.agent.session import hash_password
from tests.builders import MONDAY, Clock, an_agent
from tests.resolvers.conftest import Answer, Client
from tests.resolvers.staff_documents import SIGN_IN

ANNA = "anna@acme.example"


@pytest.fixture(autouse=True)
async def password(anna: Agent) -> None:
    await Agent.filter(id=anna.id).update(password_hash=await hash_password("frontdesk"))


async def tries(public: Client, password: str, *, email: str = ANNA, organization: str = "acme") -> Answer:
    return await public.run(SIGN_IN, input={"organization": organization, "email": email, "password": password})


async def guesses_wrong(public: Client, *, email: str = ANNA) -> int:
    """How many of as many as may be, and two more, at the same time are looked at."""
    answers = await asyncio.gather(
        *(tries(public, "wrong", email=email) for _ in range(MOST_GUESSES + 2)),
    )
    return sum(not one.codes for one in answers)


async def test_however_many_guess_at_once_ten_are_looked_at_and_then_the_right_one_is_refused_too(
    public: Client, clock: Clock
) -> None:
    assert await guesses_wrong(public) == MOST_GUESSES
    assert (await tries(public, "frontdesk")).codes == ["RATE_LIMITED"]
    assert (await tries(public, "frontdesk", email=f" {ANNA.upper()} ")).codes == ["RATE_LIMITED"]
    clock.now += WITHIN
    assert (await tries(public, "frontdesk")).codes == []


async def test_an_address_that_is_nobodys_is_counted_in_the_same_way(public: Client) -> None:
    assert await guesses_wrong(public, email="nobody@acme.example") == MOST_GUESSES


async def test_others_sign_in_meanwhile_and_the_same_address_elsewhere(public: Client, anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben", password_hash=await hash_password("frontdesk"))
    await guesses_wrong(public)
    assert (await tries(public, "frontdesk", email=ben.email)).codes == []
    assert (await tries(public, "frontdesk", organization="rival")).codes == []


async def test_who_signs_in_has_guessed_nothing(public: Client) -> None:
    for _ in range(2):
        for _ in range(MOST_GUESSES - 1):
            assert (await tries(public, "wrong")).codes == []
        assert (await tries(public, "frontdesk")).codes == []


def test_who_tries_very_many_addresses_fills_no_memory() -> None:
    guesses = Guesses(most_remembered=2)
    for _ in range(MOST_GUESSES):
        guesses.count("acme", ANNA, now=MONDAY)
    guesses.count("acme", "ben@acme.example", now=MONDAY)
    with pytest.raises(RateLimited):
        guesses.count("acme", ANNA, now=MONDAY)
    guesses.count("acme", "chandra@acme.example", now=MONDAY)
    guesses.count("acme", ANNA, now=MONDAY)
