"""Claims: who has which minute of an agent. The table's exclusion constraint has the last word on every booking."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise import connections, fields

from models.agent.agent import Agent
from models.base import Owned
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.transactions import Transaction
from models.words import MeetingType
from models.writing import as_json
from scheduling.intervals import Interval

_TIME = ("starts_at", "ends_at", "core_starts_at", "core_ends_at", "subject_id", "meeting_type")
_COLUMNS = ", ".join(("organization_id", "agent_id", *_TIME, "meeting_id", "expires_at"))
_TAKE_EACH = f"""
INSERT INTO claim ({_COLUMNS}) SELECT {_COLUMNS} FROM json_populate_recordset(NULL::claim, $1::text::json)
ORDER BY agent_id, starts_at, meeting_id ON CONFLICT DO NOTHING RETURNING meeting_id, id
""".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """What a meeting takes of each of its agents: its own time, `claimed` with its buffers; for the limits it counts as
    one of its subject and meeting type."""

    own: Interval
    claimed: Interval
    subject_id: int | None = None
    meeting_type: MeetingType | None = None

    @property
    def before_minutes(self) -> int:
        return int((self.own.start - self.claimed.start).total_seconds() // 60)

    @property
    def after_minutes(self) -> int:
        return int((self.claimed.end - self.own.end).total_seconds() // 60)

    def values(self) -> tuple[Any, ...]:
        """The claim's columns from `starts_at` on."""
        core = None if self.own == self.claimed else self.own
        return (
            self.claimed.start,
            self.claimed.end,
            core and core.start,
            core and core.end,
            self.subject_id,
            self.meeting_type and self.meeting_type.value,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Time that a meeting, which may be written later, is to take of an agent; perhaps not for good."""

    agent: Agent
    time: Time
    meeting_id: int
    expires_at: datetime | None = None

    def row(self) -> dict[str, Any]:
        named = zip(_TIME, self.time.values(), strict=True)
        whose = {"organization_id": self.agent.organization_id, "agent_id": self.agent.id}
        return {**whose, **dict(named), "meeting_id": self.meeting_id, "expires_at": self.expires_at}


class Claim(Owned):
    """An agent's time, taken by a meeting, or a hold, with its buffers. No two claims of an agent overlap: the
    constraint `claim_exclusive` sees to it.

    The core is the meeting's own time, None where it has no buffers; subject and meeting type say for which limits it
    counts. `expires_at` is set for claims that end by themselves; an expired one blocks nobody. Of a hold it is also
    known by what token it is found and what it is of (see models/hold.py), and of a time that a link offers, which: a
    hold of such a time ends with `held_until`, and then the link has it again (see models/availability/offered.py).
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
    held_until = fields.DatetimeField(null=True)

    class Meta:
        table = "claim"
        indexes = (("meeting_id",),)

    @property
    def time(self) -> Interval:
        """The meeting's own time, without buffers."""
        return Interval.between(self.core_starts_at or self.starts_at, self.core_ends_at or self.ends_at)

    @classmethod
    async def take(
        cls,
        tx: Transaction,
        agents: Sequence[Agent],
        time: Time,
        *,
        meeting_id: int | None = None,
        expires_at: datetime | None = None,
    ) -> dict[int, int]:
        """Take the time of those of the agents who have all of it; by the agent's id the claim's, which rise in the
        order of the agents. An expired claim is in the way until it is cleared. The meeting may be written later, in
        the same transaction.

        Waits for transactions that are taking the same time and have not ended. ON CONFLICT covers exclusion
        constraints and, unlike an error, leaves the transaction alive to try other agents.
        """
        if not agents:
            return {}
        taken = await tx.rows(
            "INSERT INTO claim (organization_id, agent_id, starts_at, ends_at, core_starts_at, core_ends_at,"
            " subject_id, meeting_type, meeting_id, expires_at) SELECT %s, agent, %s, %s, %s, %s, %s, %s, %s, %s"
            " FROM unnest(%s::bigint[]) WITH ORDINALITY AS wanted (agent, place) ORDER BY place"
            " ON CONFLICT DO NOTHING RETURNING id, agent_id",
            agents[0].organization_id, *time.values(), meeting_id, expires_at, [agent.id for agent in agents],
        )  # fmt: skip
        return {claim["agent_id"]: claim["id"] for claim in taken}

    @classmethod
    async def take_each(cls, tx: Transaction, wanted: Sequence[Wanted]) -> dict[int, int]:
        """Take time for several meetings, none of which needs another's; by the meeting's id the claim's, of those that
        could have it.

        In the order of the agents and of the time, so that two who take many claims like this do not wait for each
        other in a ring.
        """
        return dict(await tx.connection.run(_TAKE_EACH, [as_json([one.row() for one in wanted])]))

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
    async def forget_expired(cls, tx: Transaction, agents: Sequence[Agent], *, now: datetime) -> None:
        """Take away the agents' expired claims. They block nobody, but they would be read again and again."""
        await tx.rows(
            "DELETE FROM claim WHERE id IN (SELECT id FROM claim WHERE agent_id = ANY(%s) AND expires_at <= %s"
            " FOR UPDATE SKIP LOCKED)",
            [agent.id for agent in agents], now,
        )  # fmt: skip

    @classmethod
    async def keep(cls, tx: Transaction, meeting_id: int, *, until: datetime | None) -> int:
        """Have the meeting's claims end at another moment, or no more by themselves; how many there still are."""
        kept = await tx.rows(
            "UPDATE claim SET expires_at = %s WHERE id IN"
            " (SELECT id FROM claim WHERE meeting_id = %s ORDER BY id FOR UPDATE) RETURNING id",
            until, meeting_id,
        )  # fmt: skip
        return len(kept)

    @classmethod
    async def give_back(cls, claims: Collection[int]) -> None:
        """Have their time be free."""
        if claims:
            await cls.filter(id__in=list(claims)).delete()

    @classmethod
    async def release(cls, meeting_id: int, *, agents: Collection[int] | None = None) -> None:
        """Give back all that the meeting has taken, or what it has of some agents. Nobody else changes its claims,
        which takes the meeting's row, but whoever clears away those of one that has expired: so in their order."""
        whose = None if agents is None else list(agents)
        await connections.get("default").execute_query(
            "DELETE FROM claim WHERE id IN (SELECT id FROM claim WHERE meeting_id = %s"
            " AND (%s::bigint[] IS NULL OR agent_id = ANY(%s)) ORDER BY id FOR UPDATE)",
            [meeting_id, whose, whose],
        )
