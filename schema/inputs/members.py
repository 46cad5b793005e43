"""Inputs about the members of a conversation."""

from __future__ import annotations

import strawberry

from schema.inputs.meetings import GuestInput


@strawberry.input(description="An agent, or a guest, who is mailed a link of their own.")
class AddMemberInput:
    conversation_id: strawberry.ID
    agent_id: strawberry.ID | None = None
    guest: GuestInput | None = None


@strawberry.input
class RemoveMemberInput:
    conversation_id: strawberry.ID
    party_id: strawberry.ID = strawberry.field(description="The id of the agent, or of the contact.")
