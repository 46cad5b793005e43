"""Contacts are found by their numbers too: guests who give the same one are counted together."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CONTACT_PHONE = "CREATE INDEX contact_phone ON contact (organization_id, phone) WHERE phone IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0009_seats")]

    operations = [ops.RunSQL([CONTACT_PHONE])]
