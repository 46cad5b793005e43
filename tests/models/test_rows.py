"""Rows that come from the database are what Tortoise would have made of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from tortoise import Tortoise
from tortoise.fields.base import Field
from tortoise.fields.data import CharEnumFieldInstance, DatetimeField, JSONField
from tortoise.models import Model

from models.base import Row
from models.organization.organization import Organization

ROME = timezone(timedelta(hours=1))


def models() -> list[type[Row]]:
    return [one for one in Tortoise.apps["frontdesk"].values() if issubclass(one, Row)]


def given_for(field: Field[Any]) -> Any:
    """A value as the driver gives it."""
    if isinstance(field, DatetimeField):
        return datetime(2027, 3, 1, 9, 0, 0, 123456, tzinfo=ROME)
    if isinstance(field, CharEnumFieldInstance):
        return [member.value for member in field.enum_type][-1]
    if isinstance(field, JSONField):
        return {"a": [1, None]}
    return (
        "7"
        if field.field_type is str
        else field.field_type(7)
        if field.field_type in (int, float, bool)
        else None
    )


def row_for(model: type[Row], *, nulls: bool = False) -> dict[str, Any]:
    columns = model._meta.fields_db_projection
    fields = {column: model._meta.fields_map[name] for name, column in columns.items()}
    return {column: None if nulls and field.null else given_for(field) for column, field in fields.items()}


def of_tortoise(model: type[Row], row: dict[str, Any]) -> dict[str, Any]:
    made: Model = Model._init_from_db.__func__(model, **row)  # type: ignore[attr-defined]
    return made.__dict__


@pytest.mark.parametrize("nulls", [False, True])
async def test_every_column_of_every_table_is_read_as_by_tortoise(db: None, nulls: bool) -> None:
    assert len(models()) > 40
    for model in models():
        row = row_for(model, nulls=nulls)
        ours, theirs = model._init_from_db(**row).__dict__, of_tortoise(model, row)
        assert ours == theirs, model
        assert [type(ours[name]) for name in ours] == [type(theirs[name]) for name in ours], model


async def test_moments_are_of_the_zone_that_the_house_reckons_in(organization: Organization) -> None:
    found = await Organization.get(id=organization.id)
    assert found.created_at.utcoffset() == timedelta(0)
    assert found.created_at.astimezone(UTC) == organization.created_at


async def test_a_part_of_a_row_knows_that_it_is_one(organization: Organization) -> None:
    found = await Organization.filter(id=organization.id).only("name")
    assert [one.name for one in found] == [organization.name]
    with pytest.raises(AttributeError):
        found[0].slug  # noqa: B018


async def test_a_word_that_no_enumeration_knows_is_refused(db: None) -> None:
    named = [
        (model, column)
        for model in models()
        for name, column in model._meta.fields_db_projection.items()
        if isinstance(model._meta.fields_map[name], CharEnumFieldInstance)
    ]
    assert named
    for model, column in named:
        with pytest.raises(ValueError, match="is not a valid"):
            model._init_from_db(**row_for(model) | {column: "NOTHING OF THE KIND"})
