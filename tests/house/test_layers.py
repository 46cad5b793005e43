"""Imports run downward only: each layer knows those below it, and none beside or above it.

app → web, schema, jobs → resolvers → models, providers, realtime → scheduling → errors
"""

import ast
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
MODELS_AND_BELOW = {"models", "providers", "realtime", "scheduling", "errors"}
RESOLVERS_AND_BELOW = {"resolvers", *MODELS_AND_BELOW}
ALL = {"app", "settings", "composition", "embedded", "web", "schema", "jobs", *RESOLVERS_AND_BELOW}

# What each part may import of ours, beside itself. The longest name that fits decides what part a module is of.
ALLOWED: dict[str, set[str]] = {
    "app": ALL,
    "composition": ALL,
    "settings": ALL,
    "embedded": set(),
    "web": RESOLVERS_AND_BELOW,
    "jobs": RESOLVERS_AND_BELOW,
    "schema": {"schema", *RESOLVERS_AND_BELOW},
    # What clients send is plain values: resolvers take it as it comes. The types that answer stay above.
    "schema.inputs": {"schema.enums", "schema.scalars", "models.words"},
    "schema.enums": {"models.words", "realtime.feed", "errors"},
    "schema.scalars": {"errors"},
    "resolvers": {"schema.inputs", *MODELS_AND_BELOW},
    "models": {"models", "realtime.events", "scheduling", "errors"},
    # Some words come from below; mail has the names of its occasions.
    "models.words": {"providers.mail.occasions", "scheduling"},
    # What letters are made of is read from the rows in the words in which mail is written.
    "models.letter": {"models", "providers.mail", "scheduling", "errors"},
    # A connected calendar is kept in the words in which providers speak of calendars.
    "models.calendar": {"models", "providers.calendars", "providers.fetching", "scheduling", "errors"},
    # Whether an address is one that is sent to at all.
    "models.webhook": {"models", "providers.fetching", "realtime.events", "scheduling", "errors"},
    # Canned replies are written as letters are.
    "models.desk": {"models", "providers.mail", "errors"},
    # So is a call that a provider is to make.
    "models.call": {"models", "providers.meetings", "scheduling", "errors"},
    # And an account at a provider of messages, and what it tells.
    "models.channel": {"models", "providers.messaging", "scheduling", "errors"},
    "models.campaign": {"models", "providers.messaging", "scheduling", "errors"},
    # Where a file that is uploaded is put, and what it is.
    "models.attachment": {"models", "providers.storage", "providers.media", "realtime.events", "errors"},
    # And what a transcript says.
    "models.transcript": {"models", "providers.transcripts", "scheduling", "errors"},
    "providers": {"scheduling.intervals", "errors"},
    "realtime": {"errors"},
    # The hub reads the feeds' rows through this one module.
    "realtime.store": {"realtime", "models.event"},
    "scheduling": {"errors"},
    "errors": set(),
}


def modules() -> list[Path]:
    tops = [HOUSE / name for name in sorted(ALL)]
    files = [top.with_suffix(".py") for top in tops] + [
        path for top in tops for path in sorted(top.rglob("*.py"))
    ]
    return [path for path in files if path.exists()]


def name_of(path: Path) -> str:
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Each import with its line, also those inside functions and for type checking alone."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # Only whole names can be read here.
            yield from ((node.lineno, f"{'.' * node.level}{node.module}.{alias.name}") for alias in node.names)


def around(name: str, places: Collection[str]) -> list[str]:
    """Those of the places that the name lies in, the narrowest first."""
    parts = name.split(".")
    return [place for n in range(len(parts), 0, -1) if (place := ".".join(parts[:n])) in places]


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_imports_only_what_lies_below_it(path: Path) -> None:
    own = around(name_of(path), ALLOWED)[0]
    for line, name in imports(path):
        top = name.split(".")[0]
        assert top, f"{path}:{line} imports relatively"
        if top in ALL and around(name, ALLOWED)[0] != own:
            assert around(name, ALLOWED[own]), f"{path}:{line} imports {name}, which is not below {own}"


@pytest.mark.parametrize(
    "path", [path for path in modules() if around(name_of(path), {"scheduling", "errors"})], ids=name_of
)
def test_scheduling_needs_nothing_but_the_standard_library(path: Path) -> None:
    for line, name in imports(path):
        top = name.split(".")[0]
        assert top in sys.stdlib_module_names or top in ALL, f"{path}:{line} imports {name}"


@pytest.mark.parametrize(
    "path", [path for path in modules() if around(name_of(path), ALL - {"app", "embedded"})], ids=name_of
)
def test_the_environment_is_read_at_the_root_alone(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("environ", "getenv"), f"{path}:{node.lineno} reads the environment"


def test_every_module_of_the_house_is_looked_at() -> None:
    known = {*ALL, "tests", "frontend", "docs", "benchmarks"}
    packages = {
        path.parent.name for path in HOUSE.glob("*/__init__.py") if not path.parent.name.startswith(".")
    }
    assert packages | {path.stem for path in HOUSE.glob("*.py")} <= known
