"""Claims: who has which minute of an agent. The table's exclusion constraint has the last word on every booking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tortoise import fields

from models.agent.agent import Agent
from models.base import Owned
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.transactions import Transaction
from models.words import MeetingType
from scheduling.intervals import Interval


class Claim(Owned):
    """An agent's time, taken by a meeting, or a hold, with its buffers. No two claims of an agent overlap: the
    constraint `claim_exclusive` sees to it.

    The core is the meeting's own time, None where it has no buffers; subject and meeting type say for which limits it
    counts. `expires_at` is set for claims that end by themselves; an expired one blocks nobody. Of a hold it is also
    known by what token it is found and what it is of (see models/hold.py), and of a time that a link offers, which.
    """

    agent: fields.ForeignKeyRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, on_delete=fields.CASCADE
    )
    agent_id: int
    meeting: fields.ForeignKeyNullableRelation[Meeting] = fields.ForeignKeyField(
        "frontdesk.Meeting", related_name=False, null=True, on_delete=fields.CASCADE
    )
    meeting_id: int | None
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    hold_hash = fields.CharField(max_length=64, null=True)
    held_for = fields.CharField(max_length=200, null=True)
    core_starts_at = fields.DatetimeField(null=True)
    core_ends_at = fields.DatetimeField(null=True)
    subject_id = fields.BigIntField(null=True)
    meeting_type = fields.CharEnumField(MeetingType, max_length=10, null=True)
    link: fields.ForeignKeyNullableRelation[ScheduleLink] = fields.ForeignKeyField(
        "frontdesk.ScheduleLink", related_name=False, null=True, on_delete=fields.CASCADE
    )
    link_id: int | None

    class Meta:
        table = "claim"
        indexes = (("meeting_id",),)

    @classmethod
    async def take(
        cls,
        tx: Transaction,
        agent: Agent,
        *,
        during: Interval,
        meeting_id: int | None = None,
        expires_at: datetime | None = None,
    ) -> int | None:
        """Take the agent's time; the claim's id, or None if somebody has a minute of it. An expired claim is in the way
        until it is cleared.

        Waits for a transaction that is taking the same time and has not ended. ON CONFLICT covers exclusion
        constraints and, unlike an error, leaves the transaction alive to try another agent.
        """
        taken = await tx.rows(
            "INSERT INTO claim (organization_id, agent_id, meeting_id, starts_at, ends_at, expires_at)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
            agent.organization_id, agent.id, meeting_id, during.start, during.end, expires_at,
        )  # fmt: skip
        return taken[0]["id"] if taken else None

    @classmethod
    async def clear_expired(
        cls, tx: Transaction, agents: Sequence[Agent], *, during: Interval, now: datetime
    ) -> None:
        """Take away expired claims that are in the way, of all the agents who may be asked, at once.

        In one order, so that two who clear away the same claims do not wait for each other in a ring. One that is just
        being turned into a meeting is waited for, and looked at again: it no longer expires.
        """
        await tx.rows(
            "DELETE FROM claim WHERE id IN (SELECT id FROM claim WHERE agent_id = ANY(%s) AND expires_at <= %s"
            " AND starts_at < %s AND ends_at > %s ORDER BY id FOR UPDATE)",
            [agent.id for agent in agents], now, during.end, during.start,
        )  # fmt: skip

    @classmethod
    async def forget_expired(cls, tx: Transaction, agent: Agent, *, now: datetime) -> None:
        """Take away the agent's expired claims. They block nobody, but they would be read again and again."""
        await tx.rows(
            "DELETE FROM claim WHERE id IN (SELECT id FROM claim WHERE agent_id = %s AND expires_at <= %s"
            " FOR UPDATE SKIP LOCKED)",
            agent.id, now,
        )  # fmt: skip

    @classmethod
    async def release(cls, meeting: Meeting) -> None:
        """Give back all that the meeting has taken."""
        await cls.filter(meeting_id=meeting.id).delete()
