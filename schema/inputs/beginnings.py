"""Inputs of how conversations begin."""

from __future__ import annotations

import strawberry

from schema.inputs.meetings import GuestInput


@strawberry.input(
    description="With a service it waits for one of its agents; with an agent it is theirs. The public names one of"
    " these."
)
class StartConversationInput:
    text: str = strawberry.field(description="The first thing that is said.")
    service_id: strawberry.ID | None = None
    agent_id: strawberry.ID | None = None
    guest: GuestInput | None = strawberry.field(
        default=None, description="Not given: the guest who asks, where they are known."
    )
    idempotency_key: str | None = None
