"""Idempotency keys: the same key with the same input gets the first outcome, with another input a refusal."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tortoise import fields

from errors import IdempotencyConflict
from models.base import Owned
from models.input import line
from models.transactions import Transaction
from models.trip import Statement
from models.writing import as_json

_RESERVE_EACH = b"""
INSERT INTO idempotency_key (organization_id, actor, verb, key, input_hash, outcome_id, created_at)
SELECT organization_id, actor, verb, key, input_hash, outcome_id, now()
FROM json_populate_recordset(NULL::idempotency_key, $1::text::json) ORDER BY organization_id, actor, verb, key
ON CONFLICT DO NOTHING RETURNING outcome_id, id
"""


@dataclass(frozen=True, slots=True)
class Once:
    """A request that may come twice. `asked` is its whole input, in one form; `actor` keeps callers' keys apart."""

    organization_id: int
    actor: str
    verb: str
    key: str
    asked: str


class IdempotencyKey(Owned):
    actor = fields.CharField(max_length=64)
    verb = fields.CharField(max_length=64)
    key = fields.CharField(max_length=255)
    input_hash = fields.CharField(max_length=64)
    outcome_id = fields.BigIntField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "idempotency_key"
        unique_together = (("organization_id", "actor", "verb", "key"),)


async def earlier_outcome(tx: Transaction, once: Once | None, *, outcome_id: int | None = None) -> int | None:
    """The id of what this request made when it first came; None on its first coming, which reserves the key.

    Who has drawn the id of what is to be made gives it here, and has nothing to remember later. The reservation is
    undone with the transaction, so that a refused request may be tried again. A twin that runs at the same time waits
    here for the first one's end. Refuses IdempotencyConflict.
    """
    if once is None:
        return None
    check_key(once)
    place = (once.organization_id, once.actor, once.verb, once.key)
    reserved = await tx.rows(
        "INSERT INTO idempotency_key (organization_id, actor, verb, key, input_hash, outcome_id, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, now()) ON CONFLICT DO NOTHING RETURNING id",
        *place, _hash(once), outcome_id,
    )  # fmt: skip
    if reserved:
        return None
    return await known_outcome(once)


async def reserve_each(tx: Transaction, coming: Mapping[int, Once]) -> dict[int, int]:
    """Reserve the keys of several requests, by the ids of what they are to make; of those who come for the first time,
    by the same ids, the reservation. Their keys are checked already.

    In one order, so that two who reserve many do not wait for each other in a ring.
    """
    [reserved] = await tx.connection.run_each([reserving(coming)]) if coming else [[]]
    return dict(reserved)


def reserving(coming: Mapping[int, Once]) -> Statement:
    """The statement of `reserve_each`, for who has more to ask in the same trip; its rows are what that returns."""
    rows = [
        {
            "organization_id": once.organization_id,
            "actor": once.actor,
            "verb": once.verb,
            "key": once.key,
            "input_hash": _hash(once),
            "outcome_id": outcome_id,
        }
        for outcome_id, once in coming.items()
    ]
    return Statement(_RESERVE_EACH, [as_json(rows)])


async def give_back(tx: Transaction, reservations: Collection[int]) -> None:
    """Undo reservations of requests that have made nothing, so that they may be tried again."""
    if reservations:
        await tx.rows("DELETE FROM idempotency_key WHERE id = ANY(%s)", list(reservations))


def check_key(once: Once) -> None:
    """Refuses Invalid."""
    line(once.key, field=("idempotencyKey",), most=255)


async def known_outcome(once: Once | None) -> int | None:
    """The id of what this request made when it came before; None where it has not, and nothing is reserved.

    Refuses IdempotencyConflict.
    """
    if once is None:
        return None
    check_key(once)
    found = await IdempotencyKey.where(
        "organization_id = %s AND actor = %s AND verb = %s AND key = %s",
        once.organization_id, once.actor, once.verb, once.key,
    )  # fmt: skip
    if not found:
        return None
    if found[0].input_hash != _hash(once):
        raise IdempotencyConflict("This key came with another input before.", field=("idempotencyKey",))
    outcome_id: int | None = found[0].outcome_id
    return outcome_id


def _hash(once: Once) -> str:
    return hashlib.sha256(once.asked.encode()).hexdigest()


async def remember_outcome(tx: Transaction, once: Once | None, outcome_id: int) -> None:
    """Keep what the request made, for when it comes again."""
    if once is None:
        return
    await tx.rows(
        "UPDATE idempotency_key SET outcome_id = %s"
        " WHERE organization_id = %s AND actor = %s AND verb = %s AND key = %s",
        outcome_id, once.organization_id, once.actor, once.verb, once.key,
    )  # fmt: skip
