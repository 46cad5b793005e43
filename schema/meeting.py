"""Meetings."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from models.meeting import meeting
from models.words import (
    AttendeeResponse,
    CalendarProvider,
    DeliveryState,
    Direction,
    MeetingChangeKind,
    MeetingStatus,
    MeetingType,
)
from resolvers import actors, attendance, calendars, calls, masking, meetings, paging
from schema.agent import Agent
from schema.contact import EMAIL_MASKED, REACHES_MASKED, Actor, Contact
from schema.field import PEERS, resolved_by
from schema.node import Node, PageInfo, UserError
from schema.organization import Office, Service, Subject
from schema.scalars import JSON, Locale, TimeZone
from schema.slots import Slot

if TYPE_CHECKING:
    from schema.conversation import Conversation

ConversationRef = Annotated["Conversation", strawberry.lazy("schema.conversation")]


@strawberry.type(
    description="Somebody who comes: a guest, followed by those whom they bring along. A guest of a group meeting is"
    " shown their own party alone."
)
class Attendee:
    shared = PEERS
    name: str = strawberry.field(description=REACHES_MASKED)
    email: str | None = strawberry.field(description=EMAIL_MASKED)
    response: AttendeeResponse
    companion: bool = strawberry.field(description="Brought along by the guest before them.")
    seats: int = strawberry.field(description="Of a guest also those that nobody is named for.")
    notes: str | None = strawberry.field(description="What a guest of a group meeting wrote when joining it.")


@strawberry.type(description="What happened to a meeting, by whom.")
class MeetingChange:
    shared = PEERS
    at: datetime
    actor: Actor | None = resolved_by(actors.actor, shared=PEERS)
    kind: MeetingChangeKind
    before: JSON | None
    after: JSON | None
    reason: str | None


@strawberry.type(description="Whether the calendar of one of a meeting's agents has it yet.")
class CalendarEventState:
    shared = PEERS
    agent: Agent = resolved_by(calendars.agent_of_event, shared=PEERS)
    provider: CalendarProvider
    status: DeliveryState = strawberry.field(
        description="NOT_NEEDED: a calendar that is only read; the agent has the calendar file by mail."
    )
    last_error: str | None


@strawberry.type(description="That an agent or a guest came to a meeting, and when they first did.")
class Arrival:
    shared = PEERS
    party: Actor = resolved_by(attendance.party, shared=PEERS)
    at: datetime


@strawberry.type
class Meeting(Node):
    rows = meeting.Meeting
    shared = PEERS
    version: int
    status: MeetingStatus
    origin: Direction = strawberry.field(description="INBOUND: booked by the guest; OUTBOUND: by an agent.")
    title: str = resolved_by(masking.title, description=REACHES_MASKED, shared=PEERS)
    notes: str | None = resolved_by(
        meetings.notes,
        description="Of a group meeting, to a guest their own; to agents each attendee has theirs.",
        shared=PEERS,
    )
    subject: Subject | None = resolved_by(meetings.subject, shared=PEERS)
    meeting_type: MeetingType
    service: Service | None = resolved_by(meetings.service, shared=PEERS)
    office: Office | None = resolved_by(meetings.office, shared=PEERS)
    language: Locale
    start: datetime
    end: datetime
    duration_minutes: int
    guest_time_zone: TimeZone = resolved_by(meetings.guest_time_zone, shared=PEERS)
    agents: list[Agent] = resolved_by(meetings.agents, shared=PEERS)
    guest: Contact | None = resolved_by(
        meetings.guest,
        description="Of a group meeting, to a guest themselves; to agents the first one, null where nobody comes.",
        shared=PEERS,
    )
    attendees: list[Attendee] = resolved_by(meetings.attendees, shared=PEERS)
    seats: int = strawberry.field(
        description="More than one: a group meeting, which guests join and leave by themselves."
    )
    seats_left: int = resolved_by(
        meetings.seats_left,
        description="Without those that are taken, or held by somebody who is about to join.",
        shared=PEERS,
    )
    arrivals: list[Arrival] = resolved_by(
        attendance.arrivals,
        description="Who came, by `joinMeeting`. To a guest of a group meeting, the agents and themselves.",
        shared=PEERS,
    )
    conversation: ConversationRef = resolved_by(meetings.conversation, shared=PEERS)
    join_url: str | None = resolved_by(
        calls.join_url,
        description="To guests from `joinOpensAt` on. A move of the meeting may change it.",
        shared=PEERS,
    )
    join_password: str | None = resolved_by(
        calls.join_password, description="To guests from `joinOpensAt` on.", shared=PEERS
    )
    join_opens_at: datetime | None = resolved_by(
        calls.join_opens_at, description="Of a meeting that has a call, or will have one.", shared=PEERS
    )
    dial_in: str | None = resolved_by(
        calls.dial_in,
        description="How to take part by telephone. To guests from `joinOpensAt` on.",
        shared=PEERS,
    )
    calendar_events: list[CalendarEventState] = resolved_by(
        calendars.events_of_meeting,
        description="One for each agent who has a calendar connected. For agents.",
        shared=PEERS,
    )
    is_ready: bool = resolved_by(
        meetings.is_ready,
        description="Scheduled, and every agent it needs has confirmed: of several one accepts for all. What nobody has"
        " yet is not ready.",
        shared=PEERS,
    )
    confirmation_deadline: datetime | None = strawberry.field(
        description="Of one that is AWAITING_GUEST: when it expires unless the guest confirms it."
    )
    history: list[MeetingChange] = resolved_by(meetings.history, shared=PEERS)
    manage_url: str | None = resolved_by(
        meetings.manage_url,
        description="The guest's link; for the guest and for agents. In a group meeting every guest has their own. Null"
        " to agents whose role is among `maskContactsFrom`: whoever holds it sees the guest as the guest does.",
        shared=PEERS,
    )


@strawberry.type
class MeetingEdge:
    node: Meeting
    cursor: str


@strawberry.type
class MeetingConnection:
    edges: list[MeetingEdge]
    page_info: PageInfo
    total_count: int = resolved_by(paging.total_count)


@strawberry.type
class BookMeetingPayload:
    meeting: Meeting | None
    manage_token: str | None = strawberry.field(
        description="Shows, moves and cancels the meeting, and talks in its conversation: a bearer token. Null to"
        " agents whose role is among `maskContactsFrom`, as it shows the guest as they see themselves."
    )
    alternatives: list[Slot] = strawberry.field(
        description="The nearest free slots where the wanted one is refused."
    )
    conflicting_meetings: list[Meeting] = strawberry.field(
        description="Where it is refused as LIMIT_REACHED, the guest's meetings that stand in the way: those that the"
        " viewer sees anyway. One that is cancelled no longer does."
    )
    errors: list[UserError]


@strawberry.type(
    description="A start that the rule gives. Neither booked nor refused: nothing was, because of others."
)
class SeriesOccurrence:
    start: datetime = strawberry.field(description="As the rule gives it; the meeting may have another.")
    meeting: Meeting | None
    refusal: UserError | None = strawberry.field(description="Why this start cannot be had.")
    alternative: Slot | None = strawberry.field(description="The nearest slot to one that cannot be had.")


@strawberry.type
class BookSeriesPayload:
    occurrences: list[SeriesOccurrence]
    errors: list[UserError] = strawberry.field(
        description="Of the request, or of the first start because of which nothing was booked."
    )


@strawberry.type
class MeetingPayload:
    meeting: Meeting | None
    alternatives: list[Slot] = strawberry.field(
        description="The nearest free slots where the wanted one is refused."
    )
    conflicting_meetings: list[Meeting] = strawberry.field(
        description="Where it is refused as LIMIT_REACHED, the guest's meetings that stand in the way: those that the"
        " viewer sees anyway. One that is cancelled no longer does."
    )
    errors: list[UserError]


@strawberry.type
class RespondToMeetingPayload:
    response: AttendeeResponse | None = strawberry.field(description="What is kept now.")
    errors: list[UserError]
