"""What is kept of deleted attachments, until the place where files are kept has deleted it too.

A trigger of the database notes the keys of every attachment's row that goes, in the same transaction: whether a message
is redacted, a conversation purged or an organization deleted, nobody can forget it. It is deleted out there later, by a
worker, as nothing out there can be undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tortoise import fields

from models.base import Row
from models.transactions import Transaction, transaction

PAUSE = timedelta(hours=1)
"""Until an object is deleted that is perhaps just being written, and until one that could not be is tried again."""


class DroppedObject(Row):
    """What no attachment has any more: deleted from `due_at` on, by the database's clock."""

    key = fields.CharField(max_length=100)
    due_at = fields.DatetimeField()

    class Meta:
        table = "dropped_object"
        indexes = (("due_at",),)


async def drop_later(tx: Transaction, key: str) -> None:
    """Have what is perhaps under the key be deleted, once nobody can be writing there any more."""
    await tx.rows("INSERT INTO dropped_object (key, due_at) VALUES (%s, now() + %s)", key, PAUSE)


async def dropped_objects(*, limit: int) -> list[DroppedObject]:
    """Those that are due, at most so many."""
    return await DroppedObject.where("due_at <= now() ORDER BY due_at, id LIMIT %s", limit)


async def forget_dropped(dropped: DroppedObject) -> None:
    """It is deleted; or was, which is the same."""
    async with transaction() as tx:
        await tx.rows("DELETE FROM dropped_object WHERE id = %s", dropped.id)


async def put_off(dropped: Sequence[DroppedObject]) -> None:
    """They could not be deleted now, and do not stand in the way of others."""
    async with transaction() as tx:
        ids = [one.id for one in dropped]
        await tx.rows("UPDATE dropped_object SET due_at = now() + %s WHERE id = ANY(%s)", PAUSE, ids)
