"""Agents are at their desks for as long as something of theirs is heard."""

from models.words import Presence
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

INDEXES = [
    "CREATE UNIQUE INDEX agent_heartbeat_agent ON agent_heartbeat (agent_id)",
    "CREATE INDEX agent_presence_there ON agent_presence (agent_id) WHERE presence <> 'OFFLINE'",
]


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0048_words_that_reach")]

    operations = [
        ops.CreateModel(
            name="AgentHeartbeat",
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
                    "agent",
                    fields.ForeignKeyField(
                        "frontdesk.Agent",
                        source_field="agent_id",
                        unique=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("alive_until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "agent_heartbeat",
                "app": "frontdesk",
                "pk_attr": "id",
                "table_description": "Until when it is believed that the agent is there. It has a row of its own, as it"
                " is written every few seconds,",
            },
            bases=["Owned"],
        ),
        ops.AddField(
            model_name="AgentPresence",
            name="lapsed",
            field=fields.CharEnumField(
                null=True,
                description="ONLINE: ONLINE\nAWAY: AWAY\nOFFLINE: OFFLINE",
                enum_type=Presence,
                max_length=10,
            ),
        ),
        ops.RunSQL(INDEXES),
    ]
