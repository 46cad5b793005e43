"""What a template's variables are filled with: for everybody the same, or something that is known of each contact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from errors import Invalid
from models import input
from models.desk.contact_list import ContactList
from models.words import CampaignField

LONGEST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What the variable is filled with: one of `text`, `field` and `custom_field`. `otherwise` is for contacts of whom
    that is not known."""

    variable: str
    text: str | None = None
    field: CampaignField | None = None
    custom_field: str | None = None
    otherwise: str | None = None


class StoredValue(TypedDict):
    variable: str
    text: str | None
    field: str | None
    custom_field: str | None
    otherwise: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is known of a contact."""

    name: str
    email: str | None
    phone: str | None
    custom_fields: Mapping[str, Any]


def checked(
    values: Sequence[Value], *, variables: Sequence[str], contact_list: ContactList
) -> list[StoredValue]:
    """The values as they are kept, one for each variable of the template, in its order. Refuses Invalid."""
    if len(values) > len(variables):
        raise Invalid(f"The template has {len(variables)} variables.", field=("values",))
    keys = {one["key"] for one in contact_list.custom_fields}
    kept: dict[str, StoredValue] = {}
    for index, value in enumerate(values):
        place = ("values", str(index))
        if value.variable not in variables or value.variable in kept:
            raise Invalid(
                "This is no variable of the template, or it is given twice.", field=(*place, "variable")
            )
        kept[value.variable] = _checked(value, keys=keys, place=place)
    if missing := [f"{{{{{name}}}}}" for name in variables if name not in kept]:
        raise Invalid(f"Say what {', '.join(missing)} is filled with.", field=("values",))
    return [kept[name] for name in variables]


def unstored(kept: Sequence[StoredValue]) -> list[Value]:
    """The values, as they are kept."""
    return [
        Value(
            variable=one["variable"],
            text=one["text"],
            field=None if one["field"] is None else CampaignField(one["field"]),
            custom_field=one["custom_field"],
            otherwise=one["otherwise"],
        )
        for one in kept
    ]


def filled(values: Sequence[StoredValue], person: Person) -> dict[str, str] | str:
    """What the variables are for this contact; or, where something is not known of them, what is missing."""
    found: dict[str, str] = {}
    for value in values:
        text = _text(value, person) or value["otherwise"]
        if not text:
            return f"Nothing is known for {{{{{value['variable']}}}}}."
        found[value["variable"]] = text
    return found


def _text(value: StoredValue, person: Person) -> str | None:
    if value["text"] is not None:
        return value["text"]
    if value["field"] is not None:
        known = {
            CampaignField.NAME: person.name,
            CampaignField.EMAIL: person.email,
            CampaignField.PHONE: person.phone,
        }
        return _line(known[CampaignField(value["field"])])
    return _line(person.custom_fields.get(value["custom_field"] or ""))


def _line(known: object) -> str | None:
    """As a template takes it: without line breaks, tabs and many spaces. 2.0 is 2, true and false are as JSON has
    them."""
    match known:
        case bool():
            return str(known).lower()
        case float() if known.is_integer():
            return str(int(known))
        case None:
            return None
    return " ".join(str(known).split())[:LONGEST]


def _checked(value: Value, *, keys: set[str], place: tuple[str, ...]) -> StoredValue:
    sources = (value.text, value.field, value.custom_field)
    if sum(source is not None for source in sources) != 1:
        raise Invalid("Give one of text, field and customField.", field=place)
    if value.custom_field is not None and value.custom_field not in keys:
        raise Invalid("The list has no such field.", field=(*place, "customField"))
    return {
        "variable": value.variable,
        "text": _constant(value.text, field=(*place, "text")),
        "field": None if value.field is None else value.field.value,
        "custom_field": value.custom_field,
        "otherwise": _constant(value.otherwise, field=(*place, "otherwise")),
    }


def _constant(text: str | None, *, field: tuple[str, ...]) -> str | None:
    if text is None:
        return None
    return " ".join(input.line(text, field=field, most=LONGEST).split())
