"""The people: agents, their hours and their links."""

from __future__ import annotations

import strawberry

from resolvers import (
    agents,
    hours,
    links,
    own_calendars,
    templates,
)
from schema.agent import (
    AgentPayload,
    CalendarFeedPayload,
    ScheduleLinkPayload,
)
from schema.field import resolved_by
from schema.hours import DayTemplatePayload
from schema.planning import DeletePayload


@strawberry.type
class Staff:
    set_week_template: AgentPayload = resolved_by(
        hours.set_week_template,
        description="Replaces the agent's usual week; booked meetings stay. By agents for themselves, by who plans"
        " for others, and by a manager who has offices for the agents there.",
    )
    set_date_override: AgentPayload = resolved_by(
        hours.set_date_override,
        description="Gives one date hours of its own, none for a day off, or those of a day template; with neither,"
        " the week's again. By who may set the agent's week; booked meetings stay.",
    )
    create_day_template: DayTemplatePayload = resolved_by(
        templates.create_day_template,
        description="Names hours that are given to dates; none are a day off. By who may set the agent's week."
        " Refused as INVALID for a name that the agent has already, and beyond 50 of them.",
    )
    update_day_template: DayTemplatePayload = resolved_by(
        templates.update_day_template,
        description="Another name, or other hours, which hold on every date that has it. By who may set the agent's"
        " week; the built-in one stays as it is.",
    )
    delete_day_template: DeletePayload = resolved_by(
        templates.delete_day_template,
        description="The dates that had it keep its hours as their own. By who may set the agent's week; the"
        " built-in one stays.",
    )
    renew_calendar_feed: CalendarFeedPayload = resolved_by(
        own_calendars.renew,
        description="Gives a secret calendar a new address; the one before is worthless from then on. "
        "By whom it belongs to, or an administrator.",
    )
    revoke_calendar_feed: CalendarFeedPayload = resolved_by(
        own_calendars.revoke,
        description="Takes the address of a secret calendar away, until it is renewed. "
        "By whom it belongs to, or an administrator.",
    )
    create_schedule_link: ScheduleLinkPayload = resolved_by(
        links.create_schedule_link,
        description="One's own by every agent; others' and services' by administrators, managers and booking managers.",
    )
    update_schedule_link: ScheduleLinkPayload = resolved_by(
        links.update_schedule_link,
        description="Changes what is given; booked meetings stay. A new list of times is held anew, and refused"
        " where one of them is not free. By who may make such a link.",
    )
    delete_schedule_link: DeletePayload = resolved_by(
        links.delete_schedule_link, description="What it held is free; meetings booked through it stay."
    )
    create_agent: AgentPayload = resolved_by(
        agents.create_agent, description="Mails them a link, good for a week, by which they choose a password."
    )
    update_agent: AgentPayload = resolved_by(
        agents.update_agent,
        description="Who they are, in which role, where, on what and in which languages they meet guests. By"
        " administrators, and by managers, but for roles and addresses.",
    )
    delete_agent: DeletePayload = resolved_by(
        agents.delete_agent,
        description="Once no meeting to come is theirs. Their open conversations wait for others; what is past names"
        " them.",
    )
