"""Queues: how a waiting conversation finds its owner, who is at their desk, and what was offered to whom."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.words import OfferKind, OfferStatus, Presence, Routing
from realtime.events import EventKind
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

INDEXES = [
    "CREATE UNIQUE INDEX offer_pending ON offer (conversation_id) WHERE status = 'PENDING'",
    "CREATE INDEX offer_to_expire ON offer (expires_at) WHERE status = 'PENDING'",
    "CREATE INDEX offer_recipient_offer ON offer_recipient (offer_id)",
    "CREATE INDEX assignment_record_offer ON assignment_record (offer_id)",
    "CREATE INDEX conversation_waiting ON conversation (service_id, waiting_since) WHERE status = 'WAITING'",
    "CREATE INDEX conversation_load ON conversation (assignee_id) WHERE status = 'OPEN'",
    "CREATE INDEX conversation_snoozed ON conversation (snoozed_until) WHERE status = 'SNOOZED'",
]


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0032_message_templates")]

    operations = [
        ops.CreateModel(
            name="AgentPresence",
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
                (
                    "presence",
                    fields.CharEnumField(
                        description="ONLINE: ONLINE\nAWAY: AWAY\nOFFLINE: OFFLINE",
                        enum_type=Presence,
                        max_length=10,
                    ),
                ),
                ("since", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "agent_presence",
                "app": "frontdesk",
                "pk_attr": "id",
                "table_description": "What the agent has last said; who has said nothing is OFFLINE.",
            },
            bases=["Owned"],
        ),
        ops.CreateModel(
            name="Offer",
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
                    "conversation",
                    fields.ForeignKeyField(
                        "frontdesk.Conversation",
                        source_field="conversation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="offers",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="QUEUE: QUEUE\nTRANSFER: TRANSFER", enum_type=OfferKind, max_length=12
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        default=OfferStatus.PENDING,
                        description="PENDING: PENDING\nACCEPTED: ACCEPTED\nREJECTED: REJECTED\nEXPIRED: EXPIRED\nWITHDRAWN: WITHDRAWN",
                        enum_type=OfferStatus,
                        max_length=12,
                    ),
                ),
                (
                    "service",
                    fields.ForeignKeyField(
                        "frontdesk.Service",
                        source_field="service_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "from_agent",
                    fields.ForeignKeyField(
                        "frontdesk.Agent",
                        source_field="from_agent_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "accepted_by",
                    fields.ForeignKeyField(
                        "frontdesk.Agent",
                        source_field="accepted_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("note", fields.TextField(null=True, unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "offer",
                "app": "frontdesk",
                "indexes": [Index(fields=["conversation_id", "created_at"])],
                "pk_attr": "id",
                "table_description": "One offer to one agent or several, of whom the first to accept has the conversation.",
            },
            bases=["Owned"],
        ),
        ops.CreateModel(
            name="OfferRecipient",
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
                    "offer",
                    fields.ForeignKeyField(
                        "frontdesk.Offer",
                        source_field="offer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="recipients",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "agent",
                    fields.ForeignKeyField(
                        "frontdesk.Agent",
                        source_field="agent_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("offered_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("rejected_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("reason", fields.TextField(null=True, unique=False)),
            ],
            options={
                "table": "offer_recipient",
                "app": "frontdesk",
                "unique_together": (("offer_id", "agent_id"),),
                "indexes": [Index(fields=["agent_id", "offered_at"])],
                "pk_attr": "id",
                "table_description": "An agent who is asked, and since when; `rejected_at` once they have said no.",
            },
            bases=["Owned"],
        ),
        ops.AddField(
            model_name="AssignmentRecord",
            name="offer",
            field=fields.ForeignKeyField(
                "frontdesk.Offer",
                source_field="offer_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.SET_NULL,
            ),
        ),
        ops.AddField(
            model_name="Conversation",
            name="closed_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Conversation",
            name="disposition",
            field=fields.ForeignKeyField(
                "frontdesk.Disposition",
                source_field="disposition_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.SET_NULL,
            ),
        ),
        ops.AddField(
            model_name="Conversation",
            name="disposition_note",
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name="Conversation",
            name="snoozed_until",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AlterField(
            model_name="EventRow",
            name="kind",
            field=fields.CharEnumField(
                description="MESSAGE_ADDED: MESSAGE_ADDED\nASSIGNMENT_CHANGED: ASSIGNMENT_CHANGED\nMEMBERS_CHANGED: MEMBERS_CHANGED\nCONVERSATION_CHANGED: CONVERSATION_CHANGED\nMEETING_CHANGED: MEETING_CHANGED\nREAD_MARKER_MOVED: READ_MARKER_MOVED\nOFFER_MADE: OFFER_MADE\nOFFER_CLOSED: OFFER_CLOSED",
                enum_type=EventKind,
                max_length=32,
            ),
        ),
        ops.AddField(
            model_name="Service",
            name="offer_timeout_seconds",
            field=fields.IntField(default=60),
        ),
        ops.AddField(
            model_name="Service",
            name="routing",
            field=fields.CharEnumField(
                default=Routing.OFFER_TO_ALL,
                description="OFFER_TO_ALL: OFFER_TO_ALL\nOFFER_IN_TURN: OFFER_IN_TURN\nASSIGN_AUTOMATICALLY: ASSIGN_AUTOMATICALLY",
                enum_type=Routing,
                max_length=24,
            ),
        ),
        ops.RunSQL(INDEXES),
    ]
