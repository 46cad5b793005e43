"""Letters of no meeting's change: ordered within the transaction that needs them, sent once by a job, then forgotten.

What meetings have to tell needs no order: `models/meeting/history.py` records a change, and the letters follow from it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
from tortoise import fields

from models.base import Owned
from models.keyring import Keyring
from models.transactions import Transaction
from models.words import Audience, Occasion


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A letter of this occasion to this reader, and what it speaks of.

    `key` makes it one: of two orders with the same key in an organization only one letter is sent, also if the second
    comes when the first has been sent (within a month). It names the fact: `link:17:invited`, `code:42`,
    `calendar:8:2026-12-01T08:00:00+00:00`. It holds no secret and no address.

    `languages` are those that the reader understands, the dearest first; after them comes the organization's.
    What the occasions speak of:

    - INVITATION (to a GUEST): `url`, where they choose a time; perhaps `message`, `agent_names`, `title`, `until`.
    - CONVERSATION_INVITATION (to a GUEST): `url`, where they talk; perhaps `actor`, who invites, and `title`.
    - SIGN_IN_CODE (to a GUEST): `code` and `until`.
    - AGENT_INVITATION, PASSWORD_RESET (to an AGENT): `url`, where they choose a password; perhaps `until`, `actor`.
    - CALENDAR_DISCONNECTED (to an AGENT): `account`, the name of the calendar; perhaps `url`, where it is connected.

    After `until` the letter is of no use any more, and is not sent.
    """

    key: str
    occasion: Occasion
    audience: Audience
    name: str
    address: str
    time_zone: str
    languages: tuple[str, ...] = ()
    url: str | None = None
    code: str | None = None
    message: str | None = None
    title: str | None = None
    agent_names: tuple[str, ...] = ()
    actor: str | None = None
    account: str | None = None
    until: datetime | None = None


class OrderedLetter(Owned):
    """An order that waits to be sent. It is sealed: codes and links in it open doors."""

    key = fields.CharField(max_length=200)
    sealed = fields.BinaryField()
    ordered_at = fields.DatetimeField()

    class Meta:
        table = "ordered_letter"
        unique_together = (("organization_id", "key"),)

    def order(self, keys: Keyring) -> Order | None:
        """What was ordered; None where another secret sealed it."""
        opened = keys.open(bytes(self.sealed))
        return None if opened is None else _read(orjson.loads(opened))


async def order_letter(
    tx: Transaction, order: Order, *, organization_id: int, keys: Keyring, now: datetime
) -> None:
    """Have the letter sent once this transaction is committed, once for its key; nothing is sent of a transaction that
    is undone. Whether there is such a reader is not looked at, so that ordering takes the same time for everybody.

    An address that nothing can be sent to is logged, without the address, and nothing comes of the letter.
    """
    sealed = keys.seal(orjson.dumps(asdict(order)).decode())
    added = await tx.rows(
        "INSERT INTO ordered_letter (organization_id, key, sealed, ordered_at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING RETURNING id",
        organization_id, order.key, sealed, now,
    )  # fmt: skip
    for row in added:
        await tx.later("mail.send_ordered", letter_id=row["id"])


def _read(stored: dict[str, Any]) -> Order:
    until = stored["until"]
    return Order(
        **stored
        | {
            "occasion": Occasion(stored["occasion"]),
            "audience": Audience(stored["audience"]),
            "languages": tuple(stored["languages"]),
            "agent_names": tuple(stored["agent_names"]),
            "until": until and datetime.fromisoformat(until),
        }
    )
