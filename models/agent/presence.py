"""Whether agents are at their desks, as they say themselves; apart from their rows, which edits and bookings lock."""

from __future__ import annotations

from tortoise import fields

from models.agent.agent import Agent
from models.base import Owned
from models.words import Presence


class AgentPresence(Owned):
    """What the agent has last said; who has said nothing is OFFLINE.

    So is who is heard of no more: `lapsed` is then what they had said.
    """

    agent: fields.ForeignKeyRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, on_delete=fields.CASCADE, unique=True
    )
    agent_id: int
    presence = fields.CharEnumField(Presence, max_length=10)
    since = fields.DatetimeField()
    lapsed = fields.CharEnumField(Presence, max_length=10, null=True)

    class Meta:
        table = "agent_presence"


class AgentHeartbeat(Owned):
    """Until when it is believed that the agent is there. It has a row of its own, as it is written every few seconds,
    while offers hold the other one."""

    agent: fields.ForeignKeyRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, on_delete=fields.CASCADE, unique=True
    )
    agent_id: int
    alive_until = fields.DatetimeField()

    class Meta:
        table = "agent_heartbeat"
