"""Templates: what may be written to somebody who has not written lately, as the provider has approved it."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise import fields
from tortoise.queryset import QuerySet

from models.actor import AgentActor, KnownActor
from models.base import Edited
from models.channel.account import ChannelAccount
from models.words import Role

APPROVED = "APPROVED"
GONE = "GONE"
"""The status of one that the provider has no more."""


class MessageTemplate(Edited):
    """A template in one language. All but `available_for_agents` is as the provider has it, who knows it by
    `external_id`. One that is gone stays: what was sent by it names it."""

    account: fields.ForeignKeyRelation[ChannelAccount] = fields.ForeignKeyField(
        "frontdesk.ChannelAccount", related_name=False, on_delete=fields.CASCADE
    )
    account_id: int
    external_id = fields.CharField(max_length=100)
    name = fields.CharField(max_length=600)
    language = fields.CharField(max_length=35)
    body = fields.TextField()
    variables = fields.JSONField[Sequence[str]](default=list)
    status = fields.CharField(max_length=40)
    available_for_agents = fields.BooleanField(default=False)

    class Meta:
        table = "message_template"
        unique_together = (("account_id", "external_id"),)

    @classmethod
    def visible_to(cls, actor: KnownActor) -> QuerySet[MessageTemplate]:
        """Those of accounts that are connected, to the organization's administrators."""
        if not isinstance(actor, AgentActor) or actor.agent.role is not Role.ADMINISTRATOR:
            return cls.filter(id__in=[])
        return cls.filter(organization_id=actor.organization_id, account__deleted_at__isnull=True)
