"""Anything by its id, as far as the viewer may see it."""

from __future__ import annotations

from strawberry import ID

from errors import BadRequest
from models.actor import AgentActor, KnownActor, Public
from models.agent.agent import Agent
from models.base import Owned, Row
from models.calendar.connection import CalendarConnection
from models.contact import Contact
from models.conversation.conversation import Conversation
from models.conversation.message import Message
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.service import Service
from models.organization.subject import Subject
from resolvers.context import Info
from resolvers.ids import split

MOST_NODES = 100

_OF_COLLEAGUES: dict[str, type[Owned]] = {
    "Agent": Agent,
    "Contact": Contact,
    "Office": Office,
    "ScheduleLink": ScheduleLink,
    "Service": Service,
    "Subject": Subject,
}


async def node(info: Info, id: ID) -> Row | None:
    """None for what there is not, or is not the viewer's to see."""
    key = split(id)
    return None if key is None else await _find(info, *key)


async def nodes(info: Info, ids: list[ID]) -> list[Row | None]:
    if len(ids) > MOST_NODES:
        raise BadRequest(f"At most {MOST_NODES} nodes at once.")
    return [await node(info, id) for id in ids]


async def _message(key: int, *, actor: KnownActor) -> Message | None:
    found = await Message.get_or_none(id=key, organization_id=actor.organization_id)
    return found and await Message.visible_to(actor, found.conversation_id).filter(id=key).first()


async def _find(info: Info, kind: str, key: int) -> Row | None:
    actor = info.context.actor
    match kind:
        case "Organization":
            return await Organization.get_or_none(id=key)
        case "Meeting":
            return await Meeting.visible_to(actor).filter(id=key).first()
        case "Conversation":
            return await Conversation.visible_to(actor).filter(id=key).first()
        case "CalendarConnection" if not isinstance(actor, Public):
            return await CalendarConnection.visible_to(actor).filter(id=key).first()
        case "Message" if not isinstance(actor, Public):
            return await _message(key, actor=actor)
        case _ if kind in _OF_COLLEAGUES and isinstance(actor, AgentActor):
            return await _OF_COLLEAGUES[kind].get_or_none(id=key, organization_id=actor.organization_id)
        case _:
            return None
