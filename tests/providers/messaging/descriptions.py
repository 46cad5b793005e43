"""Providers' own descriptions of what they take and answer, and whether something is as they say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson

_FOLDER = Path(__file__).parent / "described"
_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


@cache
def _schemas(provider: str) -> dict[str, Any]:
    schemas: dict[str, Any] = orjson.loads((_FOLDER / f"{provider}.json").read_bytes())["components"]["schemas"]
    return schemas


def unlike(value: Any, provider: str, name: str) -> list[str]:
    """What in the value is not as the provider describes it: the places, and the rule. Empty where all is.

    A field that the provider does not describe is unlike, too: it would do nothing.
    """
    return list(_unlike(value, _schemas(provider)[name], _schemas(provider), name))


def _unlike(value: Any, schema: Mapping[str, Any], all: Mapping[str, Any], place: str) -> Iterator[str]:
    schema = _whole(schema, all)
    if value is None and schema.get("nullable"):
        return
    kind = schema.get("type")
    if kind and (not isinstance(value, _KINDS[kind]) or (kind != "boolean" and isinstance(value, bool))):
        yield f"{place}: no {kind}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place}: none of {schema['enum']}"
    if isinstance(value, str):
        yield from _unlike_text(value, schema, place)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _unlike(one, schema.get("items", {}), all, f"{place}[{number}]")
    elif isinstance(value, dict):
        yield from _unlike_fields(value, schema, all, place)


def _unlike_text(value: str, schema: Mapping[str, Any], place: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{place}: its length"
    if not re.search(schema.get("pattern", ""), value):
        yield f"{place}: {schema['pattern']}"


def _unlike_fields(
    value: Mapping[str, Any], schema: Mapping[str, Any], all: Mapping[str, Any], place: str
) -> Iterator[str]:
    yield from (f"{place}.{name}: missing" for name in schema.get("required", ()) if name not in value)
    described: Mapping[str, Any] = schema.get("properties", {})
    for name, one in value.items() if described else ():
        if name in described:
            yield from _unlike(one, described[name], all, f"{place}.{name}")
        else:
            yield f"{place}.{name}: not described"


def _whole(schema: Mapping[str, Any], all: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with what it refers to, and is made of, in it."""
    if "$ref" in schema:
        return _whole(all[schema["$ref"].rpartition("/")[2]], all)
    whole = {**schema, "required": list(schema.get("required", ()))}
    for part in (_whole(one, all) for one in schema.get("allOf", ())):
        fields = {**whole.get("properties", {}), **part.get("properties", {})}
        whole |= {"type": part["type"], "properties": fields, "required": whole["required"] + part["required"]}
    return whole
