"""A guest's secret calendar is of an e-mail address, whichever contacts have it."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

NO_CONTACT = [
    "ALTER TABLE calendar_feed DROP CONSTRAINT calendar_feed_one_reader",
    "DELETE FROM calendar_feed WHERE agent_id IS NULL",
]
ONE_READER = "ALTER TABLE calendar_feed ADD CONSTRAINT calendar_feed_one_reader CHECK (num_nonnulls(agent_id, email) = 1)"


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0024_content_templates")]

    operations = [
        ops.RunSQL(NO_CONTACT),
        ops.AlterModelOptions(
            name="CalendarFeed",
            options={
                "table": "calendar_feed",
                "app": "frontdesk",
                "unique_together": (("organization_id", "email"),),
                "pk_attr": "id",
                "table_description": "How often the address of an agent's calendar, or of a guest's, was renewed"
                " (`key`), and whether there is one; who",
            },
        ),
        ops.AddField(
            model_name="CalendarFeed", name="email", field=fields.CharField(null=True, max_length=320)
        ),
        ops.RemoveField(model_name="CalendarFeed", name="contact"),
        ops.AddConstraint(
            model_name="CalendarFeed",
            constraint=UniqueConstraint(fields=("organization_id", "email"), name=None),
        ),
        ops.RunSQL([ONE_READER]),
    ]
