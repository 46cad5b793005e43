"""A conversation and its members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from models.actor import Actor, AgentActor, GuestActor, KnownActor, SignedInGuest
from models.agent.agent import Agent
from models.base import Owned
from models.channel.account import ChannelAccount
from models.contact.contact import Contact
from models.desk.disposition import Disposition
from models.desk.tag import Tag
from models.organization.service import Service, ServiceMember
from models.words import Channel, ConversationStatus, Direction, MemberRole

if TYPE_CHECKING:
    from models.conversation.offer import Offer


class Conversation(Owned):
    """`last_seq` is the seq of the newest message; it is raised in the transaction that writes the message."""

    members: fields.ReverseRelation[Member]
    offers: fields.ReverseRelation[Offer]
    number = fields.BigIntField()
    channel = fields.CharEnumField(Channel, max_length=10)
    status = fields.CharEnumField(ConversationStatus, max_length=10)
    title = fields.CharField(max_length=200, null=True)
    service: fields.ForeignKeyNullableRelation[Service] = fields.ForeignKeyField(
        "frontdesk.Service", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    service_id: int | None
    assignee: fields.ForeignKeyNullableRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    assignee_id: int | None
    contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name="conversations", null=True, on_delete=fields.SET_NULL
    )
    contact_id: int | None
    language = fields.CharField(max_length=35, null=True)
    created_at = fields.DatetimeField()
    last_seq = fields.BigIntField(default=0)
    last_message_at = fields.DatetimeField()
    last_message_direction = fields.CharEnumField(Direction, max_length=10, null=True)
    waiting_since = fields.DatetimeField(null=True)
    snoozed_until = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    disposition: fields.ForeignKeyNullableRelation[Disposition] = fields.ForeignKeyField(
        "frontdesk.Disposition", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    disposition_id: int | None
    disposition_note = fields.TextField(null=True)
    channel_account: fields.ForeignKeyNullableRelation[ChannelAccount] = fields.ForeignKeyField(
        "frontdesk.ChannelAccount", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    channel_account_id: int | None
    tags: fields.ManyToManyRelation[Tag] = fields.ManyToManyField(
        "frontdesk.Tag", through="conversation_tag", related_name="conversations"
    )

    class Meta:
        table = "conversation"
        unique_together = (("organization_id", "number"),)
        indexes = (("organization_id", "last_message_at"), ("assignee_id",), ("contact_id",))

    @classmethod
    def visible_to(cls, actor: Actor) -> QuerySet[Conversation]:
        """The conversations that the actor may see: all of the organization for those who oversee it; to an agent
        their own, those they are a member of, those that are offered to them now and those of their services; to a
        guest the one they came for, or all of theirs where they have signed in, as long as they are a member."""
        match actor:
            case AgentActor(agent=agent) if actor.sees_all:
                return cls.filter(organization_id=agent.organization_id)
            case AgentActor(agent=agent):
                mine = Member.filter(agent_id=agent.id).values("conversation_id")
                offered = cls.filter(offers__recipients__agent_id=agent.id, offers__recipients__is_open=True)
                services = ServiceMember.filter(agent_id=agent.id).values("service_id")
                return cls.filter(
                    Q(assignee_id=agent.id)
                    | Q(id__in=Subquery(mine))
                    | Q(id__in=Subquery(offered.values("id")))
                    | Q(service_id__in=Subquery(services)),
                    organization_id=agent.organization_id,
                )
            case SignedInGuest():
                mine = Member.filter(contact_id__in=Contact.same_as(actor.contact_ids)).values(
                    "conversation_id"
                )
                return cls.filter(id__in=Subquery(mine), organization_id=actor.organization_id)
            case GuestActor():
                return cls.filter(
                    organization_id=actor.organization_id,
                    id=actor.conversation_id,
                    members__contact_id__in=Contact.same_as(actor.contact_ids),
                )
            case _:
                return cls.filter(id__in=[])


class Member(Owned):
    """A party of a conversation: an agent or a contact. Messages up to `last_read_seq` are read.

    Those up to `since_seq` were said before a guest was invited, and are not shown to them.

    An agent who `stays` was put there, by a colleague or with a meeting; who was there only because it was theirs, or
    their service's, leaves when somebody takes it from the queue.
    """

    conversation: fields.ForeignKeyRelation[Conversation] = fields.ForeignKeyField(
        "frontdesk.Conversation", related_name="members", on_delete=fields.CASCADE
    )
    conversation_id: int
    agent: fields.ForeignKeyNullableRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name="conversation_memberships", null=True, on_delete=fields.CASCADE
    )
    agent_id: int | None
    contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "frontdesk.Contact", related_name=False, null=True, on_delete=fields.CASCADE
    )
    contact_id: int | None
    role = fields.CharEnumField(MemberRole, max_length=12)
    last_read_seq = fields.BigIntField(default=0)
    since_seq = fields.BigIntField(null=True)
    stays = fields.BooleanField(default=False)
    joined_at = fields.DatetimeField()

    class Meta:
        table = "member"
        unique_together = (("conversation_id", "agent_id"), ("conversation_id", "contact_id"))

    @classmethod
    def of(cls, conversation_id: int, actor: KnownActor) -> QuerySet[Member]:
        """The actor's own place in the conversation; nothing where they are no member."""
        if isinstance(actor, AgentActor):
            return cls.filter(conversation_id=conversation_id, agent_id=actor.agent.id)
        return cls.filter(conversation_id=conversation_id, contact_id__in=Contact.same_as([actor.contact.id]))
