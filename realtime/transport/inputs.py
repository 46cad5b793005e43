"""Input objects, made without asking again for each what its fields are.

Strawberry works out the names and types of an input's fields for every value, which for the input of slots takes about
as long as listing them. Its hook for types that make their values themselves, `from_input`, is used here.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any, NamedTuple, TypeAlias

import strawberry
from graphql import GraphQLInputObjectType, GraphQLInputType, get_nullable_type, is_leaf_type
from strawberry.relay import GlobalID
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types import get_object_definition
from strawberry.types.arguments import InputContext, convert_argument
from strawberry.types.base import StrawberryMaybe, StrawberryObjectDefinition, StrawberryOptional

Convert: TypeAlias = Callable[[Any, strawberry.Info], Any]


class InputField(NamedTuple):
    """A field by its names in the schema and in Python, and what Strawberry has to convert it to, if anything."""

    name: str
    attribute: str
    kind: Any


def prepare_inputs(schema: strawberry.Schema) -> None:
    """Have the schema's inputs made so. What comes of them is the same; they must not be another schema's, under other
    names, as well."""
    for kind in schema._schema.type_map.values():
        defined = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if not isinstance(kind, GraphQLInputObjectType) or not isinstance(defined, StrawberryObjectDefinition):
            continue
        if defined.from_input is None:
            defined.from_input = _maker(schema, kind, defined)


def _maker(
    schema: strawberry.Schema, kind: GraphQLInputObjectType, defined: StrawberryObjectDefinition
) -> Callable[[type, Mapping[str, Any], InputContext], Any]:
    fields: list[InputField] = []
    for field in defined.fields:
        name = schema.config.name_converter.from_field(field)
        of = field.resolve_type(type_definition=defined)
        is_passed_on = _is_passed_on(of, kind.fields[name].type)
        fields.append(InputField(name, field.python_name, None if is_passed_on else of))
    missing = [one for one in defined.fields if one.default_value is one.default_factory is MISSING]
    blank: dict[str, Any] = {one.python_name: None for one in missing}

    def make(cls: type, given: Mapping[str, Any], context: InputContext) -> Any:
        values = blank.copy()
        for name, attribute, of in fields:
            if name in given:
                value = given[name]
                values[attribute] = value if of is None else context.convert(value, of, name)
        return cls(**values)

    return make


def converter(schema: strawberry.Schema, name: str, of: Any, kind: GraphQLInputType) -> Convert | None:
    """What makes an argument's value; None where it is passed on as it is."""
    if _is_passed_on(of, kind):
        return None
    registry, config = schema.schema_converter.scalar_registry, schema.config
    inner: Any = of.of_type if type(of) is StrawberryOptional else of
    defined = get_object_definition(inner)
    make = None if defined is None else defined.from_input
    if make is None or not isinstance(get_nullable_type(kind), GraphQLInputObjectType):
        return lambda value, info: convert_argument(value, of, registry, config, info, path=(name,))

    def convert(value: Any, info: strawberry.Info) -> Any:
        if value is None or value is strawberry.UNSET:
            return value
        return make(inner, value, InputContext(info, config, registry, (name,)))

    return convert


def _is_passed_on(of: Any, kind: GraphQLInputType) -> bool:
    """Whether a value is a leaf's that is neither made an id of, nor put into a Maybe."""
    inner = of.of_type if type(of) is StrawberryOptional else of
    is_leaf = is_leaf_type(get_nullable_type(kind))
    return is_leaf and inner is not GlobalID and not isinstance(inner, StrawberryMaybe)
