"""Queues: operations on presence and offers, and a conversation that is offered."""

from __future__ import annotations

from itertools import count
from typing import Any

from models.agent.agent import Agent
from models.conversation.conversation import Conversation
from models.organization.service import Service
from models.queueing.attending import set_presence
from models.queueing.routing import route
from models.words import Channel, ConversationStatus, Presence
from resolvers import ids
from tests.builders import MONDAY, acting

PRESENCE = """mutation($presence: Presence!) {
  setPresence(presence: $presence) { agent { name presence } errors { code field } } }"""
_ANSWER = """(input: $input) { offer { id kind status acceptedBy { name } to { name } }
  conversation { id status assignee { name } } errors { code message field } } }"""
ACCEPT = "mutation($input: OfferActionInput!) { acceptOffer" + _ANSWER
REJECT = "mutation($input: OfferActionInput!) { rejectOffer" + _ANSWER
OFFERS = """{ offers { id kind status createdAt expiresAt note service { name } from { name } to { name }
  conversation { id title } } }"""
QUEUES = """{ organization { services { name routing offerTimeoutSeconds waitingCount openCount
  members { agent { name presence openConversationCount } } } } }"""
WHY = """query($id: ID!) { conversation(id: $id) { pendingOffers { id to { name } }
  offerExplanation { agent { name } verdict at } assignments { how offer { id status } } } }"""
INBOX = """subscription($after: String) { inboxEvents(after: $after) { __typename
  ... on OfferMade { cursor offer { id status conversation { id } } }
  ... on OfferClosed { cursor offer { id status conversation { id } } }
  ... on Resync { cursor reason } } }"""

_numbers = count(1_000_000)


async def a_waiting_conversation(service: Service, **values: Any) -> Conversation:
    """One from the site, that nobody has been asked for yet."""
    given = {
        "organization_id": service.organization_id,
        "number": next(_numbers),
        "channel": Channel.WEB,
        "status": ConversationStatus.WAITING,
        "service": service,
        "created_at": MONDAY,
        "last_message_at": MONDAY,
        "waiting_since": MONDAY,
    }
    return await Conversation.create(**{**given, **values})


async def an_offer(service: Service, *agents: Agent) -> dict[str, str]:
    """The ids of a conversation of the service that waits, and of the offer of it to the agents, who are online."""
    for agent in agents:
        await set_presence(Presence.ONLINE, actor=acting(agent), now=MONDAY)
    conversation = await a_waiting_conversation(service)
    await route(conversation.id, now=MONDAY)
    [offer] = await conversation.offers.all()
    return {"waiting": ids.encode("Conversation", conversation.id), "offer": ids.encode("Offer", offer.id)}
