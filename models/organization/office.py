"""An office: a place where meetings are held."""

from tortoise import fields

from models.base import Owned


class Office(Owned):
    name = fields.CharField(max_length=200)
    address = fields.TextField(null=True)
    time_zone = fields.CharField(max_length=64)
    is_active = fields.BooleanField(default=True)

    class Meta:
        table = "office"
        unique_together = (("organization_id", "name"),)
