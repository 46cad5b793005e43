"""Of which meetings somebody hears; and an event as somebody else than the socket's own caller hears it: the guest
whose manage token was shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from models.actor import AgentActor, KnownActor, SignedInGuest
from models.conversation.seeing import conversation_seen
from models.meeting.meeting import Meeting
from models.words import Role
from realtime.feed import Event
from resolvers.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFor(Event):
    viewer: KnownActor

    @classmethod
    def of(cls, event: Event, viewer: KnownActor) -> Self:
        return cls(
            topic=event.topic,
            seq=event.seq,
            kind=event.kind,
            payload=event.payload,
            at=event.at,
            audience=event.audience,
            viewer=viewer,
        )


def hear(context: Context, event: Event) -> None:
    """Whatever is read of the event from here on is read as its hearer may."""
    if isinstance(event, EventFor):
        context.become(event.viewer)


def sees_meetings_alike(actor: KnownActor) -> bool:
    """Whether nothing is to be asked of a meeting of theirs: they see any, or hold the link of the one they hear of."""
    if isinstance(actor, AgentActor):
        return actor.sees_all or actor.agent.role is Role.BOOKING_MANAGER
    return not isinstance(actor, SignedInGuest)


async def sees_meeting(id: int, actor: KnownActor) -> bool:
    """Whether they see it as of now: agents also what others have, of a conversation that they read."""
    if await Meeting.visible_to(actor).filter(id=id).exists():
        return True
    meeting = await Meeting.get_or_none(id=id) if isinstance(actor, AgentActor) else None
    if meeting is None or await conversation_seen(meeting.conversation_id, by=actor) is None:
        return False
    return await Meeting.in_conversations([meeting.conversation_id], actor).filter(id=id).exists()
