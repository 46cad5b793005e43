"""What templates say: the subject and the body of a letter, in a small part of Jinja, rendered in a sandbox.

Whoever writes templates may name variables, choose by them, and change their case: nothing loops, calls or reaches into
anything, so that a text costs no more than its length.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from providers.mail.marks import MARKS, marked, plain
from providers.mail.text import one_line

MOST_VARIABLES = 200
MOST_DEPTH = 20
MOST_CHARACTERS = 100_000
FILTERS = ("upper", "lower", "capitalize", "trim")

_PLAIN = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.CondExpr, nodes.Name, nodes.Const)
_CHOOSING = (nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand)


class BadWording(Exception):
    """A text that no template may have; says why."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one template, as they are written."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Rendering:
    """The subject as it is sent; the body with its marks (see marks.py)."""

    subject: str
    body: str

    @property
    def text(self) -> str:
        return plain(self.body)


def unknown_variables(source: str, *, known: Collection[str]) -> list[str]:
    """The variables that are not known, in their order. Refuses, as BadWording, what is no template, or not such a
    simple one."""
    try:
        tree = _environment().parse(source)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        raise BadWording(f"Line {line}: {error.message}" if line else str(error.message)) from None
    except (RecursionError, ValueError, SyntaxError):
        raise BadWording("This is too complicated.") from None
    named = [node.name for node in _looked_at(tree) if isinstance(node, nodes.Name)]
    if len(named) > MOST_VARIABLES:
        raise BadWording(f"There are at most {MOST_VARIABLES} variables in a text.")
    return list(dict.fromkeys(name for name in named if name not in known))


def render(wording: Wording, values: Mapping[str, object]) -> Rendering:
    """Subject and body with these values. Raises BadWording where the text names another, or is no template."""
    try:
        subject, body = (_compiled(text).generate(values) for text in (wording.subject, wording.body))
        return Rendering(one_line(plain("".join(subject))), _bounded(body))
    except TemplateError as error:
        raise BadWording(str(error)) from None
    except (TypeError, ValueError):
        # Texts and numbers have no order, and numbers of thousands of digits are not written out.
        raise BadWording("Something is compared, or written, that cannot be.") from None


def _bounded(parts: Iterable[str]) -> str:
    written: list[str] = []
    size = 0
    for part in parts:
        size += len(part)
        if size > MOST_CHARACTERS:
            raise BadWording(f"The letter would have more than {MOST_CHARACTERS} characters.")
        written.append(part)
    return "".join(written)


def _looked_at(tree: nodes.Template) -> list[nodes.Node]:
    """Every part of the text; refuses those that no text needs."""
    found: list[nodes.Node] = []
    waiting: list[tuple[nodes.Node, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        _check(node, depth)
        found.append(node)
        waiting += [(child, depth + 1) for child in reversed(list(node.iter_child_nodes()))]
    return found


def _check(node: nodes.Node, depth: int) -> None:
    where = f"Line {node.lineno}"
    if depth > MOST_DEPTH:
        raise BadWording(f"{where}: this is too complicated.")
    if isinstance(node, nodes.Filter):
        if node.name not in FILTERS or node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise BadWording(f"{where}: there is no filter {node.name!r} here, but {', '.join(FILTERS)}.")
    elif isinstance(node, nodes.Const) and isinstance(node.value, str):
        if MARKS.search(node.value) or not node.value.isprintable():
            raise BadWording(f"{where}: this text has characters that cannot be written.")
    elif not isinstance(node, _PLAIN + _CHOOSING):
        raise BadWording(
            f"{where}: only variables, {{% if %}} and the filters {', '.join(FILTERS)} are known here."
        )


@lru_cache(maxsize=1024)
def _compiled(source: str) -> Template:
    return _environment().from_string(source)


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, finalize=marked)
    environment.globals.clear()
    return environment
