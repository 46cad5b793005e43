"""Journeys: a contact's conversations and meetings, the newest first, as one list."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from tortoise.expressions import Q

from errors import BadRequest
from models.actor import AgentActor
from models.contact.contact import Contact
from models.contact.rights import conversations_of, meetings_of
from models.conversation.conversation import Conversation
from models.meeting.meeting import Meeting
from resolvers.agents import for_colleagues
from resolvers.context import Info
from resolvers.paging import END, PageInfo, size_of

_Place = tuple[datetime, int, int]
"""When it was, which kind of item it is, and its id: by these the items are in order."""


@dataclass(frozen=True, slots=True)
class Edge:
    node: Conversation | Meeting
    place: _Place

    @property
    def at(self) -> datetime:
        return self.place[0]

    @property
    def cursor(self) -> str:
        at, kind, id = self.place
        return urlsafe_b64encode(orjson.dumps([at.astimezone(UTC), kind, id])).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Journey:
    edges: Sequence[Edge]
    page_info: PageInfo


async def journey(info: Info, root: Contact, first: int | None = 20, after: str | None = None) -> Journey:
    """As far as the viewer sees them. Both kinds are read as far as the page goes, and no further."""
    contact, actor = for_colleagues(info, root), info.context.agent()
    size = size_of(20 if first is None else first)
    beyond = None if after is None else _read(after)
    found = [edge for kind in (0, 1) for edge in await _of_kind(kind, contact, actor, beyond, most=size + 1)]
    found.sort(key=lambda edge: edge.place, reverse=True)
    edges = found[:size]
    return Journey(
        edges,
        PageInfo(
            has_next_page=len(found) > size,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )


async def _of_kind(
    kind: int, contact: Contact, actor: AgentActor, beyond: _Place | None, *, most: int
) -> list[Edge]:
    conversations, meetings = Conversation.visible_to(actor), Meeting.visible_to(actor)
    rows, column = (
        (meetings.filter(id__in=meetings_of([contact.id])), "start")
        if kind
        else (conversations.filter(id__in=conversations_of([contact.id])), "created_at")
    )
    if beyond is not None:
        rows = rows.filter(_behind(beyond, kind, column))
    found = await rows.order_by(f"-{column}", "-id").limit(most)
    return [Edge(one, (getattr(one, column), kind, one.id)) for one in found]


def _behind(place: _Place, kind: int, column: str) -> Q:
    at: Any
    at, last, id = place
    earlier = Q(**{f"{column}__lt": at})
    if kind > last:
        return earlier
    then = Q(**{column: at})
    return earlier | (then & Q(id__lt=id) if kind == last else then)


def _read(cursor: str) -> _Place:
    """Refuses BadRequest for a cursor that is none of ours."""
    try:
        at, kind, id = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = datetime.fromisoformat(at), int(kind), int(id)
    except (ValueError, TypeError, OverflowError):
        raise BadRequest("The cursor is not valid.") from None
    if place[0].tzinfo is None or not 0 <= place[2] < END:
        raise BadRequest("The cursor is not valid.")
    return place
