"""What a step of a migration sees of the tables: as they are after it, and as they were before it."""

from __future__ import annotations

import pytest
from tortoise import Model, fields
from tortoise.migrations import operations as ops
from tortoise.migrations.operations import TortoiseOperation
from tortoise.migrations.schema_generator.state import State
from tortoise.transactions import in_transaction

from models.migrating import Apps, Schema


def shop(*, of_connection: str | None = None) -> Schema:
    """Tables of customers and their orders; and of colours, which have to do with neither."""
    schema = Schema({}, Apps({}, {"shop": of_connection} if of_connection else {}))
    customer: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField("shop.Customer", related_name="orders")
    for name, column, field in (
        ("Colour", "name", fields.TextField()),
        ("Customer", "name", fields.TextField()),
        ("Order", "customer", customer),
    ):
        change(schema, ops.CreateModel(name, [("id", fields.BigIntField(primary_key=True)), (column, field)]))
    return schema


def change(schema: Schema, step: TortoiseOperation) -> None:
    step.state_forward("shop", schema)


def columns(schema: State, name: str) -> set[str]:
    return set(schema.apps.get_model(f"shop.{name}")._meta.fields_db_projection)


def test_a_step_sees_the_tables_as_they_were_and_as_they_are() -> None:
    schema = shop()
    before = schema.clone()
    change(schema, ops.AddField("Customer", "email", fields.TextField()))
    assert columns(schema, "Customer") == {"id", "name", "email"}
    assert columns(before, "Customer") == {"id", "name"}


def test_what_was_looked_at_before_a_step_is_seen_changed_after_it() -> None:
    schema = shop()
    assert columns(schema, "Customer") == {"id", "name"}
    change(schema, ops.RenameField("Customer", "name", "title"))
    assert columns(schema, "Customer") == {"id", "title"}


def test_a_table_is_seen_with_those_its_keys_lead_to_and_no_others() -> None:
    schema = shop()
    order = schema.apps.get_model("shop.Order")
    assert set(schema.apps.apps["shop"]) == {"Order", "Customer"}
    assert order._meta.fields_map["customer"].related_model is schema.apps.get_model("shop", "Customer")  # type: ignore[attr-defined]
    assert "orders" in schema.apps.get_model("shop.Customer")._meta.backward_fk_fields


def test_a_table_that_is_gone_is_not_seen() -> None:
    schema = shop()
    before = schema.clone()
    change(schema, ops.DeleteModel("Colour"))
    with pytest.raises(KeyError):
        schema.apps.get_model("shop.Colour")
    assert columns(before, "Colour") == {"id", "name"}


async def test_a_step_of_python_can_ask_for_rows(db: None) -> None:
    schema = shop(of_connection="default")
    async with in_transaction() as tx:
        await tx.execute_script(
            "CREATE TEMPORARY TABLE customer ON COMMIT DROP AS SELECT 1::bigint AS id, 'Ada' AS name;"
            'CREATE TEMPORARY TABLE "order" ON COMMIT DROP AS SELECT 7::bigint AS id, 1::bigint AS customer_id'
        )
        order = schema.apps.get_model("shop.Order")
        assert await order.filter(customer__name="Ada").count() == 1
        assert await order.filter(customer__name="Eve").count() == 0
