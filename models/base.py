"""What every row has: a key and, but for the organization itself, the organization that it belongs to."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Self

from tortoise import connections, fields
from tortoise.fields.relational import ReverseRelation
from tortoise.models import Model

if TYPE_CHECKING:
    from models.organization.organization import Organization


class Row(Model):
    id = fields.BigIntField(primary_key=True)

    class Meta:
        abstract = True

    @classmethod
    async def where(cls, condition: str, *values: Any) -> list[Self]:
        """The rows that meet a condition in SQL (placeholders `%s`), which an ORDER BY may follow.

        For hot paths: to put a query together takes Tortoise longer than it takes the database to answer it.
        """
        sql = f"{_selection(cls)} WHERE {condition}"
        rows = await connections.get("default").execute_query_dict(sql, list(values))
        return [cls._init_from_db(**row) for row in rows]

    def at_hand(self, relation: str) -> Any:
        """The row, or the rows, that this one refers to, where they need not be asked for; otherwise None."""
        found = self.__dict__.get(f"_{relation}")
        if isinstance(found, ReverseRelation):
            return list(found) if found._fetched else None
        return found


@cache
def _selection(model: type[Row]) -> str:
    columns = ", ".join(f'"{column}"' for column in model._meta.fields_db_projection.values())
    return f'SELECT {columns} FROM "{model._meta.db_table}"'


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
