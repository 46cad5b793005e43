"""Booking series of meetings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.actor import AgentActor, GuestActor
from models.meeting.booking import Wish
from models.meeting.meeting import Meeting
from models.meeting.repeating import Occurrence, Refusal, book_series
from models.words import OnConflict
from resolvers.booking import booker, details
from resolvers.context import Context, Info
from resolvers.once import once_of
from resolvers.payloads import Payload, UserError, refusals_as_values
from resolvers.slots import target_of
from scheduling.availability import Slot
from schema.inputs.meetings import BookSeriesInput


@dataclass(frozen=True, slots=True)
class SeriesOccurrence:
    start: datetime
    meeting: Meeting | None
    refusal: UserError | None
    alternative: Slot | None


@refusals_as_values
async def book(info: Info, input: BookSeriesInput) -> Payload:
    context = info.context
    target = await target_of(info, input.slots)
    decided = await book_series(
        Wish(target=target, start=input.start, guest=details(input.guest), title=input.title),
        input.recurrence,
        on_conflict=input.on_conflict or OnConflict.SKIP,
        actor=booker(context.actor, organization_id=target.organization.id),
        now=context.now(),
        once=once_of(context, "bookSeries", input, organization_id=target.organization.id),
    )
    await _show_to_guest(context, decided)
    first = next((one.refusal for one in decided if one.refusal), None)
    nothing = first is not None and not any(one.meeting for one in decided)
    errors = (_error(first),) if first and nothing else ()
    return Payload(occurrences=[_shown(one) for one in decided], errors=errors)


async def _show_to_guest(context: Context, decided: list[Occurrence]) -> None:
    """Whoever has booked sees what came of it: the meetings, and the conversation that they share."""
    first = next((one.meeting for one in decided if one.meeting), None)
    if first is not None and not isinstance(context.actor, AgentActor):
        context.become(GuestActor(await first.guest, first.id, first.conversation_id))


def _shown(one: Occurrence) -> SeriesOccurrence:
    refusal = one.refusal
    return SeriesOccurrence(
        start=one.start,
        meeting=one.meeting,
        refusal=_error(refusal) if refusal else None,
        alternative=refusal.alternative if refusal else None,
    )


def _error(refusal: Refusal) -> UserError:
    return UserError(refusal.code, refusal.message, ["start"])
