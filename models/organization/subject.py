"""A subject: what a meeting is about."""

from tortoise import fields

from models.base import Lasting


class Subject(Lasting):
    name = fields.CharField(max_length=200)
    description = fields.TextField(null=True)
    available_for_customers = fields.BooleanField(default=True)

    class Meta:
        table = "subject"
