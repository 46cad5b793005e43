"""Offers know how often the agents were asked, and their recipients whether they were still there."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

INDEXES = [
    "CREATE INDEX offer_recipient_turn ON offer_recipient (agent_id, offered_at) WHERE in_turn",
    "CREATE INDEX assignment_record_given ON assignment_record (to_agent_id, at)",
]


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0034_changed_messages")]

    operations = [
        ops.AddField(model_name="Offer", name="round", field=fields.IntField(default=1)),
        ops.AddField(model_name="OfferRecipient", name="left_at", field=fields.DatetimeField(null=True)),
        ops.AddField(model_name="OfferRecipient", name="in_turn", field=fields.BooleanField(default=False)),
        ops.RunSQL(INDEXES),
    ]
