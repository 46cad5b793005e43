"""Channel accounts: an organization's numbers at providers of messages, each connected once."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.words import MessagingProvider

CONNECTED_ONCE = "CREATE UNIQUE INDEX channel_account_address ON channel_account (organization_id, address) WHERE deleted_at IS NULL"


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0029_guests_found")]

    operations = [
        ops.CreateModel(
            name="ChannelAccount",
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
                ("deleted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("name", fields.CharField(max_length=200)),
                (
                    "provider",
                    fields.CharEnumField(
                        description="META: META\nTWILIO: TWILIO\nSINCH: SINCH\nKALEYRA: KALEYRA",
                        enum_type=MessagingProvider,
                        max_length=10,
                    ),
                ),
                ("address", fields.CharField(max_length=32)),
                (
                    "service",
                    fields.ForeignKeyField(
                        "frontdesk.Service",
                        source_field="service_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "contact_list",
                    fields.ForeignKeyField(
                        "frontdesk.ContactList",
                        source_field="contact_list_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("sealed_credentials", fields.BinaryField(null=True)),
                ("is_well", fields.BooleanField(default=True)),
                ("last_inbound_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_outbound_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_error_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_error", fields.TextField(null=True, unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "channel_account",
                "app": "frontdesk",
                "pk_attr": "id",
                "table_description": "`address` is the number, in E.164. Who writes to it comes into the contact list; without one, into the default",
            },
            bases=["Lasting"],
        ),
        ops.RunSQL([CONNECTED_ONCE]),
    ]
