"""The address to which a mail relay posts what calendars answer: each mail as it came in, with the relay's secret."""

from __future__ import annotations

import asyncio
import hmac

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from models.meeting.answering import Reply, take_reply
from models.words import AttendeeResponse
from providers.mail.invitation import Answer
from providers.mail.replies import CalendarReply, read_replies
from resolvers.context import World
from web.graphql.reading import HTTPRefused, bounded_body, in_time

logger = structlog.get_logger(__name__)

LARGEST_MAIL = 1_048_576
SECONDS = 30.0

_SAID = {
    Answer.ACCEPTED: AttendeeResponse.ACCEPTED,
    Answer.TENTATIVE: AttendeeResponse.TENTATIVE,
    Answer.DECLINED: AttendeeResponse.DECLINED,
    Answer.NEEDS_ACTION: AttendeeResponse.NEEDS_ACTION,
}


def reply_routes(world: World, *, secret: bytes | None) -> list[BaseRoute]:
    """No address where there is no secret."""
    if secret is None:
        return []

    async def take(request: Request) -> Response:
        if not _is_known(request.headers.get("authorization", ""), secret):
            return PlainTextResponse("This is for our mail relay.\n", status_code=401)
        try:
            mail = await in_time(bounded_body(request, LARGEST_MAIL), seconds=SECONDS)
        except HTTPRefused as refused:
            return PlainTextResponse(
                refused.message + "\n", status_code=refused.status, headers=refused.headers
            )
        replies = await asyncio.to_thread(read_replies, mail)
        kept = [await take_reply(_reply(one), now=world.clock()) for one in replies]
        logger.info("mail.replies", replies=len(kept), kept=sum(kept))
        # Whatever it was, it has arrived: the relay need not bring it again.
        return Response(status_code=204)

    return [Route("/mail/replies", take, methods=["POST"])]


def _reply(read: CalendarReply) -> Reply:
    return Reply(read.uid, read.address, _SAID[read.answer], read.sequence, read.stamped_at)


def _is_known(authorization: str, secret: bytes) -> bool:
    scheme, _, shown = authorization.partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(shown.encode(errors="replace"), secret)
