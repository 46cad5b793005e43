"""Generated schemas: types with leaves, objects, lists and lists of lists, some behind an interface, each field read
as it is, or answered by a resolver, a slow one or one that needs a permission; and values for them, good and bad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, NewType

import strawberry
from hypothesis import strategies as st
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig

from schema.scalars import SCALARS
from tests.realtime.transport.values import Awaited, Found, GivenBack, Object, Plain, Raised, Table, Thing

Capital = NewType("Capital", str)
INTERFACE = "Named"


@strawberry.enum
class Colour(Enum):
    RED = "r"
    BLUE = "b"


class Allowed(BasePermission):
    message = "Not for you"

    async def has_permission(self, source: Any, info: Any, **_: Any) -> bool:
        return not isinstance(source, Thing) or len(source._shape.fields) % 2 == 0


def capital(text: str) -> str | None:
    """A serializer that refuses, and one that forgets."""
    if text == "refused":
        raise ValueError("not to be told")
    return None if text == "forgotten" else text.upper()


NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
LEAVES: dict[str, tuple[Any, list[Plain]]] = {
    "int": (int, [Plain(3, 3), Plain(True, 1), Plain(2.0, 2)]),
    "str": (str, [Plain("Anna", "Anna"), Plain("", ""), Plain(7, "7")]),
    "float": (float, [Plain(2.5, 2.5), Plain(2, 2.0)]),
    "bool": (bool, [Plain(True, True), Plain(0, False)]),
    "id": (strawberry.ID, [Plain("a1", "a1"), Plain(12, "12")]),
    "time": (datetime, [Plain(NOON, "2026-06-01T12:00:00Z")]),
    "colour": (Colour, [Plain(Colour.BLUE, "BLUE"), Plain("r", "RED")]),
    "capital": (Capital, [Plain("rome", "ROME")]),
}
BAD: dict[str, list[Any]] = {
    "int": ["many", 2**40, object],
    "str": [object, {}],
    "float": ["much", float("inf")],
    "bool": ["perhaps"],
    "id": [2.5],
    "time": ["noon"],
    "colour": ["green", 4],
    "capital": ["refused", "forgotten", 3],
}


@dataclass(frozen=True, slots=True)
class Field:
    """`kind` is a leaf's or a type's name; `nullable` says it of a list of lists, of each list in it, of each value."""

    name: str
    kind: str
    nullable: tuple[bool, ...]
    style: str

    @property
    def is_leaf(self) -> bool:
        return self.kind in LEAVES

    def without_list(self) -> Field:
        return Field(self.name, self.kind, self.nullable[1:], self.style)


@dataclass(frozen=True, slots=True)
class Type:
    name: str
    fields: tuple[Field, ...]
    is_named: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A schema's types, each knowing only those before it; the last one is the root."""

    types: tuple[Type, ...]

    def type(self, name: str) -> Type:
        return next(one for one in self.types if one.name == name)

    def named(self) -> list[Type]:
        return [one for one in self.types if one.is_named]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    types: list[Type] = []
    for number in range(draw(st.integers(1, 3))):
        is_simple = draw(st.sampled_from((True, True, False)))
        is_named = not is_simple and draw(st.booleans())
        types.append(draw(_types(f"T{number}", types, is_simple=is_simple, is_named=is_named)))
    types.append(draw(_types("Query", types, is_simple=False, is_named=False)))
    return Plan(tuple(types))


@st.composite
def _types(draw: st.DrawFn, name: str, earlier: Sequence[Type], *, is_simple: bool, is_named: bool) -> Type:
    """With `is_simple` there are just leaves, and lists of other types."""
    others = [one.name for one in earlier]
    others += [INTERFACE] if not is_simple and any(one.is_named for one in earlier) else []
    kinds = others if name == "Query" else [*LEAVES, *others, *others]
    fields = []
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(kinds))
        depths = (1, 1, 1, 2, 3) if kind in LEAVES else (1, 2, 2, 2, 2, 3)
        depth = draw(st.sampled_from(depths)) if not is_simple else 1 if kind in LEAVES else 2
        nullable = tuple(draw(st.booleans()) for _ in range(depth))
        styles = (
            ("plain",) * 8 + ("guarded",) * (1 if is_simple else 2) + ("resolved", "slow") * (not is_simple)
        )
        style = draw(st.sampled_from(styles))
        fields.append(Field(f"{name.lower()}f{number}", kind, nullable, style))
    return Type(name, tuple(fields), is_named)


def schema_of(plan: Plan) -> strawberry.Schema:
    interface = strawberry.interface(type(INTERFACE, (), {"__annotations__": {"called": str}}))
    made: dict[str, Any] = {INTERFACE: interface}
    for one in plan.types:
        annotations: dict[str, Any] = {}
        namespace: dict[str, Any] = {"__annotations__": annotations}
        for field in one.fields:
            annotations[field.name] = _annotation(field, made)
            if field.style != "plain":
                namespace[field.name] = _resolved(field)
        if one.is_named:
            namespace["is_type_of"] = _is_of(one.name)
        made[one.name] = strawberry.type(type(one.name, (interface,) if one.is_named else (), namespace))
    scalars = {**SCALARS, Capital: strawberry.scalar(name="Capital", serialize=capital)}
    types = [made[one.name] for one in plan.types]
    return strawberry.Schema(query=made["Query"], types=types, config=StrawberryConfig(scalar_map=scalars))


def _is_of(name: str) -> Any:
    def is_type_of(value: Any, info: Any) -> bool:
        return isinstance(value, Thing) and value._shape.typename == name

    return staticmethod(is_type_of)


def _annotation(field: Field, made: dict[str, Any]) -> Any:
    kind: Any = LEAVES[field.kind][0] if field.is_leaf else made[field.kind]
    for level, nullable in enumerate(reversed(field.nullable)):
        kind = kind if level == 0 else list[kind]
        kind = kind | None if nullable else kind
    return kind


def _resolved(field: Field) -> Any:
    def resolve(root: Any) -> Any:
        return getattr(root, field.name)

    async def resolve_slowly(root: Any) -> Any:
        return getattr(root, field.name)

    if field.style == "guarded":
        return strawberry.field(permission_classes=[Allowed])
    return strawberry.field(resolver=resolve_slowly if field.style == "slow" else resolve)


@st.composite
def objects(draw: st.DrawFn, plan: Plan, name: str, *, good: bool = False) -> Object:
    if name == INTERFACE:
        name = draw(st.sampled_from(plan.named())).name
    kind = plan.type(name)
    fields: dict[str, Found] = {field.name: draw(_found(plan, field, good=good)) for field in kind.fields}
    if kind.is_named:
        fields["called"] = draw(st.sampled_from((Plain("Anna", "Anna"), None if not good else Plain("", ""))))
    return Object(name, fields)


@st.composite
def _found(draw: st.DrawFn, plan: Plan, field: Field, *, good: bool) -> Found:
    trouble = (
        "good" if good else draw(st.sampled_from(("good",) * 14 + ("none", "raised", "back", "later", "bad")))
    )
    match trouble:
        case "none":
            return None
        case "raised":
            return Raised("raised")
        case "back":
            return GivenBack("given back")
        case "later":
            return Awaited(draw(st.integers(0, 2)), draw(_found(plan, field, good=good)))
        case "bad":
            return Plain(draw(st.sampled_from(BAD.get(field.kind, ["text", 5]))), None)
    return draw(_good(plan, field, good=good))


@st.composite
def _good(draw: st.DrawFn, plan: Plan, field: Field, *, good: bool) -> Found:
    """As it should be; with `good` all the way down."""
    if len(field.nullable) > 1:
        inner = field.without_list()
        is_table = len(inner.nullable) == 1 and not field.is_leaf
        if is_table and (good or draw(st.integers(0, 2)) == 0) and _tells(plan, field.kind):
            rows = draw(st.lists(objects(plan, field.kind, good=True), max_size=3))
            missing = draw(
                st.sets(st.sampled_from([one.name for one in plan.type(field.kind).fields]), max_size=1)
            )
            return Table(rows, frozenset(missing if draw(st.integers(0, 4)) == 0 else ()))
        return draw(st.lists(_found(plan, inner, good=good), max_size=3))
    if field.is_leaf:
        known = LEAVES[field.kind][1]
        return draw(st.sampled_from([*known, None] if good and field.nullable[0] else known))
    return draw(objects(plan, field.kind, good=good))


def _tells(plan: Plan, name: str) -> bool:
    """Whether columns can tell the type: it has leaves, and lists of such types, each without a resolver's trouble."""
    if name == INTERFACE or plan.type(name).is_named:
        return False
    return all(
        len(one.nullable) == 1 if one.is_leaf else len(one.nullable) == 2 and _tells(plan, one.kind)
        for one in plan.type(name).fields
    )
