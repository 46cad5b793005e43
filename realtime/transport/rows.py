"""Objects of which nothing but plain attributes is asked: written at once, without the executor's care for each field.

Whatever is out of the ordinary, a value to be awaited, a null or an error, is left to the stock executor, which reads
the object again by way of a `Replay`.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from graphql import GraphQLField, GraphQLObjectType, get_nullable_type, is_leaf_type
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from realtime.transport.leaves import Writers, writers_of


class Leaf(NamedTuple):
    """One field of a row, the `position`th that is read."""

    position: int
    name: str
    attribute: str
    writers: Writers


class Row:
    """What is selected of one type. `blank` has every name in its place, and what is the same for all its objects."""

    __slots__ = ("blank", "leaves")

    def __init__(self, blank: dict[str, Any], leaves: Sequence[Leaf]) -> None:
        self.blank = blank
        self.leaves = leaves

    def of(self, item: object) -> "dict[str, Any] | Replay":
        """The object as clients are told of it; or what the stock executor is to look at in its place."""
        row, read, position = self.blank.copy(), [], 0
        try:
            for position, name, attribute, writers in self.leaves:  # noqa: B007 - read where it ended
                value = getattr(item, attribute)
                read.append(value)
                row[name] = writers[type(value)](value)
        except Exception as error:
            return Replay(item, read, raised=error if len(read) == position else None)
        return row


class Replay:
    """An object of which some was read before: reading it gives that once more, then the rest for the first time.

    So nothing is asked for twice, such as an awaitable that somebody has to wait for.
    """

    __slots__ = ("_item", "_raised", "_read")

    def __init__(self, item: object, read: list[Any], *, raised: Exception | None) -> None:
        self._item = item
        self._read: Iterator[Any] = iter(read)
        self._raised = raised

    def __getattr__(self, name: str) -> Any:
        for value in self._read:
            return value
        if self._raised is not None:
            raised, self._raised = self._raised, None
            raise raised
        return getattr(self._item, name)


def row_of(parent: GraphQLObjectType, selected: GroupedFieldSet) -> Row | None:
    """How objects of the type are written, the fields being those selected; None where that takes more than reading."""
    leaves: list[Leaf] = []
    for name, details in selected.items():
        if is_typename(details):
            continue
        field = field_of(parent, details)
        attribute = None if field is None else plain_attribute(field)
        if field is None or attribute is None:
            return None
        leaf = get_nullable_type(field.type)
        if not is_leaf_type(leaf):
            return None
        leaves.append(Leaf(len(leaves), name, attribute, writers_of(leaf, nullable=leaf is field.type)))
    return Row(dict.fromkeys(selected, parent.name), leaves)


def is_typename(details: FieldDetailsList) -> bool:
    return details[0].node.name.value == "__typename"


def field_of(parent: GraphQLObjectType, details: FieldDetailsList) -> GraphQLField | None:
    """The field that is selected, where it takes no arguments."""
    field = parent.fields.get(details[0].node.name.value)
    return None if field is None or field.args else field


def plain_attribute(field: GraphQLField) -> str | None:
    """The attribute that a field shows as it is: without a resolver, an extension or a permission."""
    defined = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(defined, StrawberryField) or not getattr(field.resolve, "_is_default", False):
        return None
    plain = defined.is_basic_field and defined.default_resolver is getattr
    return defined.python_name if plain and not defined.python_name.startswith("_") else None
