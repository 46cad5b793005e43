"""A service's open conversations are counted, too."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0043_conversation_invitations")]

    operations = [
        ops.RunSQL("CREATE INDEX conversation_open ON conversation (service_id) WHERE status = 'OPEN'"),
    ]
