"""Inputs of what is done with conversations as a whole."""

from __future__ import annotations

from datetime import datetime

import strawberry


@strawberry.input(description="`until` is for `snoozeConversation` alone, which needs it.")
class ConversationActionInput:
    conversation_id: strawberry.ID
    until: datetime | None = None


@strawberry.input(description="Either to an agent or to a service.")
class TransferConversationInput:
    conversation_id: strawberry.ID
    to_agent_id: strawberry.ID | None = None
    to_service_id: strawberry.ID | None = None
    timeout_seconds: int | None = strawberry.field(
        default=None,
        description="From 10 to 86400. Not given: 300. What nobody accepts by then stays where it is.",
    )
    note: str | None = strawberry.field(default=None, description="For agents.")


@strawberry.input
class CloseConversationInput:
    conversation_id: strawberry.ID
    disposition_id: strawberry.ID | None = strawberry.field(
        default=None, description="Of its service, or of all of them."
    )
    note: str | None = strawberry.field(default=None, description="For agents.")
