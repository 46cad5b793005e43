"""What is worked out of the selections of an operation, so that it is worked out once."""

from typing import Any, TypeAlias

from graphql import GraphQLOutputType
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet

from realtime.transport.fields import Field
from realtime.transport.rows import Row
from realtime.transport.tables import Table

Of: TypeAlias = tuple[GraphQLOutputType, int]
"""A list's kind of objects, and the id of what selects it."""


class Selections:
    """It holds for an operation with its variables, and for all operations of a document of which no directive could
    leave out a field. It keeps every list of selected fields whose id it goes by; a field's has one type that it is
    selected of."""

    __slots__ = ("below", "fields", "roots", "rows", "tables")

    def __init__(self) -> None:
        self.roots: dict[int, GroupedFieldSet] = {}
        self.below: dict[Any, Any] = {}
        self.fields: dict[int, tuple[Field | str | None, FieldDetailsList]] = {}
        self.rows: dict[Of, tuple[Row | None, FieldDetailsList]] = {}
        self.tables: dict[Of, tuple[Table | None, FieldDetailsList]] = {}
