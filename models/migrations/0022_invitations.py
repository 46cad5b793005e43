"""Links that invite a guest."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0021_guest_sign_in")]

    operations = [
        ops.AddField(
            model_name="ScheduleLink",
            name="invited",
            field=fields.ForeignKeyField(
                "frontdesk.Contact",
                source_field="invited_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.SET_NULL,
            ),
        ),
        ops.AddField(
            model_name="ScheduleLink",
            name="is_invitation",
            field=fields.BooleanField(default=False),
        ),
    ]
