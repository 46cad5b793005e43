"""Lists of conversations: what is asked for, as the viewer may see it."""

from __future__ import annotations

from typing import Any

from tortoise.expressions import Q, RawSQL
from tortoise.queryset import QuerySet

from errors import BadRequest
from models.actor import AgentActor, KnownActor
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.conversation.reading import with_unread
from models.conversation.searching import search
from models.conversation.tagging import tagged
from models.words import AssigneeFilter, TagMatch
from resolvers import ids
from resolvers.context import Info
from resolvers.paging import Order, Page, page
from schema.inputs.conversations import ConversationFilter


async def conversations(
    info: Info, filter: ConversationFilter | None = None, first: int | None = 20, after: str | None = None
) -> Page[Conversation]:
    """The conversations that the viewer may see, those with the newest message first."""
    actor = info.context.known()
    rows = Conversation.visible_to(actor)
    if filter is not None:
        rows = rows.filter(*_conditions(filter, actor=actor))
        rows = await _found(info, rows, filter, actor=actor)
    newest = Order("last_message_at", descending=True)
    return await page(rows, newest, first=20 if first is None else first, after=after)


async def _found(
    info: Info, rows: QuerySet[Conversation], filter: ConversationFilter, *, actor: KnownActor
) -> QuerySet[Conversation]:
    """What is asked of more than the conversation's own row."""
    if filter.unread is not None:
        rows = with_unread(rows, filter.unread, actor=actor)
    if filter.tag_ids is not None:
        wanted = [ids.sought(one, "Tag") or 0 for one in filter.tag_ids]
        rows = tagged(rows, wanted, filter.tag_match or TagMatch.ANY)
    if filter.search is not None:
        unmasked = isinstance(actor, AgentActor) and not (await info.context.mask()).hides
        rows = search(rows, filter.search, actor=actor, unmasked=unmasked)
    return rows


def _conditions(filter: ConversationFilter, *, actor: KnownActor) -> list[Q]:
    if filter.started_from and filter.started_to and filter.started_to < filter.started_from:
        raise BadRequest("The range ends before it begins.")
    given: dict[str, Any] = {
        "status__in": filter.status,
        "assignee_id": ids.decode_some(filter.agent_id, "Agent", field=("filter", "agentId")),
        "service_id": ids.decode_some(filter.service_id, "Service", field=("filter", "serviceId")),
        "contact_id__in": _theirs(filter),
        "channel": filter.channel,
        "channel_account_id": ids.decode_some(
            filter.channel_account_id, "ChannelAccount", field=("filter", "channelAccountId")
        ),
        "created_at__gte": filter.started_from,
        "created_at__lt": filter.started_to,
        "last_message_direction": filter.last_message_direction,
    }
    conditions = [Q(**{name: value}) for name, value in given.items() if value is not None]
    return [*conditions, *_assignee(filter.assignee, actor=actor)]


def _theirs(filter: ConversationFilter) -> RawSQL | None:
    """Whoever the contact has become has all that was theirs."""
    contact_id = ids.decode_some(filter.contact_id, "Contact", field=("filter", "contactId"))
    return None if contact_id is None else Contact.same_as([contact_id])


def _assignee(wanted: AssigneeFilter | None, *, actor: KnownActor) -> list[Q]:
    me = actor.agent.id if isinstance(actor, AgentActor) else None
    match wanted:
        case AssigneeFilter.ME:
            return [Q(assignee_id=me)]
        case AssigneeFilter.NOBODY:
            return [Q(assignee_id__isnull=True)]
        case AssigneeFilter.OTHERS:
            return [Q(assignee_id__isnull=False) & ~Q(assignee_id=me)]
        case _:
            return []
