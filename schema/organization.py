"""The organization, its offices, services and subjects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from models.organization import office, organization, service, subject
from models.words import Distribution
from resolvers import organizations
from schema.field import resolved_by
from schema.node import Node
from schema.scalars import Locale, TimeZone

if TYPE_CHECKING:
    from schema.agent import Agent, AgentConnection

AgentRef = Annotated["Agent", strawberry.lazy("schema.agent")]
AgentConnectionRef = Annotated["AgentConnection", strawberry.lazy("schema.agent")]


@strawberry.type(description="A place where meetings are held.")
class Office(Node):
    rows = office.Office
    name: str
    address: str | None
    time_zone: TimeZone
    is_active: bool


@strawberry.type(description="What a meeting is about.")
class Subject(Node):
    rows = subject.Subject
    name: str
    description: str | None
    available_for_customers: bool


@strawberry.type(description="An agent's place in a service; a heavier one is given more meetings.")
class ServiceMember:
    agent: AgentRef = resolved_by(organizations.agent_of_member)
    weight: int


@strawberry.type(description="A call group and a queue: its agents share its bookings and conversations.")
class Service(Node):
    rows = service.Service
    name: str
    languages: list[Locale]
    is_active: bool
    members: list[ServiceMember] = resolved_by(
        organizations.members, description="Inactive agents are for colleagues."
    )
    distribution: Distribution


@strawberry.type
class Organization(Node):
    rows = organization.Organization
    slug: str
    name: str
    time_zone: TimeZone
    locale: Locale
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
