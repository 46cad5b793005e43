"""Holds: claims that end by themselves, found by what is kept of their tokens."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

# Most claims are meetings' and have neither: the indexes stay small however many meetings there were.
INDEXES = [
    "CREATE INDEX claim_hold ON claim (hold_hash) WHERE hold_hash IS NOT NULL",
    "CREATE INDEX claim_expiring ON claim (agent_id, expires_at) WHERE expires_at IS NOT NULL",
]


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0002_guarantees")]

    operations = [
        ops.AddField("Claim", "hold_hash", fields.CharField(null=True, max_length=64)),
        ops.AddField("Claim", "held_for", fields.CharField(null=True, max_length=200)),
        ops.AddField(
            "Claim", "held_start", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)
        ),
        ops.AddField("Claim", "held_end", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
        ops.AlterModelOptions(
            name="Claim",
            options={
                "table": "claim",
                "app": "frontdesk",
                "indexes": (("meeting_id",),),
                "pk_attr": "id",
                "table_description": "An agent's time, taken by a meeting, or a hold, with its buffers."
                " No two claims of an agent overlap: the",
            },
        ),
        ops.RunSQL(INDEXES),
    ]
