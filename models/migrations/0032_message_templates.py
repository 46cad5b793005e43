"""What may be written by a number to who has not written lately: its templates, as the provider has them."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0031_what_is_deleted")]

    operations = [
        ops.CreateModel(
            name="MessageTemplate",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "frontdesk.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("version", fields.IntField(default=1)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "frontdesk.ChannelAccount",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("external_id", fields.CharField(max_length=100)),
                ("name", fields.CharField(max_length=600)),
                ("language", fields.CharField(max_length=35)),
                ("body", fields.TextField(unique=False)),
                ("variables", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("status", fields.CharField(max_length=40)),
                ("available_for_agents", fields.BooleanField(default=False)),
            ],
            options={
                "table": "message_template",
                "app": "frontdesk",
                "unique_together": (("account_id", "external_id"),),
                "pk_attr": "id",
                "table_description": "A template in one language. All but `available_for_agents` is as the provider has it, who knows it by",
            },
            bases=["Edited"],
        ),
        ops.AddField(
            model_name="ChannelAccount",
            name="listed_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="ChannelAccount",
            name="recontact_template",
            field=fields.ForeignKeyField(
                "frontdesk.MessageTemplate",
                source_field="recontact_template_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.SET_NULL,
            ),
        ),
    ]
