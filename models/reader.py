"""For whom a passing link was made: a name that stands in it, and who that is by now."""

from __future__ import annotations

import re
from datetime import datetime

from models.actor import Actor, AgentActor, GuestActor, KnownActor, SignedInGuest
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation.link import guest_by_now
from models.guest.session import GuestSession
from models.meeting.meeting import Meeting

_NAME = re.compile(r"([agmu])([0-9]+)(?:-([0-9]+))?")


def name_of(reader: Actor) -> str | None:
    """The reader's name in a link; None of the public, which is given none."""
    match reader:
        case AgentActor(agent=agent):
            return f"a{agent.id}"
        case SignedInGuest():
            return f"u{reader.session_id}"
        case GuestActor(member_id=int(member_id)):
            return f"m{member_id}"
        case GuestActor(contact=contact, meeting_id=int(meeting_id)):
            return f"g{contact.id}-{meeting_id}"
        case _:
            return None


async def reader_named(name: str, *, now: datetime) -> KnownActor | None:
    """Who has this name, to be asked what they may see now; None for who is no longer let in."""
    said = _NAME.fullmatch(name)
    if said is None:
        return None
    kind, id = said[1], int(said[2])
    if kind == "a":
        agent = await Agent.get_or_none(id=id, is_active=True, deleted_at__isnull=True)
        return None if agent is None else AgentActor(agent=agent, session_id=0, expires_at=None)
    if kind == "u":
        return await GuestSession.reopened(id, now=now)
    if kind == "m":
        return await guest_by_now(id)
    return await _guest(id, meeting_id=int(said[3] or 0))


async def _guest(id: int, *, meeting_id: int) -> GuestActor | None:
    contact, meeting = await Contact.get_or_none(id=id), await Meeting.get_or_none(id=meeting_id)
    if contact is None or meeting is None:
        return None
    now = await contact.present()
    return GuestActor(now, meeting.id, meeting.conversation_id, others=await now.others())
