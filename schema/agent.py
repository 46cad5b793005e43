"""Agents, their hours and calendars, and the links under which they are booked."""

from __future__ import annotations

from datetime import date as date_
from datetime import datetime
from typing import Annotated

import strawberry

from models.agent import agent
from models.calendar import connection
from models.link import ScheduleLink as LinkRow
from models.words import CalendarProvider, ConnectionStatus, MeetingType, Presence, Role
from resolvers import agents, calendars, hours, links, offers, own_calendars, paging
from schema.field import COLLEAGUES, resolved_by
from schema.hours import DateOverride, DayTemplate, WeeklyWindow
from schema.node import Node, PageInfo, UserError
from schema.organization import Office, Service, Subject
from schema.scalars import Locale, TimeZone
from schema.slots import Slot


@strawberry.type(
    description="A public address for booking an agent or a service, perhaps narrowed to dates, subject, type and more."
)
class ScheduleLink(Node):
    rows = (LinkRow, links.NarrowedLink)
    version: int
    slug: str
    url: str = resolved_by(links.url)
    agent: Annotated[Agent, strawberry.lazy("schema.agent")] | None = resolved_by(links.agent)
    service: Service | None = resolved_by(links.service)
    subject: Subject | None = resolved_by(links.subject)
    meeting_type: MeetingType | None
    duration_minutes: int | None
    from_: date_ | None = resolved_by(links.from_, name="from")
    to: date_ | None = resolved_by(links.to)
    offered_times: list[datetime] | None = resolved_by(
        links.offered_times,
        description="The only starts it offers; what can still be had of them, `slots` says.",
    )
    single_use: bool = strawberry.field(description="Good for one booking, even if that is cancelled.")
    expires_at: datetime | None
    is_active: bool
    is_invitation: bool = strawberry.field(description="What is booked through it is OUTBOUND.")


@strawberry.type(description="A calendar of an account. Only the account's own can be chosen.")
class ExternalCalendar:
    id: str
    name: str
    is_primary: bool
    is_own: bool = strawberry.field(description="False: shared, or added from a directory.")
    counts_as_busy: bool
    receives_meetings: bool
    show_on_team_view: bool
    show_recurring: bool


@strawberry.type(description="An agent's own calendar. Its address never comes back out.")
class CalendarConnection(Node):
    rows = connection.CalendarConnection
    provider: CalendarProvider
    account: str
    status: ConnectionStatus
    calendars: list[ExternalCalendar] = resolved_by(
        calendars.calendars_of, description="Of an iCalendar feed: the one that it is."
    )
    last_synced_at: datetime | None
    last_error: str | None
    disconnected_at: datetime | None
    owner_notified_at: datetime | None = strawberry.field(
        description="When its agent was mailed that it cannot be read any more."
    )


@strawberry.type(description="Who meets guests and talks with them.")
class Agent(Node):
    rows = agent.Agent
    shared = COLLEAGUES
    version: int
    name: str
    email: str = resolved_by(agents.email, description="Not for the public.", shared=COLLEAGUES)
    slug: str
    role: Role = resolved_by(agents.role, description="For colleagues.", shared=COLLEAGUES)
    time_zone: TimeZone
    languages: list[Locale]
    avatar_url: str | None
    is_active: bool = resolved_by(agents.is_active, description="For colleagues.", shared=COLLEAGUES)
    online_planning: bool = resolved_by(
        agents.online_planning, description="For colleagues.", shared=COLLEAGUES
    )
    offices: list[Office] = resolved_by(agents.offices, description="For colleagues.", shared=COLLEAGUES)
    services: list[Service] = resolved_by(agents.services, description="For colleagues.", shared=COLLEAGUES)
    expertise: list[Subject] = resolved_by(agents.expertise, description="For colleagues.", shared=COLLEAGUES)
    presence: Presence = resolved_by(
        offers.presence,
        description="As they say themselves; only who is ONLINE is offered conversations. For colleagues.",
        shared=COLLEAGUES,
    )
    conversation_capacity: int = resolved_by(
        agents.conversation_capacity, description="For colleagues.", shared=COLLEAGUES
    )
    open_conversation_count: int = resolved_by(
        agents.open_conversation_count,
        description="Also those of meetings, which do not count against `conversationCapacity`. For colleagues.",
        shared=COLLEAGUES,
    )
    week_template: list[WeeklyWindow] = resolved_by(
        hours.week_template, description="The usual week, in the agent's zone. For colleagues."
    )
    day_templates: list[DayTemplate] = resolved_by(
        agents.day_templates, description='The built-in "Unavailable" first. For colleagues.'
    )
    date_overrides: list[DateOverride] = resolved_by(
        hours.date_overrides, description="The dates that differ from the usual week. For colleagues."
    )
    schedule_links: list[ScheduleLink] = resolved_by(agents.schedule_links, description="For colleagues.")
    calendar_connections: list[CalendarConnection] = resolved_by(
        agents.calendar_connections,
        description="One's own and, to those who set the agent up, theirs; of colleagues there are none to see.",
    )
    calendar_url: str | None = resolved_by(
        own_calendars.url_of_agent,
        description="Where calendar programs subscribe to all of one's own meetings, of the past 31 days and to come. "
        "Whoever knows this address reads them: it is a secret. Null of colleagues, and once it is revoked.",
    )


@strawberry.type
class AgentEdge:
    node: Agent
    cursor: str


@strawberry.type
class AgentConnection:
    edges: list[AgentEdge]
    page_info: PageInfo
    total_count: int = resolved_by(paging.total_count)


@strawberry.type
class AgentPayload:
    agent: Agent | None
    errors: list[UserError]


@strawberry.type
class InviteGuestPayload:
    link: ScheduleLink | None
    alternatives: list[Slot] = strawberry.field(
        description="Where an offered time cannot be had: the nearest that can."
    )
    errors: list[UserError]


@strawberry.type
class ScheduleLinkPayload:
    link: ScheduleLink | None
    alternatives: list[Slot] = strawberry.field(
        description="Where an offered time cannot be had: the nearest that can."
    )
    errors: list[UserError]


@strawberry.type
class DisconnectCalendarPayload:
    disconnected: bool = resolved_by(calendars.was_disconnected)
    errors: list[UserError]


@strawberry.type
class CalendarConnectionPayload:
    connection: CalendarConnection | None
    errors: list[UserError]


@strawberry.type
class CalendarFeedPayload:
    calendar_url: str | None = strawberry.field(
        description="One's own new address; null where it was revoked, or is a colleague's."
    )
    errors: list[UserError]
