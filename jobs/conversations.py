"""What becomes of waiting conversations by itself."""

import structlog

from jobs.retrying import BACKOFF
from jobs.tools import tools
from models.conversation import reopening, scheduling
from models.conversation.closing import WAKE
from models.conversation.scheduling import SEND
from models.queue import queue
from models.queueing import expiring, flowing, routing
from models.queueing.later import EXPIRE, FLOW, ROUTE

logger = structlog.get_logger(__name__)

MOST_AT_ONCE = 1_000


@queue.task(name=ROUTE, retry=BACKOFF)
async def route(conversation_id: int) -> None:
    """Find the conversation its owner, or those who are to be asked."""
    await routing.route(conversation_id, now=tools().now())


@queue.task(name=FLOW, retry=BACKOFF)
async def flow(service_id: int | None = None, agent_id: int | None = None) -> None:
    """Look at what waits in the service, or for the agent."""
    if service_id is not None:
        await flowing.flow_in_service(service_id, now=tools().now())
    if agent_id is not None:
        await flowing.flow_to_agent(agent_id, now=tools().now())


@queue.task(name=EXPIRE, retry=BACKOFF)
async def expire_offer(offer_id: int) -> None:
    await expiring.expire(offer_id, now=tools().now())


@queue.task(name=WAKE, retry=BACKOFF)
async def wake(conversation_id: int) -> None:
    await reopening.wake(conversation_id, now=tools().now())


@queue.task(name=SEND, retry=BACKOFF)
async def send_scheduled(scheduled_id: int) -> None:
    await scheduling.send_due(scheduled_id, now=tools().now())


@queue.periodic(cron="* * * * *")
@queue.task(name="conversations.sweep", queueing_lock="conversations.sweep")
async def sweep(timestamp: int) -> None:
    """End what has expired, wake what has slept, send what was to be sent by now, at most a thousand of each, and look
    at all that waits. Each has its own job for that; what such a job has failed to do is done here."""
    for offer_id in await expiring.due_to_expire(now=tools().now(), limit=MOST_AT_ONCE):
        try:
            await expiring.expire(offer_id, now=tools().now())
        except Exception:
            logger.exception("offer.not_expired", offer_id=offer_id)
    for conversation_id in await reopening.due_to_wake(now=tools().now(), limit=MOST_AT_ONCE):
        try:
            await reopening.wake(conversation_id, now=tools().now())
        except Exception:
            logger.exception("conversation.not_woken", conversation_id=conversation_id)
    for scheduled_id in await scheduling.due(now=tools().now(), limit=MOST_AT_ONCE):
        try:
            await scheduling.send_due(scheduled_id, now=tools().now())
        except Exception:
            logger.exception("message.not_sent", scheduled_id=scheduled_id)
    await flowing.flow(now=tools().now())
