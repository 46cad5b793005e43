"""The calls of meetings, and the accounts at providers that make them, one of which is the default."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.words import ConnectionStatus, DeliveryState, MeetingProvider

ONE_DEFAULT = "CREATE UNIQUE INDEX meeting_provider_default ON meeting_provider_connection (organization_id) WHERE is_default"


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0025_calendars_of_addresses")]

    operations = [
        ops.CreateModel(
            name="MeetingProviderConnection",
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
                (
                    "provider",
                    fields.CharEnumField(
                        description="ZOOM: ZOOM\nMICROSOFT_TEAMS: MICROSOFT_TEAMS\nGOOGLE_MEET: GOOGLE_MEET\nJITSI: JITSI",
                        enum_type=MeetingProvider,
                        max_length=20,
                    ),
                ),
                ("account", fields.CharField(max_length=200)),
                (
                    "status",
                    fields.CharEnumField(
                        default=ConnectionStatus.CONNECTED,
                        description="CONNECTED: CONNECTED\nDISCONNECTED: DISCONNECTED\nNEVER_SYNCED: NEVER_SYNCED",
                        enum_type=ConnectionStatus,
                        max_length=15,
                    ),
                ),
                ("is_default", fields.BooleanField(default=False)),
                ("sealed_secret", fields.BinaryField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "meeting_provider_connection",
                "app": "frontdesk",
                "unique_together": (("organization_id", "provider", "account"),),
                "pk_attr": "id",
                "table_description": "`account` is what the provider knows it by: of Jitsi, the server's address. One of an organization's connections",
            },
            bases=["Owned"],
        ),
        ops.CreateModel(
            name="Call",
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
                (
                    "meeting",
                    fields.OneToOneField(
                        "frontdesk.Meeting",
                        source_field="meeting_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "connection",
                    fields.ForeignKeyField(
                        "frontdesk.MeetingProviderConnection",
                        source_field="connection_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("key", fields.CharField(max_length=32)),
                ("has_password", fields.BooleanField(default=False)),
                ("external_id", fields.CharField(null=True, max_length=200)),
                ("starts_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ends_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "call",
                "app": "frontdesk",
                "pk_attr": "id",
                "table_description": "There from the moment it is asked for. `key` is our name of it, under which a provider that is asked twice makes",
            },
            bases=["Owned"],
        ),
        ops.AddField(
            model_name="Meeting",
            name="call_state",
            field=fields.CharEnumField(
                null=True,
                description="PENDING: PENDING\nDONE: DONE\nFAILED: FAILED\nNOT_NEEDED: NOT_NEEDED",
                enum_type=DeliveryState,
                max_length=12,
            ),
        ),
        ops.AddField(
            model_name="Meeting",
            name="dial_in",
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name="Meeting",
            name="join_password",
            field=fields.CharField(null=True, max_length=100),
        ),
        ops.AddField(
            model_name="Meeting",
            name="join_url",
            field=fields.TextField(null=True, unique=False),
        ),
        ops.RunSQL([ONE_DEFAULT]),
    ]
