"""Fields that a resolver answers.

Resolvers return rows, not schema types (see docs/decisions/0002): Strawberry takes a field's type from the class
annotation, so nothing more can be said of `resolved_by` than that it fits there.
"""

from collections.abc import Callable
from typing import Any

import strawberry

from realtime.sharing import METADATA, Shared

OWN, PEERS, COLLEAGUES, ALL = Shared.OWN, Shared.PEERS, Shared.COLLEAGUES, Shared.ALL


def resolved_by(
    resolver: Callable[..., Any],
    *,
    name: str | None = None,
    description: str | None = None,
    shared: Shared | None = None,
) -> Any:
    """A field of an object, a query or a mutation; `shared` says among whom one execution for an event does for all."""
    metadata = None if shared is None else {METADATA: shared}
    return strawberry.field(resolver=resolver, name=name, description=description, metadata=metadata)


def streamed_by(resolver: Callable[..., Any], *, description: str | None = None) -> Any:
    """A subscription."""
    return strawberry.subscription(resolver=resolver, description=description)
