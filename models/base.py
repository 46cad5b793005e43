"""What every row has: a key and, but for the organization itself, the organization that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Self, TypeVar

from tortoise import connections, fields
from tortoise.fields.base import Field
from tortoise.fields.data import CharEnumFieldInstance
from tortoise.fields.relational import ReverseRelation
from tortoise.models import Model
from tortoise.queryset import QuerySet
from tortoise.timezone import get_default_timezone

if TYPE_CHECKING:
    from models.organization.organization import Organization

R = TypeVar("R", bound="Row")


class Row(Model):
    id = fields.BigIntField(primary_key=True)

    class Meta:
        abstract = True

    def __init__(self, **given: Any) -> None:
        """As Tortoise does it, but that what is known of a table is looked up once and not for each of its rows: a
        booking makes a dozen."""
        blank, own = _blank(type(self)), self.__dict__
        own |= {"_partial": False, "_saved_in_db": False, "_custom_generated_pk": "id" in given}
        own |= {"_await_when_save": {}, **blank.constants}
        for name, make in blank.made.items():
            if name not in given:
                own[name] = make()
        relations = {}
        for name, value in given.items():
            column = blank.columns.get(name)
            if column is None:
                relations[name] = value
            elif value is None and not column.null:
                raise ValueError(f"{name} is never null")
            else:
                own[name] = column.to_python_value(value)
        if relations:
            self._set_kwargs(relations)

    @classmethod
    def _init_from_db(cls, **columns: Any) -> Self:
        """As Tortoise does it, for the same reason: nearly all rows there are come from here."""
        read = _reading(cls)
        row = cls.__new__(cls)
        own = row.__dict__
        own |= {"_partial": False, "_saved_in_db": True, "_custom_generated_pk": read.is_key_ours}
        own["_await_when_save"] = {}
        try:
            for column, name, convert in read.columns:
                value = columns[column]
                own[name] = value if convert is None or value is None else convert(value)
        except KeyError:  # only some columns were asked for
            return super()._init_from_db(**columns)
        return row

    @classmethod
    async def where(cls, condition: str, *values: Any, **named: Any) -> list[Self]:
        """The rows that meet a condition in SQL (placeholders `%s`, or `%(name)s`), which an ORDER BY may follow.

        For hot paths: to put a query together takes Tortoise longer than it takes the database to answer it.
        """
        sql = f"{_selection(cls)} WHERE {condition}"
        given: Any = named or list(values)
        rows = await connections.get("default").execute_query_dict(sql, given)
        return [cls._init_from_db(**row) for row in rows]

    @classmethod
    async def of_ids(cls, ids: Collection[int]) -> list[Self]:
        """Those of these ids, in any order."""
        return await cls.where("id = ANY(%s::bigint[])", list(ids))

    def at_hand(self, relation: str) -> Any:
        """The row, or the rows, that this one refers to, where they need not be asked for; otherwise None."""
        found = self.__dict__.get(f"_{relation}")
        if isinstance(found, ReverseRelation):
            return list(found) if found._fetched else None
        return found


@dataclass(frozen=True, slots=True)
class _Blank:
    """A new row before anything is given: its columns, and their defaults, some of which are made for each row."""

    columns: Mapping[str, Field[Any]]
    constants: Mapping[str, Any]
    made: Mapping[str, Callable[[], Any]]


@cache
def _blank(model: type[Row]) -> _Blank:
    constants: dict[str, Any] = {}
    made: dict[str, Callable[[], Any]] = {}
    columns = {name: model._meta.fields_map[name] for name in model._meta.fields_db_projection}
    for name, column in columns.items():
        default = column.default
        if callable(default):
            made[name] = default
        elif default is None and column.has_db_default():
            made[name] = column.get_db_default_value
        elif default is None or isinstance(default, int | float | str | bytes):
            constants[name] = default
        else:
            made[name] = partial(deepcopy, default)
    return _Blank(columns, constants, made)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What becomes of a row's columns: each by its name, the field's, and what makes the field's value of the driver's;
    None where that is the same. `is_key_ours` where the key does not come from a sequence."""

    columns: Sequence[tuple[str, str, Callable[[Any], Any] | None]]
    is_key_ours: bool


@cache
def _reading(model: type[Row]) -> _Reading:
    meta = model._meta
    plain = ((column, name, None) for column, name, _ in meta.db_native_fields)
    simple = ((column, name, field.field_type) for column, name, field in meta.db_default_fields)
    others = ((column, name, _converter(field)) for column, name, field in meta.db_complex_fields)
    return _Reading([*plain, *simple, *others], meta.db_pk_column not in meta.generated_db_fields)


def _converter(field: Field[Any]) -> Callable[[Any], Any]:
    """The field's own, or what comes to the same for what the driver gives."""
    if isinstance(field, fields.DatetimeField):
        return lambda value: value.astimezone(get_default_timezone())
    if isinstance(field, CharEnumFieldInstance):
        members = {member.value: member for member in field.enum_type}
        return lambda value: members.get(value) or field.to_python_value(value)
    convert: Callable[[Any], Any] = field.to_python_value
    return convert


@cache
def _selection(model: type[Row]) -> str:
    table = model._meta.db_table
    return f'SELECT {columns_of(model, table)} FROM "{table}"'


def columns_of(model: type[Row], table: str) -> str:
    """The columns of a row, to be selected of what is called so; `row_of` makes it of their values."""
    return ", ".join(f'"{table}"."{column}"' for column in _columns(model))


def row_of(model: type[R], values: Sequence[object]) -> R:
    return model._init_from_db(**dict(zip(_columns(model), values, strict=True)))


def row_if_any(model: type[R], values: Sequence[object]) -> R | None:
    """None where an outer join has found no row."""
    return None if all(value is None for value in values) else row_of(model, values)


def width_of(model: type[Row]) -> int:
    """How many values that takes."""
    return len(_columns(model))


@cache
def _columns(model: type[Row]) -> tuple[str, ...]:
    return tuple(model._meta.fields_db_projection.values())


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


class Lasting(Edited):
    """A row that what is past goes on naming: deleting it takes it out of use for good, and leaves it there."""

    deleted_at = fields.DatetimeField(null=True)

    class Meta:
        abstract = True

    @classmethod
    def of(cls, organization_id: int) -> QuerySet[Self]:
        """The organization's, without what is deleted."""
        return cls.filter(organization_id=organization_id, deleted_at__isnull=True)
