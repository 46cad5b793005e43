"""What an update names: what is absent from its input stays as it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import Any

from strawberry import UNSET
from strawberry.utils.str_converters import to_camel_case

from errors import Invalid

_ABOUT = {"expected_version", "idempotency_key"}


def given(
    input: Any,
    *,
    nullable: Collection[str] = (),
    without: Collection[str] = (),
    within: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The fields of the input, which stands `within` another one, that it gives, but for `without`, which the resolver
    reads itself.

    Refuses Invalid for a null that is not one of the `nullable`.
    """
    named = {
        field.name: getattr(input, field.name)
        for field in fields(input)
        if field.name not in {*without, *_ABOUT}
    }
    named = {name: value for name, value in named.items() if value is not UNSET}
    for name, value in named.items():
        if value is None and name not in nullable:
            raise Invalid("This must not be null.", field=(*within, to_camel_case(name)))
    return named


def said(input: Any, *, nullable: Collection[str] = (), without: Collection[str] = ()) -> dict[str, Any]:
    """As `given`, for what is new: null is as good as absent where something must be."""
    named = given(input, nullable={field.name for field in fields(input)}, without=without)
    return {name: value for name, value in named.items() if value is not None or name in nullable}
