"""Anything by its id, as far as the viewer may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Any

from strawberry import ID
from tortoise.queryset import QuerySet

from errors import BadRequest
from models.actor import AgentActor, KnownActor, Public
from models.agent.agent import Agent
from models.agent.key import ApiKey
from models.agent.template import UNAVAILABLE, BuiltIn, DayTemplate
from models.base import Lasting, Owned, Row
from models.calendar.connection import CalendarConnection
from models.call.connection import MeetingProviderConnection
from models.campaign.campaign import Campaign, CampaignRecipient
from models.channel.account import ChannelAccount
from models.channel.template import MessageTemplate
from models.contact.rights import visible_to as contacts_of
from models.conversation.conversation import Conversation
from models.conversation.message import Message
from models.conversation.offer import Offer
from models.conversation.scheduled import ScheduledMessage
from models.desk.canned_reply import CannedReply
from models.desk.contact_list import ContactList
from models.desk.disposition import Disposition
from models.desk.tag import Tag
from models.letter.template import ContentTemplate, DefaultTemplate, default_templates
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.service import Service
from models.organization.subject import Subject
from models.webhook.webhook import Webhook, WebhookDelivery
from models.words import Role
from resolvers.context import Info
from resolvers.ids import split

MOST_NODES = 100


Found = Row | BuiltIn | DefaultTemplate


async def node(info: Info, id: ID) -> Found | None:
    """None for what there is not, or is not the viewer's to see."""
    [found] = await nodes(info, [id])
    return found


async def nodes(info: Info, ids: list[ID]) -> list[Found | None]:
    """In the order of the ids; the database is asked once for each kind."""
    if len(ids) > MOST_NODES:
        raise BadRequest(f"At most {MOST_NODES} nodes at once.")
    wanted = [split(id) for id in ids]
    keys: dict[str, set[int]] = defaultdict(set)
    for kind, key in filter(None, wanted):
        keys[kind].add(key)
    found = {(kind, row.id): row for kind in keys for row in await _find(info, kind, keys[kind])}
    return [None if one is None else found.get(one) for one in wanted]


async def _find(info: Info, kind: str, keys: Collection[int]) -> Sequence[Found]:
    actor = info.context.actor
    if isinstance(actor, Public):
        return []
    if kind == "Contact":
        await info.context.mask()  # so that their fields need not wait for it, one by one
    found = await _SCOPES[kind](actor).filter(id__in=list(keys)) if kind in _SCOPES else []
    if kind == "ContentTemplate" and isinstance(actor, AgentActor) and actor.agent.role is Role.ADMINISTRATOR:
        found += [one for key in keys if (one := default_templates().get(key))]
    if kind == "DayTemplate" and UNAVAILABLE.id in keys and isinstance(actor, AgentActor):
        found.append(UNAVAILABLE)
    return found


def _organizations(actor: KnownActor) -> QuerySet[Organization]:
    """One's own; keys are numbered, and whoever counts through them should not learn who the others are."""
    return Organization.filter(id=actor.organization_id)


def _of_colleagues(model: type[Owned]) -> Callable[[KnownActor], QuerySet[Any]]:
    """Everything of the kind that is not deleted to the organization's agents, and nothing to guests."""

    def scope(actor: KnownActor) -> QuerySet[Any]:
        mine = model.filter(organization_id=actor.organization_id)
        if issubclass(model, Lasting):
            mine = mine.filter(deleted_at__isnull=True)
        return mine if isinstance(actor, AgentActor) else model.filter(id__in=[])

    return scope


_SCOPES: dict[str, Callable[[KnownActor], QuerySet[Any]]] = {
    "Agent": _of_colleagues(Agent),
    "ApiKey": ApiKey.visible_to,
    "CalendarConnection": CalendarConnection.visible_to,
    "Campaign": Campaign.visible_to,
    "CampaignRecipient": CampaignRecipient.visible_to,
    "CannedReply": _of_colleagues(CannedReply),
    "ChannelAccount": ChannelAccount.visible_to,
    "Contact": contacts_of,
    "ContentTemplate": ContentTemplate.visible_to,
    "ContactList": _of_colleagues(ContactList),
    "Conversation": Conversation.visible_to,
    "DayTemplate": _of_colleagues(DayTemplate),
    "Disposition": _of_colleagues(Disposition),
    "Meeting": Meeting.visible_to,
    "Message": Message.visible_to,
    "MessageTemplate": MessageTemplate.visible_to,
    "MeetingProviderConnection": MeetingProviderConnection.visible_to,
    "Offer": Offer.visible_to,
    "Office": _of_colleagues(Office),
    "Organization": _organizations,
    "PlanningRule": _of_colleagues(PlanningRule),
    "ScheduledMessage": ScheduledMessage.visible_to,
    "ScheduleLink": _of_colleagues(ScheduleLink),
    "Service": _of_colleagues(Service),
    "Subject": _of_colleagues(Subject),
    "Tag": _of_colleagues(Tag),
    "Webhook": Webhook.visible_to,
    "WebhookDelivery": WebhookDelivery.visible_to,
}
"""What an actor may see of each kind. The public is shown nothing by its id."""
