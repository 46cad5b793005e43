"""The organization, its offices, services and subjects."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from models.organization import office, organization, service, subject
from models.words import Distribution, Routing
from resolvers import offers, offices, organizations, planning, settings
from schema.field import COLLEAGUES, resolved_by
from schema.node import Node, UserError
from schema.scalars import Locale, TimeZone
from schema.settings import Branding, Settings

if TYPE_CHECKING:
    from schema.agent import Agent, AgentConnection
    from schema.hours import WeeklyWindow
    from schema.planning import PlanningRule

AgentRef = Annotated["Agent", strawberry.lazy("schema.agent")]
PlanningRuleRef = Annotated["PlanningRule", strawberry.lazy("schema.planning")]
WeeklyWindowRef = Annotated["WeeklyWindow", strawberry.lazy("schema.hours")]
AgentConnectionRef = Annotated["AgentConnection", strawberry.lazy("schema.agent")]


@strawberry.type(description="The dates from `from` to `to`, both included, on which an office is closed.")
class Closure:
    from_: date = strawberry.field(name="from")
    to: date
    reason: str | None


@strawberry.type(description="A place where meetings are held.")
class Office(Node):
    rows = office.Office
    shared = COLLEAGUES
    version: int
    name: str
    address: str | None
    time_zone: TimeZone
    is_active: bool
    hours: list[WeeklyWindowRef] = resolved_by(
        offices.hours, description="In the office's zone; of one that is always open, the whole of every day."
    )
    closures: list[Closure] = resolved_by(offices.closures, description="In the office's zone.")


@strawberry.type(description="What a meeting is about.")
class Subject(Node):
    rows = subject.Subject
    shared = COLLEAGUES
    version: int
    name: str
    description: str | None
    available_for_customers: bool
    planning_rules: list[PlanningRuleRef] = resolved_by(
        planning.rules_of_subject, description="How it is met, and timed. For colleagues."
    )


@strawberry.type(description="An agent's place in a service; a heavier one is given more meetings.")
class ServiceMember:
    shared = COLLEAGUES
    agent: AgentRef = resolved_by(organizations.agent_of_member, shared=COLLEAGUES)
    weight: int


@strawberry.type(description="A call group and a queue: its agents share its bookings and conversations.")
class Service(Node):
    rows = service.Service
    shared = COLLEAGUES
    version: int
    name: str
    languages: list[Locale]
    is_active: bool
    members: list[ServiceMember] = resolved_by(
        organizations.members, description="Inactive agents are for colleagues.", shared=COLLEAGUES
    )
    distribution: Distribution
    required_agents: int | None = strawberry.field(
        description="How many of the members COLLECTIVE needs free together; null: all."
    )
    availability_percent: int = strawberry.field(
        description="How many of the members must be free for a slot to be offered; not for COLLECTIVE."
    )
    assign_on_booking: bool = strawberry.field(
        description="False: a booking stays unassigned and is shown to every agent of the service."
    )
    routing: Routing
    offer_timeout_seconds: int = strawberry.field(
        description="How long a waiting conversation is offered, before it is to others, or again."
    )
    waiting_count: int = resolved_by(
        offers.waiting_count,
        description="Its conversations that wait for an agent. For colleagues.",
        shared=COLLEAGUES,
    )
    open_count: int = resolved_by(
        offers.open_count, description="Its conversations that somebody has. For colleagues.", shared=COLLEAGUES
    )


@strawberry.type
class Organization(Node):
    rows = organization.Organization
    slug: str
    name: str
    time_zone: TimeZone
    locale: Locale
    branding: Branding = resolved_by(settings.branding)
    settings: Settings = resolved_by(settings.settings, description="For administrators and managers.")
    offices: list[Office] = resolved_by(
        organizations.offices, description="Those out of use are for colleagues."
    )
    services: list[Service] = resolved_by(
        organizations.services, description="Those out of use are for colleagues."
    )
    subjects: list[Subject] = resolved_by(
        organizations.subjects, description="Those that are not for customers are for colleagues."
    )
    agents: AgentConnectionRef = resolved_by(organizations.agents, description="For the organization's agents.")


@strawberry.type
class OfficePayload:
    office: Office | None
    errors: list[UserError]


@strawberry.type
class ServicePayload:
    service: Service | None
    errors: list[UserError]


@strawberry.type
class SubjectPayload:
    subject: Subject | None
    errors: list[UserError]
