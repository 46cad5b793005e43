"""Subscriptions: feeds from a client's cursor on, as the viewer may hear them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from strawberry import ID

from errors import Forbidden
from models.actor import AgentActor, GuestActor, KnownActor
from models.conversation.assignment import AssignmentRecord
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.meeting.meeting import Meeting, MeetingChange
from realtime.events import Audience, EventKind, conversation_topic, inbox_topic
from realtime.feed import Event, Resync
from realtime.hub import Item
from resolvers import conversations
from resolvers.context import Context, Info


async def conversation_events(
    info: Info, conversation_id: ID, after: str | None = None
) -> AsyncGenerator[Item, None]:
    """A guest hears of nothing that is for agents only. Whoever may no longer see the conversation, because it was
    given to others, is Forbidden the rest."""
    conversation = await conversations.find(info, conversation_id)
    topic = conversation_topic(conversation.id)
    async with aclosing(_events(info.context, topic, after=after)) as items:
        async for item in items:
            if isinstance(item, Event) and item.kind == EventKind.MEMBERS_CHANGED:
                await _check_still_visible(conversation, info.context.known())
            yield item


async def _check_still_visible(conversation: Conversation, actor: KnownActor) -> None:
    if not await Conversation.visible_to(actor).filter(id=conversation.id).exists():
        raise Forbidden("The conversation is no longer yours to see.")


async def inbox_events(info: Info, after: str | None = None) -> AsyncGenerator[Item, None]:
    topic = inbox_topic(info.context.agent().agent.id)
    async with aclosing(_events(info.context, topic, after=after)) as items:
        async for item in items:
            yield item


def _events(context: Context, topic: str, *, after: str | None) -> AsyncGenerator[Item, None]:
    cursors = context.world.cursors
    return context.world.hub.subscribe(
        topic, after=cursors.after(after, topic=topic), accept=_audible_to(context.known())
    )


def _audible_to(actor: KnownActor) -> Callable[[Event], bool]:
    if isinstance(actor, AgentActor):
        return lambda event: event.audience is not Audience.NOBODY
    return lambda event: event.audience is Audience.EVERYONE and not _is_of_another(event, actor)


def _is_of_another(event: Event, guest: GuestActor) -> bool:
    """Whether it is of a meeting of the conversation that is not the one whose link the guest holds."""
    by_link = event.kind == EventKind.MEETING_CHANGED and not guest.is_verified
    return by_link and event.payload["meeting"] != guest.meeting_id


def cursor(info: Info, root: Event | Resync) -> str:
    return info.context.world.cursors.mint(root.topic, root.seq)


async def message(info: Info, root: Event) -> Message | None:
    return await info.context.loaders.messages.load(root.payload["message"])


async def conversation(info: Info, root: Event) -> Conversation | None:
    return await info.context.loaders.conversations.load(root.payload["conversation"])


async def meeting(info: Info, root: Event) -> Meeting | None:
    return await info.context.loaders.meetings.load(root.payload["meeting"])


async def change(root: Event) -> MeetingChange | None:
    """None where somebody came to the meeting, which changes nothing about it."""
    key = root.payload.get("change")
    return None if key is None else await MeetingChange.get_or_none(id=key)


async def record(root: Event) -> AssignmentRecord | None:
    return await AssignmentRecord.get_or_none(id=root.payload["record"])


async def member(root: Event) -> Member | None:
    return await Member.get_or_none(id=root.payload["member"])
