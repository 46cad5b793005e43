"""The audit."""

from __future__ import annotations

from datetime import datetime

import strawberry

from resolvers import audit
from schema.contact import Actor
from schema.field import resolved_by
from schema.node import Node, PageInfo
from schema.scalars import JSON


@strawberry.type(description="Who set up what, and when.")
class AuditEntry:
    at: datetime
    actor: Actor | None = resolved_by(
        audit.actor, description="Of an agent who has been deleted since, a SystemActor with their name."
    )
    action: str = strawberry.field(
        description="The mutation that did it, such as `updateOffice`, or what the system does by itself."
    )
    target: Node | None = strawberry.field(
        description="What it was done to; null where that is gone, or is not the viewer's to see."
    )
    detail: JSON = strawberry.field(
        description="`before` and `after` of what was changed; of what was made only `after`, of what was taken away"
        ' only `before`. A password, a secret or a token is "hidden".'
    )


@strawberry.type
class AuditEdge:
    node: AuditEntry
    cursor: str


@strawberry.type
class AuditConnection:
    edges: list[AuditEdge]
    page_info: PageInfo
