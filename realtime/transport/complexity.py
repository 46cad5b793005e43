"""How much an operation asks for, reckoned before anything of it runs.

A field costs one, plus what is selected below it, as often as it may bring that: `first` or `last` times, once for each
of its `ids` (both as literals, variables, or the schema's defaults), and PLAIN times for another list of objects. A
page's own lists, such as `edges`, are as long as the page, which has counted them. Introspection counts as it stands:
the rule of validation that limits its nesting keeps it small. Each fragment is reckoned once for pages and once for
other places, so that nested fragments cannot make this slow.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from errors import TooComplex
from realtime.transport.limits import QueryLimits

PLAIN = 10
"""How many objects a list is taken to bring whose length nobody asks for, such as the members of a service."""

UNTOLD = 100
"""How many ids are taken to come where the operation does not tell."""


class Weight(NamedTuple):
    """What a selection comes to with its fragments written out."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    cost: int = 0
    attempts: int = 0

    def beside(self, other: "Weight") -> "Weight":
        return Weight(
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.cost + other.cost,
            self.attempts + other.attempts,
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
        guarded: Collection[str] = (),
    ) -> None:
        self.read_variables = False
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._guarded = guarded
        self._weighed: dict[tuple[str, bool], Weight] = {}

    def operation(self, node: OperationDefinitionNode) -> Weight:
        try:
            return self._selections(node.selection_set, self._schema.get_root_type(node.operation))
        except RecursionError:
            raise TooComplex("The operation is nested too deeply.") from None

    def _selections(
        self, node: SelectionSetNode | None, parent: GraphQLNamedType | None, *, of_page: bool = False
    ) -> Weight:
        weight = NOTHING
        for selection in node.selections if node else ():
            weight = weight.beside(self._selection(selection, parent, of_page))
        return weight

    def _selection(self, node: SelectionNode, parent: GraphQLNamedType | None, of_page: bool) -> Weight:
        if isinstance(node, FieldNode):
            return self._field(node, parent, of_page)
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value, of_page)
        condition = node.type_condition  # type: ignore[attr-defined]  # the one kind left is an inline fragment
        within = self._schema.get_type(condition.name.value) if condition else parent
        return self._selections(node.selection_set, within, of_page=of_page)  # type: ignore[attr-defined]

    def _fragment(self, name: str, of_page: bool) -> Weight:
        key = name, of_page
        if key not in self._weighed:
            node = self._fragments[name]
            parent = self._schema.get_type(node.type_condition.name.value)
            self._weighed[key] = self._selections(node.selection_set, parent, of_page=of_page)
        return self._weighed[key]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, of_page: bool) -> Weight:
        field = self._schema.get_field(parent, node.name.value)  # type: ignore[arg-type]  # validated before
        if field is None or parent is None:
            return Weight(1, 1, int(node.alias is not None), 1)
        is_list = is_list_type(get_nullable_type(field.type))
        asked = self._asked(node, field)
        counted = of_page or parent.name.startswith("__")
        elements = max(asked, default=PLAIN if is_list and not counted else 1)
        below = self._selections(
            node.selection_set, get_named_type(field.type), of_page=bool(asked) and not is_list
        )
        return Weight(
            below.depth + 1,
            below.fields + 1,
            below.aliases + (node.alias is not None),
            1 + below.cost * elements,
            int(parent is self._schema.mutation_type and node.name.value in self._guarded),
        )

    def _asked(self, node: FieldNode, field: GraphQLField) -> list[int]:
        """The numbers of elements that the field's arguments ask for, at least 1 each; none where none does."""
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        sizes = [self._size(given.get(name), field, name) for name in ("first", "last") if name in field.args]
        if "ids" in field.args:
            sizes.append(self._length(given.get("ids")))
        return [max(size, 1) for size in sizes if size is not None]

    def _size(self, value: object, field: GraphQLField, name: str) -> int | None:
        default = field.args[name].default_value
        if isinstance(value, VariableNode):
            self.read_variables = True
            size = self._variables.get(value.name.value, default)
        elif isinstance(value, IntValueNode):
            size = int(value.value)
        else:
            size = default if value is None else None
        return size if isinstance(size, int) else None

    def _length(self, value: object) -> int:
        if isinstance(value, VariableNode):
            self.read_variables = True
            ids = self._variables.get(value.name.value)
            return len(ids) if isinstance(ids, list) else UNTOLD
        if isinstance(value, ListValueNode):
            return len(value.values)
        # A single value stands for a list of one.
        return UNTOLD if value is None or isinstance(value, NullValueNode) else 1
