"""The mails that have gone out, so that none is sent twice."""

from __future__ import annotations

from tortoise import fields

from models.base import Owned
from models.transactions import transaction


class SentLetter(Owned):
    message_id = fields.CharField(max_length=255, unique=True)
    sent_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "sent_letter"

    @classmethod
    async def note(cls, message_id: str, *, organization_id: int) -> None:
        """Remember that the letter is sent; a second time nothing happens."""
        async with transaction() as tx:
            await tx.rows(
                "INSERT INTO sent_letter (organization_id, message_id, sent_at) VALUES (%s, %s, now())"
                " ON CONFLICT DO NOTHING",
                organization_id, message_id,
            )  # fmt: skip
