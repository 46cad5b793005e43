"""A class that guests join until it is full: setting it up, joining, leaving, and looking at what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from errors import Refused
from models.actor import Actor, GuestActor, Public
from models.agent.agent import Agent
from models.availability.target import Named, Target, find_target
from models.contact.contact import Contact
from models.contact.details import GuestDetails
from models.hold import Held, hold
from models.keyring import Keyring
from models.meeting.booking import book
from models.meeting.changing import Change, cancel
from models.meeting.joining import Companion
from models.meeting.meeting import Attendee, Meeting
from models.meeting.wish import Wish
from models.organization.planning import PlanningRule
from models.organization.service import Service
from models.organization.subject import Subject
from models.words import MeetingType
from tests.builders import MONDAY

NOW = MONDAY
NINE = MONDAY + timedelta(hours=1)
HALF_HOUR = timedelta(minutes=30)
KEYS = Keyring(b"only for tests, and long enough!")


async def a_class(
    of: Agent | Service, *teachers: Agent, seats: int = 20, name: str = "Yoga", **rule: Any
) -> Target:
    """What is booked as a class of so many seats, with the agent or by the service."""
    values: dict[str, Any] = {
        "meeting_type": MeetingType.VIDEO,
        "duration_options": [30],
        "default_duration_minutes": 30,
        "slot_interval_minutes": 30,
        "seats": seats,
        **rule,
    }
    subject = await Subject.create(organization_id=of.organization_id, name=name)
    await PlanningRule.create(organization_id=of.organization_id, subject=subject, **values)
    for teacher in teachers or ((of,) if isinstance(of, Agent) else ()):
        await teacher.expertise.add(subject)
    return await class_of(of, subject)


async def class_of(of: Agent | Service, subject: Subject, *, seats: int = 1) -> Target:
    which = {"agent_id": of.id} if isinstance(of, Agent) else {"service_id": of.id}
    named = Named(**which, subject_id=subject.id, seats=seats)
    return await find_target(named, actor=Public(), now=NOW)


def guest(name: str) -> GuestDetails:
    return GuestDetails(
        name=name, email=f"{name.lower()}@guests.example", phone=None, locale=None, time_zone="Europe/Rome"
    )


async def come(
    target: Target,
    name: str = "Grace",
    *,
    brings: tuple[str, ...] = (),
    token: str | None = None,
    **wish: Any,
) -> Meeting | Refused:
    """Book the class at nine, or join it."""
    companions = tuple(Companion(name=one, email=f"{one.lower()}@guests.example") for one in brings)
    start = wish.pop("start", NINE)
    by: Actor = wish.pop("by", Public())
    asked = Wish(
        target=target,
        start=start,
        guest=guest(name),
        companions=companions,
        hold_token=token,
        **wish,
    )
    try:
        return await book(asked, actor=by, now=NOW)
    except Refused as refused:
        return refused


async def comes(target: Target, name: str = "Grace", **how: Any) -> Meeting:
    """The same, where nothing is to be refused."""
    meeting = await come(target, name, **how)
    assert isinstance(meeting, Meeting), meeting
    return meeting


async def guest_named(meeting: Meeting, name: str) -> GuestActor:
    """The guest, as whoever holds their link."""
    contact = await Contact.get(name=name)
    return GuestActor(
        contact=contact, meeting_id=meeting.id, conversation_id=meeting.conversation_id, link_id=contact.id
    )


async def go(meeting: Meeting, name: str) -> Meeting | Refused:
    """Leave the class."""
    try:
        return await cancel(meeting.id, Change(), actor=await guest_named(meeting, name), now=NOW)
    except Refused as refused:
        return refused


async def reserve(target: Target) -> Held | Refused:
    try:
        return await hold(target, NINE, actor=Public(), keys=KEYS, now=NOW)
    except Refused as refused:
        return refused


async def names_in(meeting: Meeting) -> list[str]:
    rows = await Attendee.filter(meeting_id=meeting.id, left_at__isnull=True).order_by("id")
    return [one.name for one in rows]


async def seats_of(meeting: Meeting) -> int:
    """How many are taken by those who come."""
    return sum(one.seats for one in await Attendee.filter(meeting_id=meeting.id, left_at__isnull=True))
