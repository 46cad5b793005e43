"""What one sender writes into a conversation before the first of it is written keeps its order: what goes alone is not
overtaken by what shares the next transaction, nor by what goes alone after it."""

from __future__ import annotations

from asyncio import Future, get_running_loop, wait
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from models.actor import KnownActor
from models.transactions import current

_Line = list[Future[None]]
_lines: dict[tuple[str, int], _Line] = {}


@asynccontextmanager
async def in_turn(actor: KnownActor, conversation_id: int) -> AsyncIterator[None]:
    """Go alone, after all of this process who have begun to for the same actor and conversation. Nobody waits inside a
    transaction, which may hold what another waits for."""
    if current() is not None:
        yield
        return
    key = actor.key, conversation_id
    line, own = _lines.setdefault(key, []), get_running_loop().create_future()
    line.append(own)
    try:
        while line[0] is not own:
            await wait(line[:1])
        yield
    finally:
        line.remove(own)
        own.set_result(None)
        if not line:
            del _lines[key]


def is_preceded(actor: KnownActor, conversation_id: int) -> bool:
    """Whether something of theirs is on its way there alone."""
    return (actor.key, conversation_id) in _lines
