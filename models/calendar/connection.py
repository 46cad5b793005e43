"""An agent's own calendar, as connected; its address is a secret and never comes back out."""

from __future__ import annotations

from tortoise import fields
from tortoise.queryset import QuerySet

from models.actor import AgentActor, KnownActor
from models.agent.agent import Agent
from models.base import Owned
from models.words import CalendarProvider, ConnectionStatus


class CalendarConnection(Owned):
    """`sealed_address` is the feed's encrypted URL; null for an uploaded file, which is read once.

    Busy time is known up to `known_until`, by the rules whose digest is `read_as`: where those have changed, an
    answer of "not modified" would not be one to them.
    """

    agent: fields.ForeignKeyRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name="calendar_connections", on_delete=fields.CASCADE
    )
    agent_id: int
    provider = fields.CharEnumField(CalendarProvider, max_length=15)
    account = fields.CharField(max_length=200)
    status = fields.CharEnumField(ConnectionStatus, max_length=15, default=ConnectionStatus.NEVER_SYNCED)
    sealed_address = fields.BinaryField(null=True)
    etag = fields.TextField(null=True)
    last_modified = fields.TextField(null=True)
    last_synced_at = fields.DatetimeField(null=True)
    known_until = fields.DatetimeField(null=True)
    read_as = fields.CharField(max_length=64, null=True)
    next_refresh_at = fields.DatetimeField(null=True)
    failing_since = fields.DatetimeField(null=True)
    last_error = fields.TextField(null=True)
    disconnected_at = fields.DatetimeField(null=True)
    owner_notified_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "calendar_connection"
        indexes = (("agent_id",), ("next_refresh_at",))

    @classmethod
    def visible_to(cls, actor: KnownActor) -> QuerySet[CalendarConnection]:
        """The agent's own connections; whoever oversees them sees no private calendars."""
        if not isinstance(actor, AgentActor):
            return cls.filter(id__in=[])
        return cls.filter(organization_id=actor.organization_id, agent_id=actor.agent.id)


class BusyTime(Owned):
    """Time that a calendar says is busy, and nothing else of what the calendar says."""

    connection: fields.ForeignKeyRelation[CalendarConnection] = fields.ForeignKeyField(
        "frontdesk.CalendarConnection", related_name=False, on_delete=fields.CASCADE
    )
    connection_id: int
    agent: fields.ForeignKeyRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, on_delete=fields.CASCADE
    )
    agent_id: int
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()

    class Meta:
        table = "busy_time"
        indexes = (("agent_id", "starts_at"), ("connection_id",))
