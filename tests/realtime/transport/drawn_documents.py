"""Documents for generated schemas: aliases, fragments of both kinds, repeated fields, and directives that leave out."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from tests.realtime.transport.generated import INTERFACE, Field, Plan

MOST_DEEP = 5


@dataclass(slots=True)
class Document:
    text: str
    variables: dict[str, bool]


@dataclass(slots=True)
class Drawing:
    """A document while it is drawn."""

    draw: st.DrawFn
    plan: Plan
    with_directives: bool
    fragments: list[str] = field(default_factory=list)
    room: int = 60

    def chance(self, of: int) -> bool:
        return self.draw(st.integers(0, of - 1)) == 0

    def selections(self, name: str, depth: int) -> str:
        drawn = [self.selection(name, depth) for _ in range(self.draw(st.integers(1, 4)))]
        return "{ " + " ".join(drawn) + " }"

    def selection(self, name: str, depth: int) -> str:
        self.room -= 1
        if depth < MOST_DEEP and self.room > 0 and self.chance(5):
            return self.fragment(name, depth)
        fields = self.fields(name)
        if not fields or self.chance(6):
            return f"{self.alias('typename')}__typename{self.directive()}"
        one = self.draw(st.sampled_from(fields))
        if not one.is_leaf and (depth >= MOST_DEEP or self.room < 0):
            return "__typename"
        below = "" if one.is_leaf else " " + self.selections(one.kind, depth + 1)
        return f"{self.alias(one.name)}{one.name}{self.directive()}{below}"

    def fields(self, name: str) -> list[Field]:
        called = Field("called", "str", (False,), "plain")
        if name == INTERFACE:
            return [called]
        kind = self.plan.type(name)
        return [*kind.fields, *([called] if kind.is_named else [])]

    def fragment(self, name: str, depth: int) -> str:
        """On the type itself, or on another one that its objects may be of."""
        on = self.draw(st.sampled_from(self.kinds(name)))
        below = self.selections(on, depth + 1)
        if self.chance(2):
            condition = f" on {on}" if on != name or self.chance(2) else ""
            return f"...{condition}{self.directive()} {below}"
        number = len(self.fragments)
        self.fragments.append(f"fragment F{number} on {on} {below}")
        spread = f"...F{number}{self.directive()}"
        return f"{spread} ...F{number}" if self.chance(3) else spread

    def kinds(self, name: str) -> list[str]:
        if name == INTERFACE:
            return [INTERFACE, *(one.name for one in self.plan.named())]
        return [name, INTERFACE] if self.plan.type(name).is_named else [name]

    def alias(self, name: str) -> str:
        """One name stands for one field, so that whatever is repeated can be merged."""
        return f"{name}Again: " if self.chance(4) else ""

    def directive(self) -> str:
        if not self.with_directives or not self.chance(4):
            return ""
        what = self.draw(st.sampled_from(("skip", "include")))
        return f" @{what}(if: {self.draw(st.sampled_from(('true', 'false', '$yes', '$no')))})"


@st.composite
def documents(draw: st.DrawFn, plan: Plan) -> Document:
    drawing = Drawing(draw, plan, draw(st.booleans()))
    root = drawing.selections("Query", 0)
    head = "query($yes: Boolean = true, $no: Boolean = false)" if drawing.with_directives else "query"
    text = "\n".join([f"{head} {root}", *drawing.fragments])
    variables = draw(st.fixed_dictionaries({}, optional={"yes": st.booleans(), "no": st.booleans()}))
    return Document(text, variables if drawing.with_directives else {})
