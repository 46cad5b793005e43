"""Guests are invited into conversations: an occasion of letters, and how many were invited lately."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.words import Occasion

COUNTED = "CREATE INDEX member_invited ON member (organization_id, joined_at) WHERE role = 'INVITED'"


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0042_forgotten_recipients")]

    operations = [
        ops.AlterField("ContentTemplate", "occasion", fields.CharEnumField(enum_type=Occasion, max_length=25)),
        ops.RunSQL([COUNTED]),
    ]
