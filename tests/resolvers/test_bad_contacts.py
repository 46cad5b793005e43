"""Contacts that cannot be meant: refused by field, and nothing is changed."""

from __future__ import annotations

from typing import Any

import pytest

from models.desk.contact_list import ContactList
from tests.resolvers.house import FIELD, REMOVED, Case, House, all_refused
from tests.resolvers.nonsense import (
    LONG,
    NO_EMAILS,
    NO_INTS,
    NO_KEYS,
    NO_LOCALES,
    NO_MOMENTS,
    NO_NAMES,
    NO_PHONES,
    NO_ZONES,
)

INVALID, BAD, MISSING = "INVALID", "BAD_REQUEST", "NOT_FOUND"
HUGE, TINY = 2**31 - 1, -(2**31)
NO_FIELDS: list[Any] = ["", "plan", 1, [], ["plan"], True, {f"k{n}": 1 for n in range(51)}]
KEYS: dict[str, list[Any]] = {
    "note": [1, True, [], {}, "A\0", "\ud800", LONG, "x" * 1_001],
    "size": ["1", True, [], {}, 1e300, 2**53 + 1],
    "vip": [1, 0, "true", [], {}],
    "born": [1, "today", "2027-02-29", "2027-3-1", "20270301", "2027-03-01T00:00:00Z"],
    "plan": ["Silver", "gold", 1, True, [], {}],
    "other": ["", None, 1, "x"],
    "Plan": ["Gold"],
}


def both(path: str, values: list[Any], field: list[str], code: str = INVALID) -> list[Case]:
    """Values that neither a new contact nor a changed one may have."""
    return [
        (name, f"input.contact.{path}", values, code, ["contact", *field]) for name in ("newContact", "contact")
    ]


CASES: list[Case] = [
    *both("name", NO_NAMES, ["name"]),
    *both("email", NO_EMAILS, ["email"]),
    *both("phone", NO_PHONES, ["phone"]),
    *both("locale", NO_LOCALES, ["locale"]),
    *both("timeZone", NO_ZONES, ["timeZone"]),
    *both("tagIds", [["garbage"], [""], ["@list"], [LONG]], ["tagIds"], MISSING),
    *both("customFields", NO_FIELDS, ["customFields"]),
    ("contact", "input.contact.tagIds", [None], INVALID, ["contact", "tagIds"]),
    ("contact", "input.contact.customFields", [None], INVALID, ["contact", "customFields"]),
    ("contact", "input.expectedVersion", [0, -1, 2, HUGE, TINY], "STALE", ["expectedVersion"]),
    ("contact", "input.expectedVersion", NO_INTS, BAD, None),
    ("newContact", "input.idempotencyKey", NO_KEYS, INVALID, ["idempotencyKey"]),
    ("newContact", "input.contact", [None, REMOVED, 7, [], {}, {"name": "Judy"}], BAD, None),
    ("newContact", "input.contact.name", [None, REMOVED, 7, []], BAD, None),
    ("merge", "input.mergeId", [None, REMOVED, 1.5, []], BAD, None),
    ("contacts", "filter.customFields", [*NO_FIELDS, {"a": {}}, {"a": [1]}, {"": 1}, {"a": 1e300}], BAD, None),
    ("contacts", "filter.createdFrom", NO_MOMENTS, BAD, None),
    ("contacts", "filter.tagMatch", ["any", "", 1, []], BAD, None),
    ("contacts", "filter.search", [7, [], {}], BAD, None),
    ("contacts", "first", [101, -1, *NO_INTS], BAD, None),
    ("contacts", "after", ["", "garbage", "\0", "\ud800", LONG, 7], BAD, None),
    ("journey", "first", [101, -1], BAD, None),
    ("journey", "after", ["", "garbage", "\0", "\ud800", LONG, "WzEsMiwzXQ", "W10"], BAD, None),
]


@pytest.mark.parametrize("name", sorted({name for name, *_ in CASES}))
async def test_what_cannot_be_meant_is_refused_by_its_field(house: House, name: str) -> None:
    await all_refused(house, [case for case in CASES if case[0] == name])


@pytest.mark.parametrize("name", ["newContact", "contact"])
async def test_what_a_list_defines_otherwise_is_refused_by_its_key(house: House, name: str) -> None:
    kinds = {"note": "TEXT", "size": "NUMBER", "vip": "BOOLEAN", "born": "DATE"}
    free = [
        {**FIELD, "key": key, "type": one, "options": None, "required": False} for key, one in kinds.items()
    ]
    await ContactList.filter(name="Empty").update(custom_fields=[{**FIELD, "required": False}, *free])
    path, place = "input.contact.customFields", ["contact", "customFields"]
    await all_refused(
        house,
        [
            (name, path, [{key: value} for value in values], INVALID, [*place, key])
            for key, values in KEYS.items()
        ],
    )


@pytest.mark.parametrize("filter", [
    {"search": "\0"}, {"search": LONG}, {"search": "\ud800"}, {"search": "'\\:*&|!()<->@"}, {"search": "%"},
    {"email": "\0"}, {"email": LONG}, {"email": ""}, {"email": "h***@***"}, {"phone": ""}, {"phone": "06"},
    {"phone": "\0"}, {"phone": LONG}, {"listId": "garbage"}, {"listId": ""}, {"tagIds": ["garbage"]},
    {"tagIds": ["garbage"], "tagMatch": "ALL"}, {"customFields": {"plan": "Gold"}},
])  # fmt: skip
async def test_what_nobody_has_finds_nobody(house: House, filter: dict[str, Any]) -> None:
    answer = await house.client("contacts").do(house.base("contacts").document, filter=filter)
    assert (answer["totalCount"], answer["edges"]) == (0, [])
