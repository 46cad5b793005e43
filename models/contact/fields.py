"""What is kept of the contacts of a list, checked against what the list defines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from errors import ContactFieldRequired, Invalid
from models import input
from models.desk.listing import CustomField
from models.input import Field
from models.words import CustomFieldType

FIELD = ("contact", "customFields")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST_TEXT = 1_000


def checked(
    given: object, *, definitions: Sequence[CustomField], known: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What a contact of the list has once this is given: a null, or an empty text, takes away what was `known`, and
    what is not given stays, also what the list does not define, or no longer.

    Refuses, naming the field, Invalid for what the list does not define and values that are not of its type, and
    ContactFieldRequired where a required one is missing.
    """
    defined = {one.key: one for one in definitions}
    kept = dict(known or {})
    for key, value in input.custom_fields(given, field=FIELD).items():
        if key not in defined:
            raise Invalid("The list does not define this field.", field=(*FIELD, key))
        kept[key] = None if value in (None, "") else _value(value, defined[key], field=(*FIELD, key))
    kept = {key: value for key, value in kept.items() if value is not None}
    _check_required(kept, definitions, field=FIELD)
    return kept


def check_moved(kept: Mapping[str, Any], *, definitions: Sequence[CustomField]) -> None:
    """Refuses Invalid where what a contact has from another list is something else in this one."""
    for one in definitions:
        if one.key in kept and not _fits(kept[one.key], one):
            raise Invalid(f"In this list {one.label} is something else: give it anew.", field=(*FIELD, one.key))


def fitting(known: Mapping[str, Any], *, definitions: Sequence[CustomField]) -> dict[str, Any]:
    """Of what is known, that which the list defines, as it defines it. Refuses ContactFieldRequired."""
    kept = {one.key: known[one.key] for one in definitions if one.key in known and _fits(known[one.key], one)}
    _check_required(kept, definitions, field=("customFields",))
    return kept


def _check_required(kept: Mapping[str, Any], definitions: Sequence[CustomField], *, field: Field) -> None:
    for one in definitions:
        if one.required and one.key not in kept:
            raise ContactFieldRequired(f"The list requires {one.label}.", field=(*field, one.key))


def _fits(value: Any, definition: CustomField) -> bool:
    try:
        return bool(_value(value, definition, field=()) == value)
    except Invalid:
        return False


def _value(value: Any, definition: CustomField, *, field: Field) -> Any:
    match definition.type:
        case CustomFieldType.TEXT if isinstance(value, str):
            return input.line(value, field=field, most=_LONGEST_TEXT)
        case CustomFieldType.NUMBER if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        case CustomFieldType.BOOLEAN if isinstance(value, bool):
            return value
        case CustomFieldType.DATE if isinstance(value, str) and _is_date(value):
            return value
        case CustomFieldType.CHOICE if value in (definition.options or ()):
            return value
    raise Invalid(_REFUSED[definition.type].format(definition=definition), field=field)


_REFUSED = {
    CustomFieldType.TEXT: "{definition.label} is a text.",
    CustomFieldType.NUMBER: "{definition.label} is a number.",
    CustomFieldType.BOOLEAN: "{definition.label} is true or false.",
    CustomFieldType.DATE: "{definition.label} is a date (YYYY-MM-DD).",
    CustomFieldType.CHOICE: "{definition.label} is one of the options of the list.",
}


def _is_date(value: str) -> bool:
    try:
        return bool(_DATE.fullmatch(value)) and bool(date.fromisoformat(value))
    except ValueError:
        return False
