"""How much an operation asks for, reckoned before anything of it runs.

A field costs one, plus what is selected below it; a field with `first` or `last` (literal, variable, or the
schema's default) costs one plus that many times what is below it. Plain lists count as one element: what can
grow long is a connection. Each fragment is reckoned once, so that nested fragments cannot make this slow.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from errors import TooComplex
from realtime.transport.limits import QueryLimits


class Weight(NamedTuple):
    """What a selection comes to with its fragments written out."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    cost: int = 0

    def beside(self, other: "Weight") -> "Weight":
        return Weight(
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.cost + other.cost,
        )

    def check(self, limits: QueryLimits) -> None:
        """Refuses with TooComplex, naming the first limit that is exceeded."""
        for name in Weight._fields:
            asked, allowed = getattr(self, name), getattr(limits, name)
            if asked > allowed:
                raise TooComplex(
                    f"The operation is too complex: its {name} would be {asked}, at most {allowed}."
                )


NOTHING = Weight()


class Scale:
    """Weighs the selections of one operation; `read_variables` tells whether the weight depends on them."""

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> None:
        self.read_variables = False
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._weighed: dict[str, Weight] = {}

    def operation(self, node: OperationDefinitionNode) -> Weight:
        try:
            return self._selections(node.selection_set, self._schema.get_root_type(node.operation))
        except RecursionError:
            raise TooComplex("The operation is nested too deeply.") from None

    def _selections(self, node: SelectionSetNode | None, parent: GraphQLNamedType | None) -> Weight:
        weight = NOTHING
        for selection in node.selections if node else ():
            weight = weight.beside(self._selection(selection, parent))
        return weight

    def _selection(self, node: SelectionNode, parent: GraphQLNamedType | None) -> Weight:
        if isinstance(node, FieldNode):
            return self._field(node, parent)
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        condition = node.type_condition  # type: ignore[attr-defined]  # the one kind left is an inline fragment
        within = self._schema.get_type(condition.name.value) if condition else parent
        return self._selections(node.selection_set, within)  # type: ignore[attr-defined]

    def _fragment(self, name: str) -> Weight:
        if name not in self._weighed:
            node = self._fragments[name]
            parent = self._schema.get_type(node.type_condition.name.value)
            self._weighed[name] = self._selections(node.selection_set, parent)
        return self._weighed[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Weight:
        field = self._schema.get_field(parent, node.name.value)  # type: ignore[arg-type]  # validated before
        below = self._selections(node.selection_set, get_named_type(field.type) if field else None)
        return Weight(
            below.depth + 1,
            below.fields + 1,
            below.aliases + (node.alias is not None),
            1 + below.cost * self._page(node, field) if below.cost else 1,
        )

    def _page(self, node: FieldNode, field: GraphQLField | None) -> int:
        """The number of elements that the field may bring, as far as `first` and `last` tell."""
        if field is None or not (field.args.keys() & {"first", "last"}):
            return 1
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        sizes = [self._size(given.get(name), field, name) for name in ("first", "last") if name in field.args]
        asked = [size for size in sizes if size is not None]
        return max(asked, default=1)

    def _size(self, value: object, field: GraphQLField, name: str) -> int | None:
        default = field.args[name].default_value
        if isinstance(value, VariableNode):
            self.read_variables = True
            size = self._variables.get(value.name.value, default)
        elif isinstance(value, IntValueNode):
            size = int(value.value)
        else:
            size = default if value is None else None
        return max(size, 1) if isinstance(size, int) else None
