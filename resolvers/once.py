"""Requests that may come twice, by their idempotency key."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, ClassVar, Protocol

from models.idempotency import Once
from resolvers.context import Context


class Keyed(Protocol):
    idempotency_key: str | None
    __dataclass_fields__: ClassVar[dict[str, Any]]


def once_of(
    context: Context, verb: str, input: Keyed, *, organization_id: int, asked: str | None = None
) -> Once | None:
    """The request by its key and the whole of its input (`asked`, where that is not JSON); None where it has no key."""
    if input.idempotency_key is None:
        return None
    if asked is None:
        asked = json.dumps(asdict(input), sort_keys=True, default=str)
    return Once(
        organization_id=organization_id,
        actor=context.actor.key,
        verb=verb,
        key=input.idempotency_key,
        asked=asked,
    )
