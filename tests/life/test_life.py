"""Whatever two guests, two agents and a worker do to meetings, and whenever: all that is promised stays true."""

from __future__ import annotations

import asyncio
from functools import partial

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.life.machine import Life
from tests.life.town import Town
from tests.resolvers.proven.examples import drawn


async def test_all_that_is_promised_of_a_meeting_stays_true(town: Town, open_database: str) -> None:
    loop = asyncio.get_running_loop()
    lives = settings(drawn(12), stateful_step_count=25)
    life = partial(Life, town, open_database, loop)
    await asyncio.to_thread(run_state_machine_as_test, life, settings=lives)  # type: ignore[arg-type]
