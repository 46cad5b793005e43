"""Booking series of meetings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from errors import NotFound
from models.actor import AgentActor
from models.contact.details import GuestDetails
from models.guest.own import signed
from models.meeting.joining import guest_in
from models.meeting.meeting import Meeting
from models.meeting.repeating import Occurrence, Refusal, book_series
from models.meeting.wish import Wish
from models.words import OnConflict
from resolvers.booking import booker, details
from resolvers.context import Context, Info
from resolvers.once import once_of
from resolvers.own import who_booked
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
    target, guest = await target_of(info.context, input.slots), details(input.guest)
    decided = await book_series(
        Wish(target=target, start=input.start, guest=guest, title=input.title),
        input.recurrence,
        on_conflict=input.on_conflict or OnConflict.SKIP,
        actor=booker(context.actor, organization_id=target.organization.id),
        now=context.now(),
        once=once_of(context, "bookSeries", input, organization_id=target.organization.id),
    )
    await _show_to_guest(context, decided, guest)
    first = next((one.refusal for one in decided if one.refusal), None)
    nothing = first is not None and not any(one.meeting for one in decided)
    errors = (_error(first),) if first and nothing else ()
    return Payload(occurrences=[_shown(one) for one in decided], errors=errors)


async def _show_to_guest(context: Context, decided: list[Occurrence], details: GuestDetails) -> None:
    """Whoever has booked sees what came of it: the meetings, and the conversation that they share. Of classes, as the
    one of their guests who they are themselves; who has left them all is shown nothing any more."""
    meetings = [one.meeting for one in decided if one.meeting]
    if not meetings or isinstance(context.actor, AgentActor):
        return
    actor = booker(context.actor, organization_id=meetings[0].organization_id)
    for meeting in meetings:
        guest = await guest_in(meeting, signed(details, actor))
        if guest is not None:
            context.become(who_booked(actor, guest, meeting))
            return
    raise NotFound("The guest has left these meetings.")


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
