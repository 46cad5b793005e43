"""Resolvers, called with what they take without asking again, for each field, what that is.

Strawberry goes through the layers of a field's extensions, permissions and arguments whether it has any or not, which
takes longer than most resolvers do. What these layers come to for an ordinary field is worked out here, once, when the
schema is made; whatever is out of the ordinary keeps Strawberry's own way.
"""

import inspect
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any, NamedTuple, TypeAlias

import strawberry
from graphql import GraphQLField, GraphQLObjectType, GraphQLResolveInfo
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import INFO_PARAMSPEC, ROOT_PARAMSPEC, StrawberryResolver

from realtime.transport.inputs import Convert, converter

Resolve: TypeAlias = Callable[..., Any]

_SYNC = "GraphQLCoreConverter.from_resolver.<locals>._resolver"
_ASYNC = "GraphQLCoreConverter.from_resolver.<locals>._async_resolver"
# What Strawberry's own layers call their parameters: an argument of such a name collides with them there.
_COLLIDING = frozenset(("_source", "info"))


class Argument(NamedTuple):
    """By its names in the schema and in Python, and what is made of its value, if anything."""

    name: str
    keyword: str
    convert: Convert | None


class Ordinary(NamedTuple):
    """A field of which there is nothing to do but to call its resolver; and whether that takes the object that it is a
    field of, and the Info."""

    field: StrawberryField
    resolver: Resolve
    takes_root: bool
    takes_info: bool
    arguments: tuple[Argument, ...]


def prepare_resolvers(schema: strawberry.Schema) -> None:
    """Have the schema's resolvers called so. What comes of them is the same."""
    if schema.config.info_class is not strawberry.Info or schema.schema_converter.exception_handlers:
        return
    for kind in schema._schema.type_map.values():
        for field in kind.fields.values() if isinstance(kind, GraphQLObjectType) else ():
            ordinary = _ordinary(schema, field)
            if ordinary is not None:
                field.resolve = _with_arguments(ordinary) if ordinary.arguments else _without(ordinary)


def is_prepared(field: GraphQLField) -> bool:
    return getattr(field.resolve, "__module__", None) == __name__


def _ordinary(schema: strawberry.Schema, field: GraphQLField) -> Ordinary | None:
    defined = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if type(defined) is not StrawberryField or defined.extensions:
        return None
    base = defined.base_resolver
    if type(base) is not StrawberryResolver or not isinstance(base.wrapped_func, FunctionType):
        return None
    taken = {spec: found.name for spec, found in base.reserved_parameters.items() if found is not None}
    if not taken.items() <= {ROOT_PARAMSPEC: "root", INFO_PARAMSPEC: "info"}.items():
        return None
    ordinary = Ordinary(
        field=defined,
        resolver=base.wrapped_func,
        takes_root=ROOT_PARAMSPEC in taken,
        takes_info=INFO_PARAMSPEC in taken,
        arguments=tuple(_argument(schema, field, one) for one in defined.arguments),
    )
    return ordinary if _is_called_alike(field, ordinary) else None


def _argument(schema: strawberry.Schema, field: GraphQLField, argument: StrawberryArgument) -> Argument:
    name = schema.config.name_converter.from_argument(argument)
    return Argument(name, argument.python_name, converter(schema, name, argument.type, field.args[name].type))


def _is_called_alike(field: GraphQLField, ordinary: Ordinary) -> bool:
    """Whether Strawberry, in its own way, would call the resolver at the same moment with the same."""
    way = getattr(field.resolve, "__qualname__", None)
    if any(not _COLLIDING.isdisjoint((one.name, one.keyword)) for one in ordinary.arguments):
        return False
    if not inspect.iscoroutinefunction(ordinary.resolver):
        return way == _SYNC
    return way == _ASYNC and (bool(ordinary.arguments) or _takes_what_it_says(ordinary))


def _takes_what_it_says(ordinary: Ordinary) -> bool:
    """A wrapper may take something else than what it wraps. Then the call itself fails, and not what is awaited."""
    keywords = {"root": ordinary.takes_root, "info": ordinary.takes_info}
    try:
        inspect.signature(ordinary.resolver, follow_wrapped=False).bind(
            **{keyword: None for keyword, is_taken in keywords.items() if is_taken}
        )
    except TypeError:
        return False
    return True


def _without(ordinary: Ordinary) -> Resolve:
    """A resolver that is to be awaited is so by the executor itself."""
    field, resolver, takes_root, takes_info, _ = ordinary
    match takes_root, takes_info:
        case True, True:
            return lambda root, raw, /: resolver(info=strawberry.Info(raw, field), root=root)
        case True, False:
            return lambda root, raw, /: resolver(root=root)
        case False, True:
            return lambda root, raw, /: resolver(info=strawberry.Info(raw, field))
    return lambda root, raw, /: resolver()


def _with_arguments(ordinary: Ordinary) -> Resolve:
    """Where a resolver is to be awaited, nothing is converted before it is: that may fail."""
    field, resolver, takes_root, takes_info, arguments = ordinary

    def call(root: object, raw: GraphQLResolveInfo[Any], given: Mapping[str, Any]) -> Any:
        info: strawberry.Info = strawberry.Info(raw, field)
        taken: dict[str, Any] = {}
        for name, keyword, convert in arguments:
            if name in given:
                taken[keyword] = given[name] if convert is None else convert(given[name], info)
        if takes_root:
            taken["root"] = root
        if takes_info:
            taken["info"] = info
        return resolver(**taken)

    def resolve(root: object, raw: GraphQLResolveInfo[Any], /, **given: Any) -> Any:
        return call(root, raw, given)

    async def resolve_later(root: object, raw: GraphQLResolveInfo[Any], /, **given: Any) -> Any:
        return await call(root, raw, given)

    return resolve_later if inspect.iscoroutinefunction(resolver) else resolve
