"""A link offers a list of times: all of them are taken for whoever comes through it, or none."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from operator import itemgetter

from errors import Invalid, TimeRefused
from models.actor import AgentActor
from models.agent.agent import Agent
from models.availability.engine import ALTERNATIVES, Request, ask_engine
from models.availability.offered import end_of_offer, give_back, is_list
from models.availability.taking import Purpose, lock_all, take_time
from models.availability.target import Target, find_plan
from models.claim import Claim
from models.link import ScheduleLink
from models.organization.organization import Organization
from models.organization.service import Service
from models.organization.subject import Subject
from models.transactions import Transaction
from scheduling.hours import Dates

_start = itemgetter(1)


async def target_of_link(link: ScheduleLink) -> Target:
    """What is booked through the link where nobody names more. Refuses Invalid durations that are not offered."""
    organization = await Organization.get(id=link.organization_id)
    subject = None if link.subject_id is None else await Subject.get(id=link.subject_id)
    plan = await find_plan(organization, subject=subject, office=None, meeting_type=link.meeting_type)
    bounded = link.from_date is not None or link.to_date is not None
    return Target(
        organization=organization,
        agents=() if link.agent_id is None else (await Agent.get(id=link.agent_id),),
        service=None if link.service_id is None else await Service.get(id=link.service_id),
        subject=subject,
        plan=plan,
        duration_minutes=plan.duration(link.duration_minutes, organization.settings),
        link=link,
        dates=Dates(link.from_date, link.to_date) if bounded else None,
    )


async def offer_anew(tx: Transaction, link: ScheduleLink, *, actor: AgentActor, now: datetime) -> None:
    """Have the link hold the times that it offers from now on, and nothing else; part of what changes the link.

    The engine is asked for each as for any booking of an agent. Refuses, naming the time, whatever stands against it,
    with the nearest free slots; and Invalid for times of one agent that overlap.
    """
    times = _times_to_come(link, now=now)
    if not times:
        await give_back(tx, link)
        return
    target = await target_of_link(link)
    _check_apart(target, times)
    request = Request(target=target, guest_zone=target.organization.zone, actor=actor)
    await lock_all(tx, request)
    await give_back(tx, link)
    claims: list[int] = []
    for place, start in sorted(times.items(), key=_start):
        try:
            purpose = Purpose(expires_at=end_of_offer(link, start))
            claims += (await take_time(tx, request, start, purpose=purpose, now=now)).claims
        except TimeRefused as refused:
            raise await _named(refused, request, place, start, now=now) from None
    # Not before all are taken: what is the link's own counts as free.
    await Claim.filter(id__in=claims).update(link_id=link.id)


def _times_to_come(link: ScheduleLink, *, now: datetime) -> dict[int, datetime]:
    """What it is to hold, by the place in its list."""
    ended = not link.is_active or (link.expires_at is not None and link.expires_at <= now)
    if not is_list(link) or link.used_at is not None or ended:
        return {}
    starts = [datetime.fromisoformat(time) for time in link.offered_times or ()]
    return {place: start for place, start in enumerate(starts) if start > now}


def _check_apart(target: Target, times: dict[int, datetime]) -> None:
    """Refuses Invalid for two times that one agent cannot keep; a service may give them to two."""
    if target.service is not None:
        return
    plan = target.plan
    length = timedelta(minutes=plan.buffer_before + target.duration_minutes + plan.buffer_after)
    for (_, earlier), (place, later) in pairwise(sorted(times.items(), key=_start)):
        if later - earlier < length:
            raise Invalid("This time overlaps another one of the list.", field=("offeredTimes", str(place)))


async def _named(
    refused: TimeRefused, request: Request, place: int, start: datetime, *, now: datetime
) -> TimeRefused:
    """The refusal, saying of which time, with slots that could be offered instead of it."""
    offered = request.target.offered_starts or ()
    unbound = replace(request, target=replace(request.target, link=None))
    nearest = (await ask_engine(unbound, now=now)).availability.nearest(start, ALTERNATIVES + len(offered))
    refused.alternatives = [slot for slot in nearest if slot.start not in offered][:ALTERNATIVES]
    refused.field = ("offeredTimes", str(place))
    refused.message = f"{start:%Y-%m-%d %H:%M} UTC: {refused.message}"
    return refused
