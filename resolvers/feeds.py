"""Subscriptions: feeds from a client's cursor on, as the viewer may hear them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Container
from contextlib import aclosing
from dataclasses import dataclass
from typing import Self

from strawberry import ID

from errors import Forbidden
from models.actor import AgentActor, GuestActor, KnownActor
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation.assignment import AssignmentRecord
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message, hears_whispers, misses_beginning
from models.conversation.offer import Offer
from models.conversation.telling import message_told
from models.meeting.meeting import Meeting, MeetingChange
from models.organization.service import Service, ServiceMember
from models.queueing.counting import QueueCount
from realtime.ending import Ending
from realtime.events import (
    Audience,
    EventKind,
    Passing,
    PassingKind,
    Typing,
    conversation_topic,
    inbox_topic,
    presence_topic,
    queue_topic,
)
from realtime.feed import Ephemeral, Event, Resync
from realtime.hub import Accept, Item, everything
from resolvers import conversations
from resolvers.actors import party
from resolvers.context import Context, Info
from resolvers.hearing import hear, sees_meeting, sees_meetings_alike


async def conversation_events(
    info: Info, conversation_id: ID, after: str | None = None
) -> AsyncGenerator[Item | Typing, None]:
    """A guest hears of nothing that is for agents only, and who does not supervise of no whisper but those of what they
    have. Whoever may no longer see the conversation, because it was given to others perhaps, is Forbidden the rest,
    within a second also where nothing is told."""
    conversation = await conversations.find(info, conversation_id)
    topic, actor = conversation_topic(conversation.id), info.context.known()
    hearing = await _Hearing.of(conversation, actor)
    async with (
        info.context.world.grants.of_conversation(conversation.id, actor) as until,
        aclosing(_events(info.context, topic, after=after, until=until, direct=hearing.is_clear)) as items,
    ):
        async for item in items:
            if isinstance(item, Event):
                if item.kind == EventKind.MEMBERS_CHANGED:
                    await _check_still_visible(conversation, actor)
                if not hearing.is_asked(item) or await hearing.hears(item):
                    yield item
            elif isinstance(item, Ephemeral):
                typing = item.read_by(Typing.read)
                if not _is_own(typing, actor):
                    yield typing
            else:
                yield item


def _is_own(typing: Typing, actor: KnownActor) -> bool:
    if isinstance(actor, AgentActor):
        return bool(typing.agent_id == actor.agent.id)
    return typing.contact_id in actor.contact_ids


async def _check_still_visible(conversation: Conversation, actor: KnownActor) -> None:
    if not await Conversation.visible_to(actor).filter(id=conversation.id).exists():
        raise Forbidden("The conversation is no longer yours to see.")


@dataclass(frozen=True, slots=True)
class _Hearing:
    """Whether the actor hears of an event as it is told, also of one of long ago: where that is not for everyone alike,
    the database is asked."""

    conversation_id: int
    actor: KnownActor
    came_later: bool

    @classmethod
    async def of(cls, conversation: Conversation, actor: KnownActor) -> Self:
        later = isinstance(actor, GuestActor) and await misses_beginning(conversation.id, guest=actor)
        return cls(conversation.id, actor, later)

    @property
    def is_clear(self) -> Accept:
        """Whether nothing at all is asked before they are told of an event."""
        if self.came_later:
            return _is_clear_to_who_came_later
        return _is_clear if sees_meetings_alike(self.actor) else _is_clear_but_of_meetings

    def is_asked(self, event: Event) -> bool:
        if event.kind == EventKind.MEETING_CHANGED and not sees_meetings_alike(self.actor):
            return True
        return event.audience is Audience.SUPERVISION or (self.came_later and "message" in event.payload)

    async def hears(self, event: Event) -> bool:
        if event.kind == EventKind.MEETING_CHANGED:
            return await sees_meeting(event.payload["meeting"], self.actor)
        if event.audience is Audience.SUPERVISION:
            return isinstance(self.actor, AgentActor) and await hears_whispers(self.conversation_id, self.actor)
        seen = Message.visible_to(self.actor, self.conversation_id).filter(id=event.payload["message"])
        return await seen.exists()


def _is_clear(event: Event) -> bool:
    return event.audience is not Audience.SUPERVISION and event.kind != EventKind.MEMBERS_CHANGED


def _is_clear_but_of_meetings(event: Event) -> bool:
    return _is_clear(event) and _is_of_no_meeting(event)


def _is_clear_to_who_came_later(event: Event) -> bool:
    return _is_clear_but_of_meetings(event) and "message" not in event.payload


async def inbox_events(info: Info, after: str | None = None) -> AsyncGenerator[Item | Passing, None]:
    """Beside what is kept for the agent, what is of the moment: who of the organization is at their desk, and what
    waits in the queues that were the agent's, or for who oversees them any, when the subscription began, and are so
    still. Who follows it is at their desk, if they have said so."""
    actor = info.context.agent()
    topic, queues = inbox_topic(actor.agent.id), await _queues(actor)
    direct = everything if sees_meetings_alike(actor) else _is_of_no_meeting
    beside = [presence_topic(actor.organization_id), *map(queue_topic, queues)]
    with info.context.at_desk():
        async with (
            info.context.world.grants.of_queues(queues, actor) as left,
            aclosing(_events(info.context, topic, after=after, beside=beside, direct=direct)) as items,
        ):
            async for item in items:
                if isinstance(item, Event) and not await _is_told(item, actor):
                    continue
                heard = item.read_by(Passing.read) if isinstance(item, Ephemeral) else item
                if not _is_of_none(heard, left):
                    yield heard


def _is_of_no_meeting(event: Event) -> bool:
    return event.kind != EventKind.MEETING_CHANGED


async def _is_told(event: Event, actor: AgentActor) -> bool:
    """Of a meeting that is no longer theirs to see nothing is told: events of long ago show it as it is now."""
    is_clear = _is_of_no_meeting(event) or sees_meetings_alike(actor)
    return is_clear or await sees_meeting(event.payload["meeting"], actor)


def _is_of_none(heard: Item | Passing, queues: Container[int]) -> bool:
    """Whether it tells of a queue that is none of these, as the agent has left it since."""
    return isinstance(heard, Passing) and heard.kind is PassingKind.QUEUE_CHANGED and heard.id not in queues


async def _queues(actor: AgentActor) -> list[int]:
    if actor.sees_all:
        return [service.id for service in await Service.of(actor.organization_id)]
    return [member.service_id for member in await ServiceMember.filter(agent_id=actor.agent.id)]


def _events(
    context: Context,
    topic: str,
    *,
    after: str | None,
    beside: Collection[str] = (),
    until: Ending | None = None,
    direct: Accept,
) -> AsyncGenerator[Item, None]:
    """The `direct` ones need not come by here: see `Hub.subscribe`."""
    at, accept = context.world.cursors.after(after, topic=topic), _audible_to(context.known())
    return context.world.hub.subscribe(
        topic, after=at, accept=accept, beside=beside, until=until, outlet=context.outlet, direct=direct
    )


async def agent(info: Info, root: Passing) -> Agent | None:
    return await info.context.loaders.agents.load(root.id)


async def typist(info: Info, root: Typing) -> Agent | Contact | None:
    return await party(info, root.agent_id, root.contact_id)


async def queue(info: Info, root: Passing) -> QueueCount:
    return await info.context.loaders.count_of_service.load(root.id)


def _audible_to(actor: KnownActor) -> Callable[[Event], bool]:
    if isinstance(actor, AgentActor):  # whispers are looked at one by one, in `_Hearing`
        return _is_audible_to_agents
    return lambda event: event.audience is Audience.EVERYONE and not _is_of_another(event, actor)


def _is_audible_to_agents(event: Event) -> bool:
    return event.audience is not Audience.NOBODY


def _is_of_another(event: Event, guest: GuestActor) -> bool:
    """Whether it is of a meeting of the conversation that is not the one whose link the guest holds."""
    by_link = event.kind == EventKind.MEETING_CHANGED and not guest.is_verified
    return by_link and event.payload["meeting"] != guest.meeting_id


def cursor(info: Info, root: Event | Resync) -> str:
    return info.context.world.cursors.mint(root.topic, root.seq)


async def message(info: Info, root: Event) -> Message:
    """Who hears of a whisper was asked a moment ago; the rest is shown to whoever may still see the conversation."""
    key, context = root.payload["message"], info.context
    if root.audience is Audience.SUPERVISION:
        found = await Message.get_or_none(id=key)
    else:
        told = await message_told(key, to=context.actor)
        if told is not None:
            context.loaders.know_author(told)
        found = None if told is None else told.message
    if found is None:
        raise Forbidden("The message is not yours to see.")
    return found


async def conversation(info: Info, root: Event) -> Conversation | None:
    found = await info.context.loaders.conversations.load(root.payload["conversation"])
    return await conversations.as_seen(info, found)


async def meeting(info: Info, root: Event) -> Meeting | None:
    hear(info.context, root)
    return await info.context.loaders.meetings.load(root.payload["meeting"])


async def change(info: Info, root: Event) -> MeetingChange | None:
    """None where somebody came to the meeting, which changes nothing about it."""
    hear(info.context, root)
    key = root.payload.get("change")
    return None if key is None else await MeetingChange.get_or_none(id=key)


async def record(root: Event) -> AssignmentRecord | None:
    return await AssignmentRecord.get_or_none(id=root.payload["record"])


async def offer(info: Info, root: Event) -> Offer | None:
    return await info.context.loaders.offers.load(root.payload["offer"])


async def member(root: Event) -> Member | None:
    return await Member.get_or_none(id=root.payload["member"])
