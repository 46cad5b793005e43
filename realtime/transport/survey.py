"""What an operation selects of each kind of event, and so among whom that may be shared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_object_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from realtime.sharing import METADATA, Shared
from realtime.transport.rows import plain_attribute
from realtime.transport.terms import Terms, Told


class Unshared(Exception):
    """Something is selected that is declared for nobody but each viewer alone."""


def terms_of(
    operation: OperationDefinitionNode,
    schema: GraphQLSchema,
    fragments: Mapping[str, FragmentDefinitionNode],
) -> Terms | None:
    """None where all its events are to be executed for each subscriber alone."""
    root = schema.get_root_type(operation.operation)
    first = _first_field(operation.selection_set, fragments)
    field = root.fields.get(first.name.value) if root and first else None
    if field is None:
        return None
    type = get_named_type(field.type)
    told = Told(type, tuple(schema.get_possible_types(type) if is_abstract_type(type) else [type]))
    among: dict[GraphQLObjectType, Shared] = {}
    variables: set[str] = set()
    for kind in told.kinds:
        survey = Survey(schema, fragments, kind)
        with suppress(Unshared):
            among[kind] = survey.look(operation)
            variables |= survey.variables
    return Terms(told, among, frozenset(variables)) if among else None


def _first_field(node: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> FieldNode | None:
    """The root field of a subscription, which has one, though perhaps several times."""
    for selected in node.selections:
        match selected:
            case FieldNode():
                return selected
            case FragmentSpreadNode():
                found = _first_field(fragments[selected.name.value].selection_set, fragments)
            case InlineFragmentNode():
                found = _first_field(selected.selection_set, fragments)
            case _:
                found = None
        if found is not None:
            return found
    return None


class Survey:
    """Looks at everything that an operation may select of events of one kind, whatever its directives say."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], kind: GraphQLObjectType
    ) -> None:
        self.variables: set[str] = set()
        self._schema = schema
        self._fragments = fragments
        self._kind = kind
        self._seen: set[tuple[str, str]] = set()
        self._among = Shared.ALL

    def look(self, operation: OperationDefinitionNode) -> Shared:
        """Among whom they may be shared; raises Unshared."""
        self._directives(operation.directives or ())
        self._selections(operation.selection_set, self._schema.get_root_type(operation.operation))
        return self._among

    def _selections(self, node: SelectionSetNode | None, parent: GraphQLNamedType | None) -> None:
        for selected in node.selections if node and parent else ():
            self._directives(selected.directives or ())
            match selected:
                case FieldNode():
                    self._field(selected, parent)
                case FragmentSpreadNode():
                    self._fragment(selected.name.value, parent)
                case InlineFragmentNode(type_condition=condition):
                    within = self._narrowed(parent, condition.name.value) if condition else parent
                    self._selections(selected.selection_set, within)

    def _fragment(self, name: str, parent: GraphQLNamedType | None) -> None:
        fragment = self._fragments[name]
        within = self._narrowed(parent, fragment.type_condition.name.value)
        if within is not None and (name, within.name) not in self._seen:
            self._seen.add((name, within.name))
            self._directives(fragment.directives or ())
            self._selections(fragment.selection_set, within)

    def _narrowed(self, parent: GraphQLNamedType | None, condition: str) -> GraphQLNamedType | None:
        """What an object of the parent type is where the condition holds; None where it never does."""
        named = self._schema.get_type(condition)
        if not is_object_type(parent):
            return named
        holds = named is parent or (is_abstract_type(named) and self._schema.is_sub_type(named, parent))
        return parent if holds else None

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> None:
        name = node.name.value
        if name == "__typename":
            return
        is_root = parent is self._schema.subscription_type
        if not is_root:
            self.variables.update(_named_in(argument.value for argument in node.arguments or ()))
        for of in self._possible(parent):
            field = of.fields.get(name)
            if field is None:
                raise Unshared
            if not is_root:
                self._among = min(self._among, declared(field))
            self._selections(node.selection_set, self._kind if is_root else get_named_type(field.type))

    def _possible(self, parent: GraphQLNamedType | None) -> Iterable[GraphQLObjectType]:
        if is_abstract_type(parent):
            return self._schema.get_possible_types(parent)
        if is_object_type(parent):
            return (parent,)
        raise Unshared

    def _directives(self, directives: Iterable[DirectiveNode]) -> None:
        for directive in directives:
            self.variables.update(_named_in(argument.value for argument in directive.arguments or ()))


def declared(field: GraphQLField) -> Shared:
    """Among whom a field is shared; raises Unshared."""
    defined = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(defined, StrawberryField) or defined.extensions:  # a permission is asked of each viewer
        raise Unshared
    among = defined.metadata.get(METADATA)
    if among is None and plain_attribute(field) is not None:
        # That of the very class that has the attribute: a subclass has to say it of its own.
        among = vars(defined.origin).get(METADATA)
    if not isinstance(among, Shared):
        raise Unshared
    return among


def _named_in(values: Iterable[ValueNode]) -> Iterator[str]:
    """The variables that are named in values, however deep."""
    for value in values:
        match value:
            case VariableNode():
                yield value.name.value
            case ListValueNode():
                yield from _named_in(value.values)
            case ObjectValueNode():
                yield from _named_in(field.value for field in value.fields)
