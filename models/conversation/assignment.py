"""The ledger of assignments: who had the conversation, why, and by whose doing."""

from __future__ import annotations

from tortoise import fields

from models.agent.agent import Agent
from models.base import Owned
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.conversation.offer import Offer
from models.words import AssignmentCause


class AssignmentRecord(Owned):
    conversation: fields.ForeignKeyRelation[Conversation] = fields.ForeignKeyField(
        "frontdesk.Conversation", related_name="assignments", on_delete=fields.CASCADE
    )
    conversation_id: int
    at = fields.DatetimeField()
    from_agent: fields.ForeignKeyNullableRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    from_agent_id: int | None
    to_agent: fields.ForeignKeyNullableRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    to_agent_id: int | None
    actor_agent: fields.ForeignKeyNullableRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    actor_agent_id: int | None
    actor_contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    actor_contact_id: int | None
    how = fields.CharEnumField(AssignmentCause, max_length=24)
    offer: fields.ForeignKeyNullableRelation[Offer] = fields.ForeignKeyField(
        "frontdesk.Offer", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    offer_id: int | None
    reason = fields.TextField(null=True)

    class Meta:
        table = "assignment_record"
