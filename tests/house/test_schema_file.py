"""schema.graphql is what the server serves: clients generate code from the file, and people read it."""

from pathlib import Path

from schema.root import schema

FILE = Path(__file__).parents[2] / "schema.graphql"


def test_the_exported_schema_is_current() -> None:
    assert FILE.read_text() == schema.as_str() + "\n", "run `make schema`"


def test_every_root_field_says_what_comes_of_it() -> None:
    roots = (schema._schema.query_type, schema._schema.mutation_type, schema._schema.subscription_type)
    fields = {f"{root.name}.{name}": field for root in roots if root for name, field in root.fields.items()}
    assert [name for name, field in fields.items() if not field.description] == []
