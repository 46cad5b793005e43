"""Content templates: what an organization says in its own words."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.words import Audience, MeetingType, Occasion
from tortoise.fields.base import OnDelete
from tortoise import fields

# For all meeting types is one of them.
ONCE = (
    "CREATE UNIQUE INDEX content_template_once ON content_template"
    " (organization_id, occasion, audience, language, coalesce(meeting_type, ''))"
)


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0023_retention")]

    operations = [
        ops.CreateModel(
            name="ContentTemplate",
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
                    "occasion",
                    fields.CharEnumField(
                        description="CALENDAR_EVENT: CALENDAR_EVENT\nBOOKED: BOOKED\nREQUESTED: REQUESTED\nCONFIRM_REQUEST: CONFIRM_REQUEST\nACCEPTED: ACCEPTED\nDECLINED: DECLINED\nEXPIRED: EXPIRED\nRESCHEDULED: RESCHEDULED\nREASSIGNED: REASSIGNED\nPASSED_ON: PASSED_ON\nCANCELLED: CANCELLED\nREMINDER: REMINDER\nJOINED: JOINED\nLEFT: LEFT\nCALL_CREATED: CALL_CREATED\nCALL_FAILED: CALL_FAILED\nINVITATION: INVITATION\nSIGN_IN_CODE: SIGN_IN_CODE\nAGENT_INVITATION: AGENT_INVITATION\nPASSWORD_RESET: PASSWORD_RESET\nCALENDAR_DISCONNECTED: CALENDAR_DISCONNECTED",
                        enum_type=Occasion,
                        max_length=25,
                    ),
                ),
                (
                    "audience",
                    fields.CharEnumField(
                        description="GUEST: GUEST\nAGENT: AGENT\nATTENDEE: ATTENDEE",
                        enum_type=Audience,
                        max_length=10,
                    ),
                ),
                ("language", fields.CharField(max_length=35)),
                (
                    "meeting_type",
                    fields.CharEnumField(
                        null=True,
                        description="OFFICE: OFFICE\nVIDEO: VIDEO\nPHONE: PHONE\nON_SITE: ON_SITE",
                        enum_type=MeetingType,
                        max_length=10,
                    ),
                ),
                ("subject", fields.TextField(unique=False)),
                ("body", fields.TextField(unique=False)),
            ],
            options={
                "table": "content_template",
                "app": "frontdesk",
                "pk_attr": "id",
                "table_description": "`language` is a tag in lower case. Of the same occasion, audience, language and type there is one.",
            },
            bases=["Edited"],
        ),
        ops.RunSQL([ONCE]),
    ]
