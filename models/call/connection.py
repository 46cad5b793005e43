"""An organization's account at a provider of calls, as connected; its secret never comes back out."""

from __future__ import annotations

from tortoise import fields
from tortoise.queryset import QuerySet

from models.actor import AgentActor, KnownActor
from models.base import Owned
from models.words import ConnectionStatus, MeetingProvider, Role


class MeetingProviderConnection(Owned):
    """`account` is what the provider knows it by: of Jitsi, the server's address. One of an organization's connections
    is its default, as long as there is one."""

    provider = fields.CharEnumField(MeetingProvider, max_length=20)
    account = fields.CharField(max_length=200)
    status = fields.CharEnumField(ConnectionStatus, max_length=15, default=ConnectionStatus.CONNECTED)
    is_default = fields.BooleanField(default=False)
    sealed_secret = fields.BinaryField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "meeting_provider_connection"
        unique_together = (("organization_id", "provider", "account"),)

    @classmethod
    def visible_to(cls, actor: KnownActor) -> QuerySet[MeetingProviderConnection]:
        """The organization's, to its administrators."""
        if not isinstance(actor, AgentActor) or actor.agent.role is not Role.ADMINISTRATOR:
            return cls.filter(id__in=[])
        return cls.filter(organization_id=actor.organization_id)

    async def lose(self) -> None:
        """Note that it is good for nothing until it is connected again."""
        self.status = ConnectionStatus.DISCONNECTED
        await self.save(update_fields=["status"])

    @classmethod
    async def to_use(
        cls, organization_id: int, provider: MeetingProvider | None
    ) -> MeetingProviderConnection | None:
        """The one of this provider, or of any: the default one before the others."""
        own = cls.filter(organization_id=organization_id)
        rows = own if provider is None else own.filter(provider=provider)
        return await rows.order_by("-is_default", "id").first()
