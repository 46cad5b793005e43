"""Free slots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from errors import Invalid, NotFound
from models.actor import Actor, GuestActor
from models.availability.engine import Answer, Request, ask_engine
from models.availability.sight import Sight, look
from models.availability.target import Named, Target, check_public_booking, find_target
from models.input import zone
from models.meeting.changing import limits_of_moving, target_of_moving
from models.meeting.limits import guest_limits
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from realtime.columns import Columns
from resolvers import ids
from resolvers.columns import days_of
from resolvers.context import Context, Info
from resolvers.following import Days
from scheduling.hours import Dates, midnight
from scheduling.question import GuestLimits
from schema.inputs.scheduling import SlotsInput, SlotTargetInput

MOST_DAYS = 62


@dataclass(frozen=True, slots=True)
class Slots:
    time_zone: str
    duration_minutes: int
    days: Columns
    next_available: datetime | None
    total: int
    asked: Dates
    answer: Answer

    @property
    def cursor(self) -> str:
        return Days(self.asked, self.answer.texts(self.asked)).cursor


async def slots(info: Info, input: SlotsInput) -> Slots:
    asked = asked_dates(input)
    request, answer = await answer_to(info.context, input, sight=await look())
    return Slots(
        time_zone=request.guest_zone.key,
        duration_minutes=request.target.duration_minutes,
        days=days_of(answer, asked),
        next_available=answer.availability.next_after(midnight(input.from_, request.guest_zone)),
        total=answer.availability.total(asked),
        asked=asked,
        answer=answer,
    )


async def answer_to(context: Context, input: SlotsInput, *, sight: Sight) -> tuple[Request, Answer]:
    """What the engine says of the slots of the input, as the viewer may ask it."""
    request = await request_of(context, input, sight=sight)
    if request.moved_id is None:
        check_public_booking(request.target, context.actor)
    return request, await ask_engine(request, now=context.now(), sight=sight, turns=False)


async def request_of(
    context: Context, input: SlotsInput, *, inactive: bool = False, sight: Sight | None = None
) -> Request:
    """What the input asks, as the viewer may ask it. A meeting that is to be moved stays with its agent, so that then
    it is that agent's time which is asked for, whatever else is named."""
    actor, now = context.actor, context.now()
    guest_zone = zone(input.time_zone, field=("timeZone",))
    moved = await _moved(input, actor=actor)
    if moved is None:
        target = await target_of(context, input, inactive=inactive, sight=sight)
        limits = await _limits(target.organization, actor=actor, now=now)
        return Request(target=target, guest_zone=guest_zone, actor=actor, guest_limits=limits)
    target = await target_of_moving(moved, input.duration_minutes)
    limits = await limits_of_moving(moved, actor=actor, now=now)
    return Request(target=target, guest_zone=guest_zone, actor=actor, moved_id=moved.id, guest_limits=limits)


async def _limits(organization: Organization, *, actor: Actor, now: datetime) -> GuestLimits | None:
    """What the viewer may still book there, where they are a guest of that organization; nobody knows it of others."""
    if not isinstance(actor, GuestActor) or actor.organization_id != organization.id:
        return None
    return await guest_limits(actor.contact, organization, actor=actor, now=now)


async def target_of(
    context: Context, input: SlotTargetInput, *, inactive: bool = False, sight: Sight | None = None
) -> Target:
    """What the input names, found as the viewer may find it; with `inactive` also what cannot be booked now."""
    named = named_by(input)
    return await find_target(named, actor=context.actor, now=context.now(), inactive=inactive, sight=sight)


def named_by(input: SlotTargetInput) -> Named:
    """What the input names, not looked for yet."""
    return Named(
        link=input.link,
        agent_id=ids.decode_some(input.agent_id, "Agent", field=("agentId",)),
        service_id=ids.decode_some(input.service_id, "Service", field=("serviceId",)),
        subject_id=ids.decode_some(input.subject_id, "Subject", field=("subjectId",)),
        office_id=ids.decode_some(input.office_id, "Office", field=("officeId",)),
        meeting_type=input.meeting_type,
        language=input.language,
        duration_minutes=input.duration_minutes,
        seats=1 if input.seats is None else input.seats,
    )


def asked_dates(input: SlotsInput) -> Dates:
    """The dates of the input; refuses Invalid for a range that is inverted or too long."""
    if input.to < input.from_:
        raise Invalid("The range ends before it begins.", field=("to",))
    if input.to - input.from_ >= timedelta(days=MOST_DAYS):
        raise Invalid(f"At most {MOST_DAYS} days can be asked for.", field=("to",))
    return Dates(input.from_, input.to)


async def _moved(input: SlotsInput, *, actor: Actor) -> Meeting | None:
    """The meeting whose own time counts as free; refuses NotFound for one that the actor may not see."""
    key = ids.decode_some(input.rescheduling_meeting_id, "Meeting", field=("reschedulingMeetingId",))
    if key is None:
        return None
    moved = await Meeting.visible_to(actor).filter(id=key).first()
    if moved is None:
        raise NotFound("There is no such meeting.", field=("reschedulingMeetingId",))
    return moved
