"""The built files that are committed, and the source that they were built from."""

import json
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "web" / "explorer" / "static"
SOURCE = ROOT / "frontend" / "explorer"
SCHEMA = ROOT / "schema.graphql"

operations = pytest.mark.parametrize(
    "operation", sorted((SOURCE / "source" / "operations").glob("*.graphql")), ids=lambda path: path.stem
)


def test_the_lock_file_names_hashes_and_no_addresses() -> None:
    text = (SOURCE / "package-lock.json").read_text()
    assert "http://" not in text
    assert "https://" not in text
    packages = json.loads(text)["packages"]
    assert all("integrity" in package for path, package in packages.items() if path)


def test_the_bundle_is_one_script_and_one_style_sheet_of_at_most_a_megabyte_and_a_half() -> None:
    built = sorted(path.name for path in STATIC.iterdir())
    assert built == ["LICENSES.txt", "explorer.css", "explorer.js", "icon.svg", "index.html"]
    assert sum((STATIC / name).stat().st_size for name in ("explorer.js", "explorer.css")) <= 1_500_000


def test_the_licences_of_what_is_bundled_stand_beside_it() -> None:
    licences = (STATIC / "LICENSES.txt").read_text()
    for package in ("graphiql", "graphql", "graphql-ws", "react", "codemirror"):
        assert f"\n{package} " in licences
    assert "Permission is hereby granted" in licences


@operations
def test_the_bundle_carries_the_operations_of_the_first_tabs_as_they_are(operation: Path) -> None:
    script = (STATIC / "explorer.js").read_text().replace("\\`", "`")
    assert operation.read_text() in script


@operations
@pytest.mark.skipif(not SCHEMA.exists(), reason="schema.graphql is not exported yet")
def test_the_operations_of_the_first_tabs_fit_the_schema(operation: Path) -> None:
    schema = build_schema(SCHEMA.read_text())
    assert validate(schema, parse(operation.read_text())) == []
