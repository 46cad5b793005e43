"""Offers: to take a conversation that waits, or to take one over from its owner."""

from __future__ import annotations

from datetime import datetime

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from models.actor import Actor, AgentActor
from models.agent.agent import Agent
from models.base import Owned
from models.conversation.conversation import Conversation
from models.organization.service import Service
from models.words import OfferKind, OfferStatus


class Offer(Owned):
    """One offer to one agent or several, of whom the first to accept has the conversation.

    A conversation has at most one PENDING offer, by constraint of the database. `from_agent` is the owner who transfers
    it; `service` the queue whose agents are asked, and `round` how often they have been.
    """

    recipients: fields.ReverseRelation[OfferRecipient]
    conversation: fields.ForeignKeyRelation[Conversation] = fields.ForeignKeyField(
        "frontdesk.Conversation", related_name="offers", on_delete=fields.CASCADE
    )
    conversation_id: int
    kind = fields.CharEnumField(OfferKind, max_length=12)
    status = fields.CharEnumField(OfferStatus, max_length=12, default=OfferStatus.PENDING)
    service: fields.ForeignKeyNullableRelation[Service] = fields.ForeignKeyField(
        "frontdesk.Service", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    service_id: int | None
    from_agent: fields.ForeignKeyNullableRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    from_agent_id: int | None
    accepted_by: fields.ForeignKeyNullableRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    accepted_by_id: int | None
    note = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    round = fields.IntField(default=1)

    class Meta:
        table = "offer"
        indexes = (("conversation_id", "created_at"),)

    @classmethod
    def visible_to(cls, actor: Actor) -> QuerySet[Offer]:
        """The offers of the conversations that an agent may see; guests see none."""
        if not isinstance(actor, AgentActor):
            return cls.filter(id__in=[])
        conversations = Conversation.visible_to(actor).values("id")
        return cls.filter(conversation_id__in=Subquery(conversations), organization_id=actor.organization_id)

    @classmethod
    def pending_for(cls, agent_id: int, *, now: datetime) -> QuerySet[Offer]:
        """Those that the agent can take now."""
        open = OfferRecipient.filter(agent_id=agent_id, is_open=True).values("offer_id")
        in_time = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
        return cls.filter(in_time, id__in=Subquery(open), status=OfferStatus.PENDING)


class OfferRecipient(Owned):
    """An agent who is asked, and since when; `rejected_at` once they have said no.

    `left_at` once they are gone from their desk, or have no room any more. `is_open`: the offer is pending, and they
    can take it. `in_turn`: they alone, because it was their turn. Whoever writes one of these holds the offer.
    """

    offer: fields.ForeignKeyRelation[Offer] = fields.ForeignKeyField(
        "frontdesk.Offer", related_name="recipients", on_delete=fields.CASCADE
    )
    offer_id: int
    agent: fields.ForeignKeyRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, on_delete=fields.CASCADE
    )
    agent_id: int
    offered_at = fields.DatetimeField()
    rejected_at = fields.DatetimeField(null=True)
    reason: str | None = fields.TextField(null=True)
    left_at = fields.DatetimeField(null=True)
    is_open = fields.BooleanField(default=True)
    in_turn = fields.BooleanField(default=False)

    class Meta:
        table = "offer_recipient"
        unique_together = (("offer_id", "agent_id"),)
        indexes = (("agent_id", "offered_at"),)
