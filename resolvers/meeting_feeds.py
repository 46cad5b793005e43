"""What happens to a meeting, for whoever may see it: an agent, a guest, or who shows its manage token.

It is told in the meeting's conversation, in which a meeting stays for good: a feed of its own would be one more head to
lock and one more row to write for every booking, to be read by nobody most of the time.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from strawberry import ID

from errors import BadRequest, Forbidden, NotFound
from models.actor import AgentActor, KnownActor
from models.meeting.link import recognise_guest
from models.meeting.meeting import Meeting
from realtime.events import Audience, EventKind, conversation_topic
from realtime.feed import Event, Resync
from resolvers import ids
from resolvers.context import Context, Info
from resolvers.hearing import EventFor


async def meeting_events(
    info: Info, meeting_id: ID | None = None, manage_token: str | None = None, after: str | None = None
) -> AsyncGenerator[Event | Resync, None]:
    """Whoever may no longer see the meeting is Forbidden the rest, within a second also where nothing is told."""
    context, world = info.context, info.context.world
    viewer, meeting = await _found(context, meeting_id, manage_token)
    topic = conversation_topic(meeting.conversation_id)
    at = world.cursors.after(after, topic=topic)
    async with (
        world.meeting_grants.of(meeting.id, viewer) as until,
        aclosing(world.hub.subscribe(topic, after=at, accept=_audible(viewer, meeting), until=until)) as items,
    ):
        async for item in items:
            if isinstance(item, Event):
                await _check_still_visible(meeting, viewer)
                yield item if viewer is context.actor else EventFor.of(item, viewer)
            elif isinstance(item, Resync):  # who types in the conversation is nothing of the meeting's
                yield item


async def _found(context: Context, id: str | None, token: str | None) -> tuple[KnownActor, Meeting]:
    """The meeting, and who sees it. By a token it is its guest, unless who asks sees it anyway."""
    if (id is None) == (token is None):
        raise BadRequest("Name a meeting by its id or by its manage token.")
    if token is not None:
        guest = await recognise_guest(token, keys=context.world.keys)
        own = await Meeting.visible_to(context.actor).filter(id=guest.meeting_id).first()
        return (guest, await Meeting.visible_to(guest).get()) if own is None else (context.known(), own)
    viewer, key = context.known(), ids.decode(id or "", "Meeting", field=("meetingId",))
    found = await Meeting.visible_to(viewer).filter(id=key).first()
    if found is None:
        raise NotFound("There is no such meeting.", field=("meetingId",))
    return viewer, found


def _audible(viewer: KnownActor, meeting: Meeting) -> Callable[[Event], bool]:
    """What is of this meeting, and for agents only where an agent asks."""
    heard = {Audience.EVERYONE, Audience.AGENTS} if isinstance(viewer, AgentActor) else {Audience.EVERYONE}

    def accepts(event: Event) -> bool:
        is_its = event.kind == EventKind.MEETING_CHANGED and event.payload["meeting"] == meeting.id
        return is_its and event.audience in heard

    return accepts


async def _check_still_visible(meeting: Meeting, viewer: KnownActor) -> None:
    if not await Meeting.visible_to(viewer).filter(id=meeting.id).exists():
        raise Forbidden("The meeting is no longer yours to see.")
