"""What is booked and said at the demo organization, on the working days to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.actor import AgentActor, GuestActor, KnownActor, Public
from models.agent.agent import Agent
from models.availability.target import Named, find_target
from models.contact.contact import Contact
from models.contact.details import GuestDetails
from models.conversation.conversation import Conversation
from models.conversation.posting import Draft, send_message
from models.demo.organization import SLUG, Demo
from models.meeting.booking import book
from models.meeting.meeting import Meeting
from models.meeting.wish import Wish
from models.organization.subject import Subject
from models.words import MeetingType, MessageKind


async def book_meetings(demo: Demo, *, now: datetime) -> None:
    """Book four meetings, and talk in the conversations of three; part of a transaction."""
    started, contract, help_wanted = demo.subjects
    booker = _Booker(now)
    first = await booker.book("anna", "Gina Guest", started, MeetingType.VIDEO, _Time(1, 10, "Europe/Rome"))
    await _talk_with_anna(first, demo.anna, now=now)
    second = await booker.book(
        "ben", "Gustav Guest", contract, MeetingType.PHONE, _Time(2, 11, "America/New_York")
    )
    await _talk_with_ben(second, demo.ben, now=now)
    third = await booker.book(
        "chandra", "Gwen Guest", help_wanted, MeetingType.VIDEO, _Time(2, 14, "Asia/Kolkata")
    )
    await _say(third, "The printout is all black. Is that how it should be?", by=await _guest(third), now=now)
    await booker.book("support", "Gio Guest", help_wanted, MeetingType.VIDEO, _Time(3, 15, "Europe/Rome"))


async def _talk_with_anna(meeting: Meeting, anna: Agent, *, now: datetime) -> None:
    guest, agent = await _guest(meeting), _agent(anna, now)
    await _say(meeting, "May I bring a colleague along?", by=guest, now=now)
    await _say(meeting, "Of course, send me the address and I will invite them.", by=agent, now=now)
    await _say(
        meeting, "Came by recommendation: show the group prices.", by=agent, now=now, kind=MessageKind.NOTE
    )
    await _say(meeting, "Thank you, that is very kind.", by=guest, now=now)


async def _talk_with_ben(meeting: Meeting, ben: Agent, *, now: datetime) -> None:
    await _say(meeting, "Please have your contract number at hand.", by=_agent(ben, now), now=now)


@dataclass(frozen=True, slots=True)
class _Time:
    """An hour of the clock of a zone, so many working days ahead."""

    working_days: int
    hour: int
    zone: str

    def after(self, now: datetime) -> datetime:
        day = now.astimezone(ZoneInfo(self.zone)).date()
        left = self.working_days
        while left:
            day += timedelta(days=1)
            left -= day.weekday() < 5
        return datetime.combine(day, time(self.hour), ZoneInfo(self.zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Booker:
    """Books as the public does, through the links."""

    now: datetime

    async def book(
        self, link: str, guest: str, subject: Subject, meeting_type: MeetingType, when: _Time
    ) -> Meeting:
        named = Named(link=f"{SLUG}/{link}", subject_id=subject.id, meeting_type=meeting_type)
        target = await find_target(named, actor=Public(), now=self.now)
        details = GuestDetails(
            name=guest,
            email=f"{guest.split()[0].lower()}@guests.example",
            phone=None,
            locale="en",
            time_zone=when.zone,
        )
        wish = Wish(target=target, start=when.after(self.now), guest=details)
        return await book(wish, actor=Public(), now=self.now)


async def _say(
    meeting: Meeting, text: str, *, by: KnownActor, now: datetime, kind: MessageKind = MessageKind.TEXT
) -> None:
    conversation = await Conversation.get(id=meeting.conversation_id)
    await send_message(conversation, Draft(text=text, kind=kind), actor=by, now=now)


async def _guest(meeting: Meeting) -> GuestActor:
    contact = await Contact.get(id=meeting.guest_id)
    return GuestActor(contact=contact, meeting_id=meeting.id, conversation_id=meeting.conversation_id)


def _agent(agent: Agent, now: datetime) -> AgentActor:
    return AgentActor(agent=agent, session_id=0, expires_at=now)
