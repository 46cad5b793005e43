"""On which terms events may be told to several subscribers at once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import orjson
from graphql import GraphQLNamedType, GraphQLObjectType

from realtime.sharing import Renderings, Shared


@dataclass(frozen=True, slots=True)
class Told:
    """The type of what a subscription tells, and all `kinds` of it."""

    type: GraphQLNamedType
    kinds: tuple[GraphQLObjectType, ...]

    def kind_of(self, event: object, renderings: Renderings) -> GraphQLObjectType | None:
        """Worked out once for an event, by what the schema asks of nothing but the event."""
        if self.type not in renderings:
            kinds = (one for one in self.kinds if _is_of(one, event))
            renderings[self.type] = self.type if self.type in self.kinds else next(kinds, None)
        kind: GraphQLObjectType | None = renderings[self.type]
        return kind


def _is_of(kind: GraphQLObjectType, event: object) -> bool:
    return kind.is_type_of is not None and kind.is_type_of(event, None) is True  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """Among whom each kind of event is shared, if it is, and which variables have to be the same. Those named in the
    arguments of the root field alone, such as where a client comes back from, choose which events there are, and not
    what is told of one."""

    told: Told
    among: Mapping[GraphQLObjectType, Shared]
    variables: frozenset[str]

    @property
    def circles(self) -> frozenset[Shared]:
        """Among whom anything is shared at all."""
        return frozenset(self.among.values())

    def common(
        self,
        document: object,
        operation: str,
        variables: Mapping[str, Any] | None,
        extensions: Mapping[str, Any] | None,
    ) -> Common | None:
        """Of an operation of the document, with what was given for its variables; None where it can't be compared."""
        wanted = {name: value for name, value in (variables or {}).items() if name in self.variables}
        try:
            encoded = orjson.dumps([wanted, extensions], option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:
            return None
        return Common(self, (document, operation, b"%b" % encoded))  # a copy: see `encoded_id`


class Key:
    """Stands for what is the same for all who are told the same: there is one for all of them, so that it is compared
    and found without looking at what it stands for."""

    __slots__ = ("__weakref__",)


_KEYS: WeakValueDictionary[Hashable, Key] = WeakValueDictionary()


def key_of(same: Hashable) -> Key:
    key = _KEYS.get(same)
    if key is None:
        key = _KEYS[same] = Key()
    return key


class Common(NamedTuple):
    """What those have in common who share events, beside their scope."""

    terms: Terms
    what: Hashable

    def among(self, event: object, renderings: Renderings) -> Shared | None:
        """Among whom the event is shared; None where what is selected of such a one is for each viewer alone."""
        try:
            among: Shared | None = renderings[self.terms]  # many ask
        except KeyError:
            kind = self.terms.told.kind_of(event, renderings)
            among = renderings[self.terms] = None if kind is None else self.terms.among.get(kind)
        return among
