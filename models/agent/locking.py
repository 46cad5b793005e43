"""Holding agents for what is to happen to one of them at a time."""

from __future__ import annotations

from collections.abc import Collection

from models.transactions import Transaction


async def lock_agents(tx: Transaction, ids: Collection[int]) -> None:
    """Hold the agents until the transaction ends: nobody else takes several claims of theirs, or counts them; nor gives
    them conversations. Rows that refer to them may be written meanwhile."""
    await tx.rows("SELECT id FROM agent WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", list(ids))
