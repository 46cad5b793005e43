"""Whatever happens to conversations: what a client knew, with what it has heard since, is what it would be shown."""

from __future__ import annotations

import asyncio
from functools import partial

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.inbox_life.floor import Floor
from tests.inbox_life.machine import InboxLife
from tests.resolvers.proven.examples import drawn


async def test_what_a_client_has_heard_is_all_that_has_changed(floor: Floor, open_database: str) -> None:
    loop = asyncio.get_running_loop()
    lives = settings(drawn(4), stateful_step_count=20)
    life = partial(InboxLife, floor, open_database, loop)
    await asyncio.to_thread(run_state_machine_as_test, life, settings=lives)  # type: ignore[arg-type]
