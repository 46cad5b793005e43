"""Tags, canned replies, dispositions and lists that cannot be meant: refused by field, and nothing is changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.resolvers.house import FIELD, REMOVED, Case, House, all_refused
from tests.resolvers.nonsense import LONG, NO_INTS, NO_KEYS, NO_LOCALES, NO_NAMES, NO_TEXTS

INVALID, BAD, MISSING = "INVALID", "BAD_REQUEST", "NOT_FOUND"
HUGE, TINY = 2**31 - 1, -(2**31)
NO_COLORS = ["", "red", "#fff", "#1234567", "123456#", "#12345g", "#12345\n", " #123456", "\0", "\ud800", LONG]
NO_SHORTCUTS = [*NO_NAMES, "two words", "a/b", "-a", "a-", "_", "a.", "x" * 33]
NO_FIELD_KEYS = ["", "Plan", "1st", "_a", "a b", "é", "a-b", "x" * 65, "a\n", "\0", "\ud800", LONG]
NO_REPLIES = [
    "Hello {{ guest_nam }}",
    "{% if shoe_size %}Big{% endif %}",
    "{{",
    "{% for x in guest_name %}{% endfor %}",
    "{{ guest_name.__class__ }}",
    "{{ guest_name * 9 }}",
    "{{ 'x' * 1000000000 }}",
    "{{ guest_name() }}",
    "{% include 'x' %}",
    "{{ guest_name | list }}",
    "{{ '\ufdd0' }}",
    "{% if 1 %}" * 300 + "{% endif %}" * 300,
]
NO_CHOICES: list[Any] = [None, [], [""], ["A", "A"], ["A", " A "], ["A\0"], ["A"] * 101, [LONG]]


def fields(**changes: Any) -> list[dict[str, Any]]:
    return [{**FIELD, **changes}]


def both(new: str, known: str, path: str, values: list[Any], field: list[str]) -> list[Case]:
    """Values that neither a new one nor a changed one may have."""
    return [(name, f"input.{path}", values, INVALID, field) for name in (new, known)]


NEVER_NULL = {
    "tag": ["name", "color"],
    "reply": ["shortcut", "text"],
    "disposition": ["name"],
    "list": ["name", "agentsCanAdd", "customFields"],
}
CASES: list[Case] = [
    *both("newTag", "tag", "name", [*NO_NAMES, "x" * 65], ["name"]),
    *both("newTag", "tag", "color", NO_COLORS, ["color"]),
    *both("newReply", "reply", "shortcut", NO_SHORTCUTS, ["shortcut"]),
    *both("newReply", "reply", "text", [*NO_TEXTS, "x" * 4_001], ["text"]),
    *both("newReply", "reply", "text", NO_REPLIES, ["text"]),
    *both("newReply", "reply", "locale", NO_LOCALES, ["locale"]),
    *both("newDisposition", "disposition", "name", NO_NAMES, ["name"]),
    *both("newList", "list", "name", NO_NAMES, ["name"]),
    *((name, f"input.{path}", [None], INVALID, [path]) for name, paths in NEVER_NULL.items() for path in paths),
    ("newTag", "input.color", [None, REMOVED, 7, []], BAD, None),
    ("newReply", "input.text", [None, REMOVED, 7, []], BAD, None),
    *both("newList", "list", "customFields", [fields(key=key) for key in NO_FIELD_KEYS], ["customFields", "0", "key"]),
    *both("newList", "list", "customFields", [fields(label=one) for one in NO_NAMES], ["customFields", "0", "label"]),
    *both("newList", "list", "customFields", [fields(options=o) for o in NO_CHOICES], ["customFields", "0", "options"]),
    *both("newList", "list", "customFields", [fields(type="TEXT")], ["customFields", "0", "options"]),
    *both("newList", "list", "customFields", [[FIELD, {**FIELD, "label": "Again"}]], ["customFields", "1", "key"]),
    *both("newList", "list", "customFields", [[{**FIELD, "key": f"k{n}"} for n in range(51)]], ["customFields"]),
    ("list", "input.customFields", [fields(type=one) for one in ("text", "IMAGE", 1, None)], BAD, None),
    ("list", "input.customFields", [fields(key=None), fields(label=None), [None], [[]], "all"], BAD, None),
    ("replies", "search", [7, [], {}], BAD, None),
    *((name, "input.expectedVersion", [0, -1, 2, HUGE, TINY], "STALE", ["expectedVersion"]) for name in (
        "tag", "noTag", "reply", "noReply", "disposition", "noDisposition", "list", "noList"
    )),
    *((name, "input.expectedVersion", NO_INTS, BAD, None) for name in ("tag", "noList")),
    *((name, "input.idempotencyKey", NO_KEYS, INVALID, ["idempotencyKey"]) for name in (
        "newTag", "newReply", "newDisposition", "newList"
    )),
]  # fmt: skip


@pytest.mark.parametrize("name", sorted({name for name, *_ in CASES}))
async def test_what_cannot_be_meant_is_refused_by_its_field(house: House, name: str) -> None:
    await all_refused(house, [case for case in CASES if case[0] == name])
