"""Offers of conversations, why they were made, and what waits in queues."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from models.conversation import offer
from models.words import OfferKind, OfferStatus, Verdict
from resolvers import offers
from schema.agent import Agent
from schema.field import COLLEAGUES, PEERS, resolved_by
from schema.node import Node, UserError
from schema.organization import Service

if TYPE_CHECKING:
    from schema.conversation import Conversation

ConversationRef = Annotated["Conversation", strawberry.lazy("schema.conversation")]


@strawberry.type(
    description="To take a conversation that waits, or to take one over from its owner, who keeps it until somebody"
    " accepts. The first to accept has it. For agents."
)
class Offer(Node):
    rows = offer.Offer
    shared = PEERS
    conversation: ConversationRef = resolved_by(offers.conversation, shared=PEERS)
    kind: OfferKind
    to: list[Agent] = resolved_by(
        offers.to,
        description="All whom it was made to so far, whatever they said. An inbox is told of an offer when it is made"
        " to its agent, and not when it is made to others besides; who follows the conversation is told of both.",
        shared=PEERS,
    )
    service: Service | None = resolved_by(
        offers.service, description="The queue by which it was made.", shared=PEERS
    )
    from_: Agent | None = resolved_by(
        offers.from_agent, name="from", description="Of a TRANSFER: who has the conversation.", shared=PEERS
    )
    status: OfferStatus
    created_at: datetime
    expires_at: datetime | None
    accepted_by: Agent | None = resolved_by(offers.accepted_by, shared=PEERS)
    note: str | None


@strawberry.type
class OfferPayload:
    offer: Offer | None
    conversation: ConversationRef | None
    errors: list[UserError]


@strawberry.type(
    description="What became of an agent when the conversation was routed, as it was kept at that moment."
)
class OfferVerdict:
    shared = PEERS
    agent: Agent = resolved_by(offers.agent_of_verdict, shared=PEERS)
    verdict: Verdict = strawberry.field(
        description="OFFERED, or GIVEN: it was. OFFLINE, AWAY: they were not at their desk. AT_CAPACITY: they had as"
        " many conversations, or offers, as they can. REJECTED, UNANSWERED: they had just been asked. LANGUAGE: others"
        " spoke the guest's. NOT_THEIR_TURN: it was somebody else's."
    )
    at: datetime


@strawberry.type(description="What waits in a service's queue, and how many are there for it.")
class QueueCount:
    shared = COLLEAGUES
    service: Service = resolved_by(offers.service_of_count, shared=COLLEAGUES)
    waiting: int
    open: int = strawberry.field(description="Conversations that somebody has.")
    oldest_waiting_since: datetime | None
    online_agents: int
