"""Planning: rules by subject and meeting type, day templates, teams, group meetings, series, offered times."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.words import MeetingType
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

# A rule is one of its kind; of the default rules, too, which have no office.
PLANNING_RULE_UNIQUE = [
    "CREATE UNIQUE INDEX planning_rule_default ON planning_rule (subject_id, meeting_type) WHERE office_id IS NULL",
    "CREATE UNIQUE INDEX planning_rule_office ON planning_rule (subject_id, meeting_type, office_id)"
    " WHERE office_id IS NOT NULL",
]
CHECKS = [
    "ALTER TABLE planning_rule ADD CONSTRAINT planning_rule_seats CHECK (seats >= 1)",
    "ALTER TABLE meeting ADD CONSTRAINT meeting_seats CHECK (seats >= 1)",
    "ALTER TABLE service ADD CONSTRAINT service_percent CHECK (availability_percent BETWEEN 0 AND 100)",
]
INDEXES = [
    "CREATE INDEX attendee_contact ON attendee (contact_id) WHERE contact_id IS NOT NULL AND NOT companion",
    "CREATE INDEX claim_link ON claim (link_id) WHERE link_id IS NOT NULL",
    "CREATE INDEX meeting_service ON meeting (service_id, start) WHERE service_id IS NOT NULL",
    "CREATE INDEX meeting_group ON meeting (organization_id, start) WHERE seats > 1",
    "CREATE INDEX meeting_of_series ON meeting (series_id) WHERE series_id IS NOT NULL",
    "CREATE INDEX planning_rule_agent_agent ON planning_rule_agent (agent_id)",
]
# The guest is the first of those who come along.
WHO_COMES = """
UPDATE attendee SET contact_id = meeting.guest_id,
    companion = attendee.id <> (SELECT min(first.id) FROM attendee first WHERE first.meeting_id = meeting.id)
FROM meeting WHERE meeting.id = attendee.meeting_id
"""


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0003_holds")]

    operations = [
        ops.CreateModel(
            name="DayTemplate",
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
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                ("windows", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "day_template",
                "app": "frontdesk",
                "unique_together": (("agent_id", "name"),),
                "pk_attr": "id",
                "table_description": "Of one agent; what it says holds on every date that was given it.",
            },
            bases=["Owned"],
        ),
        ops.CreateModel(
            name="MeetingSeries",
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
                    "guest",
                    fields.ForeignKeyField(
                        "frontdesk.Contact",
                        source_field="guest_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("recurrence", fields.TextField(unique=False)),
                ("outcome", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "meeting_series",
                "app": "frontdesk",
                "pk_attr": "id",
                "table_description": "`outcome` keeps what was said of every occurrence, so that the same request again gets the same answer.",
            },
            bases=["Owned"],
        ),
        ops.CreateModel(
            name="PlanningRule",
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
                    "subject",
                    fields.ForeignKeyField(
                        "frontdesk.Subject",
                        source_field="subject_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="planning_rules",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "meeting_type",
                    fields.CharEnumField(
                        description="OFFICE: OFFICE\nVIDEO: VIDEO\nPHONE: PHONE\nON_SITE: ON_SITE",
                        enum_type=MeetingType,
                        max_length=10,
                    ),
                ),
                (
                    "office",
                    fields.ForeignKeyField(
                        "frontdesk.Office",
                        source_field="office_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("enabled", fields.BooleanField(default=True)),
                ("duration_options", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("default_duration_minutes", fields.IntField()),
                ("slot_interval_minutes", fields.IntField()),
                ("buffer_before_minutes", fields.IntField(default=0)),
                ("buffer_after_minutes", fields.IntField(default=0)),
                ("minimum_notice_minutes", fields.IntField(null=True)),
                ("bookable_days_ahead", fields.IntField(null=True)),
                ("seats", fields.IntField(default=1)),
                ("needs_acceptance", fields.BooleanField(default=False)),
                ("max_per_agent_per_day", fields.IntField(null=True)),
                ("max_per_agent_per_week", fields.IntField(null=True)),
                ("version", fields.IntField(default=1)),
                (
                    "agents",
                    fields.ManyToManyField(
                        "frontdesk.Agent",
                        unique=True,
                        db_constraint=True,
                        through="planning_rule_agent",
                        forward_key="agent_id",
                        backward_key="planning_rule_id",
                        related_name="planning_rules",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={
                "table": "planning_rule",
                "app": "frontdesk",
                "pk_attr": "id",
                "table_description": "Of one subject and meeting type. The rule without an office is the administrator's default; an office's own",
            },
            bases=["Owned"],
        ),
        ops.AlterModelOptions(
            name="Attendee",
            options={
                "table": "attendee",
                "app": "frontdesk",
                "pk_attr": "id",
                "table_description": "Somebody who comes along: a guest, `contact`, or one of those whom that guest brings (`companion`).",
            },
        ),
        ops.AddField(
            model_name="Attendee",
            name="companion",
            field=fields.BooleanField(default=False),
        ),
        ops.AddField(
            model_name="Attendee",
            name="contact",
            field=fields.ForeignKeyField(
                "frontdesk.Contact",
                source_field="contact_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.CASCADE,
            ),
        ),
        ops.RenameField(
            model_name="Claim",
            old_name="held_end",
            new_name="core_ends_at",
        ),
        ops.RenameField(
            model_name="Claim",
            old_name="held_start",
            new_name="core_starts_at",
        ),
        ops.AddField(
            model_name="Claim",
            name="link",
            field=fields.ForeignKeyField(
                "frontdesk.ScheduleLink",
                source_field="link_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.CASCADE,
            ),
        ),
        ops.AddField(
            model_name="Claim",
            name="meeting_type",
            field=fields.CharEnumField(
                null=True,
                description="OFFICE: OFFICE\nVIDEO: VIDEO\nPHONE: PHONE\nON_SITE: ON_SITE",
                enum_type=MeetingType,
                max_length=10,
            ),
        ),
        ops.AddField(
            model_name="Claim",
            name="subject_id",
            field=fields.BigIntField(null=True),
        ),
        ops.AlterModelOptions(
            name="DateOverride",
            options={
                "table": "date_override",
                "app": "frontdesk",
                "unique_together": (("agent_id", "date"),),
                "pk_attr": "id",
                "table_description": "The hours of one date in the agent's zone, instead of the week template's: the template's, where there is one,",
            },
        ),
        ops.AddField(
            model_name="DateOverride",
            name="template",
            field=fields.ForeignKeyField(
                "frontdesk.DayTemplate",
                source_field="template_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Meeting",
            name="buffer_after_minutes",
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name="Meeting",
            name="buffer_before_minutes",
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name="Meeting",
            name="seats",
            field=fields.IntField(default=1),
        ),
        ops.AddField(
            model_name="Meeting",
            name="series",
            field=fields.ForeignKeyField(
                "frontdesk.MeetingSeries",
                source_field="series_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.SET_NULL,
            ),
        ),
        ops.AlterModelOptions(
            name="Office",
            options={
                "table": "office",
                "app": "frontdesk",
                "unique_together": (("organization_id", "name"),),
                "pk_attr": "id",
                "table_description": "`hours` are a stored week (see models/windows.py), None where the office is always open; each of the",
            },
        ),
        ops.AddField(
            model_name="Office",
            name="closures",
            field=fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name="Office",
            name="hours",
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AlterModelOptions(
            name="ScheduleLink",
            options={
                "table": "schedule_link",
                "app": "frontdesk",
                "unique_together": (("organization_id", "slug"),),
                "pk_attr": "id",
                "table_description": "`offered_times`, in ISO 8601, are the only starts it offers; they are held until it is used or expires.",
            },
        ),
        ops.AddField(
            model_name="ScheduleLink",
            name="offered_times",
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name="ScheduleLink",
            name="single_use",
            field=fields.BooleanField(default=False),
        ),
        ops.AddField(
            model_name="ScheduleLink",
            name="used_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AlterModelOptions(
            name="Service",
            options={
                "table": "service",
                "app": "frontdesk",
                "unique_together": (("organization_id", "name"),),
                "pk_attr": "id",
                "table_description": "COLLECTIVE needs `required_agents` of the members free together (None: all); for the others a slot is offered",
            },
        ),
        ops.AddField(
            model_name="Service",
            name="assign_on_booking",
            field=fields.BooleanField(default=True),
        ),
        ops.AddField(
            model_name="Service",
            name="availability_percent",
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name="Service",
            name="required_agents",
            field=fields.IntField(null=True),
        ),
        ops.RunSQL([*PLANNING_RULE_UNIQUE, *CHECKS, *INDEXES, WHO_COMES]),
    ]
