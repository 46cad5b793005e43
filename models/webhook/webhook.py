"""Webhooks: the addresses to which an organization has its events sent, and each event on its way there."""

from __future__ import annotations

from tortoise import fields
from tortoise.queryset import QuerySet

from models.actor import AgentActor, KnownActor
from models.base import Edited, Owned
from models.words import DeliveryState, Role


class Webhook(Edited):
    """`events` are the kinds that are sent. After a renewal the former secret signs too, until `former_until`.

    `failing_since` is the first of the attempts that failed since one succeeded; who has answered nothing good for too
    long, or says to be gone, is disabled.
    """

    url = fields.TextField()
    description = fields.CharField(max_length=200, null=True)
    events = fields.JSONField[list[str]](default=list)
    sealed_secret = fields.BinaryField()
    sealed_former = fields.BinaryField(null=True)
    former_until = fields.DatetimeField(null=True)
    is_active = fields.BooleanField(default=True)
    failing_since = fields.DatetimeField(null=True)
    last_error = fields.TextField(null=True)
    disabled_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "webhook"
        indexes = (("organization_id",),)

    @classmethod
    def visible_to(cls, actor: KnownActor) -> QuerySet[Webhook]:
        """Those of the organization, to its administrators."""
        if not isinstance(actor, AgentActor) or actor.agent.role is not Role.ADMINISTRATOR:
            return cls.filter(id__in=[])
        return cls.filter(organization_id=actor.organization_id)


class WebhookDelivery(Owned):
    """One event for one webhook. `message_id` names the event and stays the same over all attempts; what concerns the
    same thing (`about`) is delivered one after the other. `answer` is how the last refusal began."""

    webhook: fields.ForeignKeyRelation[Webhook] = fields.ForeignKeyField(
        "frontdesk.Webhook", related_name=False, on_delete=fields.CASCADE
    )
    webhook_id: int
    event = fields.CharField(max_length=64)
    message_id = fields.CharField(max_length=64)
    about = fields.CharField(max_length=64)
    body = fields.TextField()
    state = fields.CharEnumField(DeliveryState, max_length=10, default=DeliveryState.PENDING)
    attempts = fields.IntField(default=0)
    attempted_at = fields.DatetimeField(null=True)
    duration_milliseconds = fields.IntField(null=True)
    status_code = fields.IntField(null=True)
    next_attempt_at = fields.DatetimeField(null=True)
    error = fields.TextField(null=True)
    answer = fields.TextField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "webhook_delivery"
        unique_together = (("webhook_id", "message_id"),)
        indexes = (("webhook_id", "created_at"), ("created_at",))

    @classmethod
    def visible_to(cls, actor: KnownActor) -> QuerySet[WebhookDelivery]:
        """Those of the organization's webhooks, to its administrators."""
        if not isinstance(actor, AgentActor) or actor.agent.role is not Role.ADMINISTRATOR:
            return cls.filter(id__in=[])
        return cls.filter(organization_id=actor.organization_id)
