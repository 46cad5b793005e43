"""Lists that come as columns (see realtime.columns): their rows are made by one zip."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from realtime.columns import ByName
from realtime.transport.rows import field_of, is_typename

Collect: TypeAlias = Callable[[GraphQLObjectType, FieldDetailsList], GroupedFieldSet]
"""What is selected of a type below a field."""

Row: TypeAlias = dict[str, Any]
Join: TypeAlias = Callable[[list[Sequence[Any]]], list[Row]]


@dataclass(frozen=True, slots=True)
class Table:
    """What is selected of the objects of a list, all of which their columns may tell.

    `attributes` are the columns to ask for, `below` says which of them are lists of objects again, and `typenames`
    before which of all columns the name of the type is to stand, from the first to the last.
    """

    typename: str
    attributes: tuple[str, ...]
    below: "tuple[tuple[int, Table], ...]"
    typenames: tuple[int, ...]
    join: Join

    def rows(self, by_name: ByName) -> list[Row] | None:
        """The objects as clients are told of them; None where there is no column of something selected."""
        columns: list[Any] = [*map(by_name, self.attributes)]
        if None in columns:
            return None
        for index, table in self.below:
            lists = columns[index] = [*map(table.rows, columns[index])]
            if None in lists:
                return None
        for index in self.typenames:
            columns.insert(index, [self.typename] * len(columns[0]))
        return self.join(columns)


def joining(names: Sequence[str]) -> Join:
    """Makes the rows of as many columns. Those of few are spelled out, which takes a third of the time."""
    match names:
        case (one,):
            return lambda columns: [{one: a} for a in columns[0]]
        case (one, two):
            return lambda columns: [{one: a, two: b} for a, b in zip(*columns, strict=True)]
        case (one, two, three):
            return lambda columns: [{one: a, two: b, three: c} for a, b, c in zip(*columns, strict=True)]
        case (one, two, three, four):
            return lambda columns: [
                {one: a, two: b, three: c, four: d} for a, b, c, d in zip(*columns, strict=True)
            ]
    return lambda columns: [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def table_of(parent: GraphQLObjectType, selected: GroupedFieldSet, collect: Collect) -> Table | None:
    """How columns of the type become rows, the fields being those selected; None where columns cannot tell them."""
    attributes: list[str] = []
    below: list[tuple[int, Table]] = []
    typenames: list[int] = []
    for position, details in enumerate(selected.values()):
        if is_typename(details):
            typenames.append(position)
            continue
        field = field_of(parent, details)
        table = None if field is None else _below(field, details, collect)
        if field is None or not _has_column(field) or (table is None and not _is_leaf(field)):
            return None
        if table is not None:
            below.append((len(attributes), table))
        attributes.append(field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].python_name)
    if not attributes:
        return None
    return Table(parent.name, tuple(attributes), tuple(below), tuple(typenames), joining(tuple(selected)))


def _below(field: GraphQLField, details: FieldDetailsList, collect: Collect) -> Table | None:
    """What is selected of the objects of a field that is a list of them."""
    kind = get_nullable_type(field.type)
    of = plain_object(kind.of_type) if is_list_type(kind) else None
    return None if of is None else table_of(of, collect(of, details), collect)


def plain_object(of: GraphQLOutputType) -> GraphQLObjectType | None:
    """The type of a list's objects, where nothing has to be asked of each object to know it."""
    kind = get_nullable_type(of)
    return kind if is_object_type(kind) and kind.is_type_of is None else None


def _has_column(field: GraphQLField) -> bool:
    """Whether there may be a column of it: not where a permission has to be asked for first."""
    defined = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return isinstance(defined, StrawberryField) and not defined.extensions


def _is_leaf(field: GraphQLField) -> bool:
    return is_leaf_type(get_nullable_type(field.type))
