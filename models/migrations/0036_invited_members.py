"""Members who were invited: from which message on they see what is said."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0035_rounds_of_offers")]

    operations = [ops.AddField(model_name="Member", name="since_seq", field=fields.BigIntField(null=True))]
