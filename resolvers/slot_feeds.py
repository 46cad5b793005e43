"""Slots that are followed: which question it is, who shares its answer, and how it is worked out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Hashable
from contextlib import aclosing

from models.actor import AgentActor, GuestActor
from models.availability.sight import Sight
from resolvers.context import Context, Info
from resolvers.following import Asked, Days, Found, SlotsChanged, until
from resolvers.slots import answer_to, asked_dates, named_by
from schema.inputs.scheduling import SlotsInput


async def slot_events(
    info: Info, input: SlotsInput, after: str | None = None
) -> AsyncGenerator[SlotsChanged, None]:
    feeds, asked = info.context.world.slot_feeds, _asked(info.context, input)
    async with aclosing(feeds.follow(asked, after=after)) as changes:
        async for change in changes:
            yield change


def _asked(context: Context, input: SlotsInput) -> Asked:
    """Whoever asks the same shares the answer, agents of an organization among themselves: they are told of more. What
    is a guest's own, by a meeting to be moved or by limits of theirs, is shared with nobody."""
    dates, actor, world = asked_dates(input), context.actor, context.world
    is_own = input.rescheduling_meeting_id is not None or isinstance(actor, GuestActor)
    organization_id = actor.organization_id if isinstance(actor, AgentActor) else None

    async def ask(sight: Sight, before: Days | None) -> Found:
        anew = Context(actor, world=world)
        request, answer = await answer_to(anew, input, sight=sight)
        return Found(
            days=Days(dates, answer.texts(dates), before=before),
            organization_id=request.target.organization.id,
            until=until(anew.now(), answer.until),
            topics=answer.topics,
            is_own=is_own,
        )

    same: Hashable = (named_by(input), dates, input.time_zone, organization_id)
    return Asked(key=object() if is_own else same, ask=ask, by=context.socket)
