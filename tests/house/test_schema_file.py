"""schema.graphql is what the server serves: clients generate code from the file."""

from pathlib import Path

from schema.root import schema

FILE = Path(__file__).parents[2] / "schema.graphql"


def test_the_exported_schema_is_current() -> None:
    assert FILE.read_text() == schema.as_str() + "\n", "run `make schema`"
