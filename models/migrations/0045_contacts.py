"""Contacts are kept: tags, who has edited them, what they are called in channels, whom they were merged into; and they
are found by what they are called."""

from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.words import Channel


def _of(model: str, column: str, *, on_delete: OnDelete = OnDelete.CASCADE, **more: Any) -> Any:
    return fields.ForeignKeyField(
        f"frontdesk.{model}",
        source_field=column,
        db_constraint=True,
        to_field="id",
        on_delete=on_delete,
        **{"related_name": False, **more},
    )


def _own(*others: tuple[str, Any]) -> list[tuple[str, Any]]:
    return [
        ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
        ("organization", _of("Organization", "organization_id")),
        *others,
    ]


# Of a channel without accounts there is each identity once, too.
IDENTITY_ONCE = (
    "CREATE UNIQUE INDEX channel_identity_once ON channel_identity"
    " (organization_id, channel, coalesce(account_id, 0), identity)"
)
# The words of a name, in small letters and without accents; those of an address marked by an @, as are the digits of a
# number: all of them, and without what may be its country code; and what of a name may be such a thing. Each begins
# with whose it is, so that what one organization looks for is nothing that all others have to be asked for.
WORDS = r"""
CREATE FUNCTION contact_words(organization bigint, name text, email text, phone text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 AS $$
    SELECT array_to_tsvector(ARRAY(
        SELECT DISTINCT organization || CASE WHEN said.text ~ '@' OR word ~ '^\d+$|\d{3}' THEN '@' ELSE ':' END || left(word, 64)
        FROM (VALUES (name), (email)) AS said(text),
            regexp_split_to_table(lower(regexp_replace(translate(
                normalize(said.text, NFKD), $p$.,;:!?@-_+'"()[]{}<>/\|&%$#*=~^`$p$, repeat(' ', 31)
            ), '[\u0300-\u036f]', '', 'g')), '\s+') AS word
        WHERE word <> ''
        UNION SELECT organization || '@' || substr(phone, n) FROM generate_series(2, 5) n WHERE substr(phone, n) <> ''
    ))
$$
"""
INDEXES = [
    "CREATE INDEX contact_words ON contact USING gin (contact_words(organization_id, name, email, phone))",
    "CREATE INDEX contact_custom_fields ON contact USING gin (custom_fields jsonb_path_ops)",
    "CREATE INDEX contact_name ON contact (organization_id, name, id) WHERE merged_into_id IS NULL",
    "CREATE INDEX contact_merge_moved ON contact_merge USING gin (moved jsonb_path_ops)",
    "CREATE INDEX contact_created ON contact (organization_id, created_at) WHERE merged_into_id IS NULL",
]
# Whoever makes contacts by SQL of their own need not know of it.
NOT_OTHERWISE = "ALTER TABLE contact ALTER COLUMN known_otherwise SET DEFAULT false"
# Numbers are kept as they are dialled today (models/contact/number.py).
NINTH_DIGIT = r"""
UPDATE contact SET phone = left(phone, 5) || '9' || substr(phone, 6) WHERE phone ~ '^\+55[1-9][1-9][689]\d{7}$'
"""


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0044_queue_counts")]

    operations = [
        ops.CreateModel(
            name="ChannelIdentity",
            fields=_own(
                ("contact", _of("Contact", "contact_id", related_name="identities")),
                (
                    "channel",
                    fields.CharEnumField(
                        description="WEB: WEB\nMEETING: MEETING\nWHATSAPP: WHATSAPP",
                        enum_type=Channel,
                        max_length=10,
                    ),
                ),
                ("account", _of("ChannelAccount", "account_id", null=True)),
                ("identity", fields.CharField(max_length=128)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ),
            options={
                "table": "channel_identity",
                "app": "frontdesk",
                "indexes": [Index(fields=["contact_id"]), Index(fields=["account_id"])],
                "pk_attr": "id",
                "table_description": "One is there once for a channel and an account (the migration's index sees to it, also where there is none).",
            },
            bases=["Owned"],
        ),
        ops.CreateModel(
            name="ContactAlias",
            fields=_own(
                ("contact", _of("Contact", "contact_id", related_name="aliases")),
                ("name", fields.CharField(max_length=200)),
                ("email", fields.CharField(null=True, max_length=320)),
                ("phone", fields.CharField(null=True, max_length=32)),
            ),
            options={
                "table": "contact_alias",
                "app": "frontdesk",
                "indexes": [Index(fields=["contact_id"]), Index(fields=["organization_id", "name"])],
                "pk_attr": "id",
                "table_description": "The address and the number are the contact's, or none: by one that was wrong nobody is recognised.",
            },
            bases=["Owned"],
        ),
        ops.CreateModel(
            name="ContactEdit",
            fields=_own(
                ("contact", _of("Contact", "contact_id", related_name="edits")),
                ("agent", _of("Agent", "agent_id")),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ),
            options={
                "table": "contact_edit",
                "app": "frontdesk",
                "unique_together": (("contact_id", "agent_id"),),
                "indexes": [Index(fields=["agent_id"])],
                "pk_attr": "id",
                "table_description": "That an agent has edited a contact, and when they last did.",
            },
            bases=["Owned"],
        ),
        ops.CreateModel(
            name="ContactMerge",
            fields=_own(
                ("kept", _of("Contact", "kept_id")),
                (
                    "merged",
                    fields.OneToOneField(
                        "frontdesk.Contact",
                        source_field="merged_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("agent", _of("Agent", "agent_id", null=True, on_delete=OnDelete.SET_NULL)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("moved", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
            ),
            options={
                "table": "contact_merge",
                "app": "frontdesk",
                "indexes": [Index(fields=["kept_id"])],
                "pk_attr": "id",
                "table_description": "`moved` names the rows by their tables, and the fields of the kept one that were empty before. One that is undone",
            },
            bases=["Owned"],
        ),
        ops.CreateModel(
            name="ContactTag",
            fields=_own(
                ("contact", _of("Contact", "contact_id", related_name="taggings")),
                ("tag", _of("Tag", "tag_id")),
            ),
            options={
                "table": "contact_tag",
                "app": "frontdesk",
                "unique_together": (("contact_id", "tag_id"),),
                "indexes": [Index(fields=["tag_id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        ops.AddField(
            model_name="Contact",
            name="merged_into",
            field=_of("Contact", "merged_into_id", null=True),
        ),
        ops.AddField(
            model_name="Contact",
            name="known_otherwise",
            field=fields.BooleanField(default=False),
        ),
        ops.AddIndex(
            model_name="Contact",
            index=Index(fields=["merged_into_id"]),
        ),
        ops.RunSQL([NOT_OTHERWISE, IDENTITY_ONCE, WORDS, NINTH_DIGIT, *INDEXES]),
    ]
