"""Why an agent was offered a conversation, or was not: kept when it was decided, and not guessed afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from tortoise import fields

from models.base import Owned
from models.conversation.conversation import Conversation
from models.transactions import Transaction
from models.words import Verdict

KEPT = 5


class RoutingRecord(Owned):
    """What became of each agent of the service when the conversation was routed."""

    conversation: fields.ForeignKeyRelation[Conversation] = fields.ForeignKeyField(
        "frontdesk.Conversation", related_name=False, on_delete=fields.CASCADE
    )
    conversation_id: int
    at = fields.DatetimeField()
    verdicts = fields.JSONField[Mapping[str, list[int]]]()

    class Meta:
        table = "routing_record"
        indexes = (("conversation_id", "at"),)

    def by_agent(self) -> dict[int, Verdict]:
        """The verdicts by the agents' ids, in the order of these."""
        found = {agent: Verdict(verdict) for verdict, agents in self.verdicts.items() for agent in agents}
        return dict(sorted(found.items()))


async def keep_verdicts(
    tx: Transaction, conversation: Conversation, verdicts: Mapping[int, Verdict], *, now: datetime
) -> None:
    """Keep what became of everybody, unless it is what it was the last time; the last few times are kept. The caller
    holds the conversation."""
    grouped: dict[str, list[int]] = defaultdict(list)
    for agent, verdict in sorted(verdicts.items()):
        grouped[verdict.value].append(agent)
    known = await RoutingRecord.filter(conversation_id=conversation.id).order_by("-id").limit(KEPT)
    if known and known[0].verdicts == grouped:
        return
    if len(known) == KEPT:
        await RoutingRecord.filter(conversation_id=conversation.id, id__lte=known[-1].id).delete()
    await tx.add(
        RoutingRecord(
            organization_id=conversation.organization_id,
            conversation_id=conversation.id,
            at=now,
            verdicts=dict(grouped),
        )
    )
