"""What is known when a waiting conversation is routed: who is of its service and at their desk, with how much to do,
and who has said no to it before. Nothing is locked: whoever acts on it looks again under the locks that matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise import connections

from models.agent.agent import speaks
from models.conversation.conversation import Conversation
from models.organization.service import Service
from models.queueing.choosing import Answer, Candidate, Situation
from models.words import Channel, ConversationStatus, Direction, Presence, Verdict

# What is counted of an agent is counted for those only who are at their desks.
_CANDIDATES = """
SELECT a.id, a.languages, a.conversation_capacity AS capacity, m.weight, p.since,
    CASE WHEN a.is_active THEN coalesce(p.presence, 'OFFLINE') ELSE 'OFFLINE' END AS presence,
    busy.load, asked.offers, asked.turns, turn.last AS last_turn_at, given.last AS last_given_at
FROM service_member m JOIN agent a ON a.id = m.agent_id LEFT JOIN agent_presence p ON p.agent_id = a.id
CROSS JOIN LATERAL (SELECT count(*) AS load FROM conversation
    WHERE p.presence = 'ONLINE' AND assignee_id = a.id AND status = 'OPEN' AND channel <> 'MEETING') busy
CROSS JOIN LATERAL (SELECT count(*) AS offers, count(*) FILTER (WHERE in_turn) AS turns FROM offer_recipient
    WHERE p.presence = 'ONLINE' AND agent_id = a.id AND is_open) asked
CROSS JOIN LATERAL (SELECT max(offered_at) AS last FROM offer_recipient
    WHERE p.presence = 'ONLINE' AND agent_id = a.id AND in_turn) turn
CROSS JOIN LATERAL (SELECT max(at) AS last FROM assignment_record
    WHERE p.presence = 'ONLINE' AND to_agent_id = a.id) given
WHERE m.service_id = %s ORDER BY a.id
"""
# Those of the last two rounds: in turn nobody is asked twice in one, and to all each stands for as long as a no does.
_ANSWERS = """
WITH own AS (
    SELECT id, round, status, closed_at FROM offer
    WHERE conversation_id = %(id)s AND created_at >= %(since)s AND kind = 'QUEUE'
)
SELECT r.agent_id, own.round, own.status, own.closed_at, r.rejected_at FROM own
JOIN offer_recipient r ON r.offer_id = own.id AND NOT r.is_open AND r.left_at IS NULL
WHERE own.round >= (SELECT max(round) - 1 FROM own) ORDER BY r.id
"""
_ROUND = (
    "SELECT max(round) AS round FROM offer WHERE conversation_id = %s AND created_at >= %s AND kind = 'QUEUE'"
)
_GAVE_BACK = """
SELECT from_agent_id AS agent, at FROM assignment_record
WHERE conversation_id = %s AND at >= %s AND how = 'UNASSIGNED' AND from_agent_id = actor_agent_id ORDER BY id
"""


# The same as `is_routed`, of conversations joined with their services.
ROUTED = """
(conversation.status = 'WAITING' AND conversation.assignee_id IS NULL AND service.is_active
    AND service.deleted_at IS NULL
    AND (conversation.channel <> 'MEETING' OR conversation.last_message_direction = 'INBOUND'))
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A conversation that is to find its owner, the service in which it waits, and how things stand there."""

    conversation: Conversation
    service: Service
    situation: Situation


def is_routed(conversation: Conversation, service: Service) -> bool:
    """Whether such a conversation is offered to anybody. What only a booking has opened waits for the meeting's agent,
    until the guest says something there."""
    spoken = (
        conversation.channel is not Channel.MEETING or conversation.last_message_direction is Direction.INBOUND
    )
    waits = conversation.status is ConversationStatus.WAITING and conversation.assignee_id is None
    return waits and spoken and service.is_active and service.deleted_at is None


async def look(conversation_id: int) -> Waiting | None:
    """How things stand; None where it does not wait, or nobody is to be asked."""
    conversation = await Conversation.filter(id=conversation_id).select_related("service").first()
    if (
        conversation is None
        or conversation.service is None
        or not is_routed(conversation, conversation.service)
    ):
        return None
    service = conversation.service
    answers, round = await answers_of(conversation)
    situation = Situation(
        routing=service.routing,
        timeout=timedelta(seconds=service.offer_timeout_seconds),
        candidates=await _candidates(service, conversation.language),
        answers=answers,
        round=round,
    )
    return Waiting(conversation, service, situation)


async def _candidates(service: Service, language: str | None) -> list[Candidate]:
    rows = await _rows(_CANDIDATES, [service.id])
    return [_candidate(row, language) for row in rows]


def _candidate(row: dict[str, Any], language: str | None) -> Candidate:
    languages, since, presence = row.pop("languages"), row.pop("since"), Presence(row.pop("presence"))
    known = {} if since is None else {"since": since}
    return Candidate(speaks=language is None or speaks(languages, language), presence=presence, **known, **row)


async def answers_of(conversation: Conversation) -> tuple[list[Answer], int]:
    """The answers since the conversation waits, and how many rounds there have been; as long as the caller holds it,
    nobody gives another one."""
    since = conversation.waiting_since or conversation.created_at
    [counted] = await _rows(_ROUND, [conversation.id, since])
    round = counted["round"] or 0
    given = await _rows(_ANSWERS, {"id": conversation.id, "since": since}) if round else []
    back = await _rows(_GAVE_BACK, [conversation.id, since])
    answers = [answer for row in given if (answer := _answer(row)) is not None]
    # To give it back is a no in the first round, too, or before there is any.
    answers += [Answer(row["agent"], row["at"], min(round, 1), Verdict.REJECTED) for row in back]
    return answers, round


def _answer(row: dict[str, Any]) -> Answer | None:
    if row["rejected_at"] is not None:
        return Answer(row["agent_id"], row["rejected_at"], row["round"], Verdict.REJECTED)
    if row["status"] == "EXPIRED":
        return Answer(row["agent_id"], row["closed_at"], row["round"], Verdict.UNANSWERED)
    return None


async def _rows(sql: str, values: Any) -> list[dict[str, Any]]:
    return list(await connections.get("default").execute_query_dict(sql, values))
