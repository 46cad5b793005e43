"""What is known of a selected field before it is executed: all but the object and the variables."""

from typing import NamedTuple

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLFieldResolver,
    GraphQLObjectType,
    GraphQLSchema,
    get_nullable_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetailsList

from realtime.transport.leaves import Writers, writers_of
from realtime.transport.rows import is_typename, plain_attribute


class Field(NamedTuple):
    """A leaf has `writers`; one that shows a plain attribute of its object has that as its `attribute`."""

    definition: GraphQLField
    resolve: GraphQLFieldResolver
    nodes: list[FieldNode]
    has_arguments: bool
    writers: Writers
    attribute: str | None


def selected(schema: GraphQLSchema, parent: GraphQLObjectType, details: FieldDetailsList) -> Field | str | None:
    """A field of the type, or what it always shows; None where the stock executor is to look at it."""
    if is_typename(details):
        return parent.name
    nodes = [one.node for one in details]
    definition = schema.get_field(parent, nodes[0].name.value)
    if definition is None or definition.resolve is None:
        return None
    has_arguments = bool(definition.args or nodes[0].arguments)
    attribute = None if has_arguments else plain_attribute(definition)
    resolve = definition.resolve if attribute is None else _reading(attribute)
    leaf = get_nullable_type(definition.type)
    if not is_leaf_type(leaf):
        return Field(definition, resolve, nodes, has_arguments, {}, None)
    writers = writers_of(leaf, nullable=leaf is definition.type)
    return Field(definition, resolve, nodes, has_arguments, writers, attribute)


def _reading(attribute: str) -> GraphQLFieldResolver:
    return lambda source, info: getattr(source, attribute)
