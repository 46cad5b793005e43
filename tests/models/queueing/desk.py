"""A desk: conversations that wait, agents who come and go, and what the worker would do by some time."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tortoise import connections

from models.agent.agent import Agent
from models.conversation.conversation import Conversation
from models.conversation.offer import Offer, OfferRecipient
from models.event import EventRow
from models.organization.service import Service
from models.queueing.attending import set_presence
from models.queueing.expiring import expire
from models.queueing.flowing import flow_in_service, flow_to_agent
from models.queueing.later import EXPIRE, FLOW, ROUTE
from models.queueing.record import RoutingRecord
from models.queueing.routing import route
from models.words import Channel, ConversationStatus, OfferStatus, Presence, Verdict
from realtime.events import EventKind, inbox_topic
from tests.builders import MONDAY, acting

NOW = MONDAY
MINUTE = timedelta(minutes=1)

_numbers = count(1)


async def a_conversation(service: Service | None, *, now: datetime = NOW, **values: Any) -> Conversation:
    """One that waits in the service."""
    organization_id = values.pop("organization_id", None if service is None else service.organization_id)
    given = {
        "organization_id": organization_id,
        "number": next(_numbers),
        "channel": Channel.WEB,
        "status": ConversationStatus.WAITING,
        "service": service,
        "created_at": now,
        "last_message_at": now,
        "waiting_since": now,
    }
    return await Conversation.create(**{**given, **values})


async def come(*agents: Agent, presence: Presence = Presence.ONLINE, now: datetime = NOW) -> None:
    for agent in agents:
        await set_presence(presence, actor=acting(agent), now=now)


async def go(*agents: Agent, presence: Presence = Presence.OFFLINE, now: datetime = NOW) -> None:
    await come(*agents, presence=presence, now=now)


async def work(now: datetime = NOW) -> None:
    """Do the queue's jobs that are due, one after the other, until there are none."""
    while rows := await connections.get("default").execute_query_dict(
        "DELETE FROM procrastinate_jobs WHERE id = (SELECT min(id) FROM procrastinate_jobs WHERE task_name = ANY(%s)"
        " AND (scheduled_at IS NULL OR scheduled_at <= %s)) RETURNING task_name, args",
        [[ROUTE, FLOW, EXPIRE], now],
    ):
        for row in rows:
            await _do(row["task_name"], row["args"], now=now)


async def _do(task: str, arguments: dict[str, int | None], *, now: datetime) -> None:
    if task == ROUTE and (conversation := arguments["conversation_id"]):
        await route(conversation, now=now)
    elif task == EXPIRE and (offer := arguments["offer_id"]):
        await expire(offer, now=now)
    elif service := arguments.get("service_id"):
        await flow_in_service(service, now=now)
    elif agent := arguments.get("agent_id"):
        await flow_to_agent(agent, now=now)


async def offered(conversation: Conversation) -> set[int]:
    """The agents who can take it now."""
    parts = await OfferRecipient.filter(offer__conversation_id=conversation.id, is_open=True)
    return {part.agent_id for part in parts}


async def pending(conversation: Conversation) -> Offer:
    return await Offer.get(conversation_id=conversation.id, status=OfferStatus.PENDING)


async def owner(conversation: Conversation) -> int | None:
    return (await Conversation.get(id=conversation.id)).assignee_id


async def verdicts(conversation: Conversation) -> dict[int, Verdict]:
    """What became of everybody the last time."""
    last = await RoutingRecord.filter(conversation_id=conversation.id).order_by("-id").first()
    return {} if last is None else last.by_agent()


async def heard(agent: Agent, *kinds: EventKind) -> list[str]:
    """What the agent's inbox was told, in order."""
    wanted = kinds or (EventKind.OFFER_MADE, EventKind.OFFER_CLOSED)
    rows = await EventRow.filter(topic=inbox_topic(agent.id), kind__in=wanted).order_by("seq")
    return [row.kind.value for row in rows]
