"""The mails that have gone out, so that none is sent twice."""

from tortoise import fields

from models.base import Owned


class SentLetter(Owned):
    message_id = fields.CharField(max_length=255, unique=True)
    sent_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "sent_letter"
