"""What agents have at hand, tags, canned replies and dispositions, and the lists that contacts are in."""

from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


def _of(model: str, *, on_delete: OnDelete = OnDelete.CASCADE, column: str = "", **more: Any) -> Any:
    return fields.ForeignKeyField(
        f"frontdesk.{model}",
        source_field=column or f"{model.lower()}_id",
        db_constraint=True,
        to_field="id",
        related_name=False,
        on_delete=on_delete,
        **more,
    )


def _own(*others: tuple[str, Any]) -> list[tuple[str, Any]]:
    return [
        ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
        ("organization", _of("Organization")),
        ("version", fields.IntField(default=1)),
        *others,
    ]


# Of what is of all services, or for all languages, there is one as well.
ONCE = [
    "CREATE UNIQUE INDEX canned_reply_once ON canned_reply"
    " (organization_id, shortcut, coalesce(service_id, 0), coalesce(locale, ''))",
    "CREATE UNIQUE INDEX disposition_once ON disposition (organization_id, name, coalesce(service_id, 0))",
    "CREATE UNIQUE INDEX contact_list_default ON contact_list (organization_id) WHERE is_default",
]
DEFAULT_LISTS = """
INSERT INTO contact_list (organization_id, version, name, is_default, agents_can_add, custom_fields)
SELECT id, 1, 'Contacts', true, true, '[]' FROM organization
"""
FIRST_CONTACTS = """
UPDATE contact SET contact_list_id = one.id FROM contact_list one WHERE one.organization_id = contact.organization_id
"""
# An organization is never without a default list, nor a contact without a list, whoever makes them.
LIST_OF_ORGANIZATION = """
CREATE FUNCTION organization_listed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO contact_list (organization_id, version, name, is_default, agents_can_add, custom_fields)
        VALUES (NEW.id, 1, 'Contacts', true, true, '[]');
    RETURN NULL;
END $$
"""
LIST_OF_CONTACT = """
CREATE FUNCTION contact_listed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.contact_list_id := coalesce(
        OLD.contact_list_id,
        (SELECT id FROM contact_list WHERE organization_id = NEW.organization_id AND is_default)
    );
    RETURN NEW;
END $$
"""
TRIGGERS = [
    "CREATE TRIGGER organization_listed AFTER INSERT ON organization"
    " FOR EACH ROW EXECUTE FUNCTION organization_listed()",
    "CREATE TRIGGER contact_listed BEFORE INSERT OR UPDATE ON contact"
    " FOR EACH ROW WHEN (NEW.contact_list_id IS NULL) EXECUTE FUNCTION contact_listed()",
]


# The models have it null for as long as the database has not said which one it is.
ALWAYS = "ALTER TABLE contact ALTER COLUMN contact_list_id SET NOT NULL"


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0014_ordered_letters")]

    operations = [
        ops.CreateModel(
            name="Tag",
            fields=_own(("name", fields.CharField(max_length=64)), ("color", fields.CharField(max_length=7))),
            options={
                "table": "tag",
                "app": "frontdesk",
                "unique_together": (("organization_id", "name"),),
                "pk_attr": "id",
            },
            bases=["Edited"],
        ),
        ops.CreateModel(
            name="CannedReply",
            fields=_own(
                ("shortcut", fields.CharField(max_length=32)),
                ("text", fields.TextField(unique=False)),
                ("service", _of("Service", null=True)),
                ("locale", fields.CharField(null=True, max_length=35)),
            ),
            options={
                "table": "canned_reply",
                "app": "frontdesk",
                "pk_attr": "id",
                "table_description": "A reply without a service is of all of them, one without a locale for every language.",
            },
            bases=["Edited"],
        ),
        ops.CreateModel(
            name="Disposition",
            fields=_own(("name", fields.CharField(max_length=200)), ("service", _of("Service", null=True))),
            options={
                "table": "disposition",
                "app": "frontdesk",
                "pk_attr": "id",
                "table_description": "A disposition without a service is of all of them. A name is there once for each service.",
            },
            bases=["Edited"],
        ),
        ops.CreateModel(
            name="ContactList",
            fields=_own(
                ("name", fields.CharField(max_length=200)),
                ("is_default", fields.BooleanField(default=False)),
                ("agents_can_add", fields.BooleanField(default=True)),
                ("custom_fields", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
            ),
            options={
                "table": "contact_list",
                "app": "frontdesk",
                "unique_together": (("organization_id", "name"),),
                "pk_attr": "id",
                "table_description": "One list of each organization is its default, of every contact for whom none is named.",
            },
            bases=["Edited"],
        ),
        ops.AddField(
            "Contact",
            "contact_list",
            _of("ContactList", null=True, on_delete=OnDelete.RESTRICT, column="contact_list_id"),
        ),
        ops.RunSQL(
            [*ONCE, DEFAULT_LISTS, FIRST_CONTACTS, LIST_OF_ORGANIZATION, LIST_OF_CONTACT, *TRIGGERS, ALWAYS]
        ),
        ops.AlterModelOptions(
            "Contact",
            {
                "table": "contact",
                "app": "frontdesk",
                "indexes": [Index(fields=["organization_id", "email"]), Index(fields=["contact_list_id"])],
                "pk_attr": "id",
                "table_description": "One that is made without a list comes into the organization's default one.",
            },
        ),
        ops.AddIndex("Contact", Index(fields=["contact_list_id"])),
    ]
