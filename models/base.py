"""What every row has: a key and, but for the organization itself, the organization that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from models.organization.organization import Organization


class Row(Model):
    id = fields.BigIntField(primary_key=True)

    class Meta:
        abstract = True


class Owned(Row):
    """A row of an organization. Every query scope starts from `organization_id`."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "frontdesk.Organization", related_name=False, on_delete=fields.CASCADE
    )
    organization_id: int

    class Meta:
        abstract = True


class Edited(Owned):
    """A row that several people edit; each change raises its version (see models/editing.py)."""

    version = fields.IntField(default=1)

    class Meta:
        abstract = True
