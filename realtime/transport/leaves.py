"""How leaf values become what clients are told, for the types of values that hold no surprise."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import NoneType
from typing import Any, TypeAlias
from uuid import UUID

from graphql import GraphQLBoolean, GraphQLID, GraphQLLeafType, GraphQLString

Writers: TypeAlias = Mapping[type, Callable[[Any], Any]]
"""What writes a value, by its exact type. One may raise anything, or be missing: then the stock executor looks."""

# Values of these exact types are neither awaitable nor exceptions, nor can they be null.
_PLAIN = (str, int, float, bool, datetime, date, time, timedelta, Decimal, UUID, dict, list, tuple)
_WRITTEN = frozenset((str, int, float, bool, dict, list, tuple))
_AS_IT_IS: dict[GraphQLLeafType, type] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}


def writers_of(leaf: GraphQLLeafType, *, nullable: bool) -> Writers:
    """What writes the values of a field of this type."""
    write = _checked(leaf.coerce_output_value)
    # Strawberry's enums: those of their class are looked for among all of them each time.
    members = getattr(leaf, "wrapped_cls", None)
    writers: dict[type, Callable[[Any], Any]] = dict.fromkeys(_PLAIN if members is None else (members,), write)
    if leaf in _AS_IT_IS:
        writers[_AS_IT_IS[leaf]] = _AS_IT_IS[leaf]
    if nullable:
        writers[NoneType] = _null
    return writers


def _checked(write: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def written(value: object) -> object:
        result = write(value)
        if type(result) not in _WRITTEN:
            raise TypeError("not what a leaf is written as")
        return result

    return written


def _null(value: None) -> None:
    return None
