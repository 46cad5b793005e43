"""Inputs about offices, services and who works there. In updates, what is absent stays as it is."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry import UNSET

from models.words import Distribution, Role, Routing
from schema.enums import ENUMS
from schema.inputs.hours import WeeklyWindowInput
from schema.inputs.words import EXPECTED_VERSION, IDEMPOTENCY_KEY
from schema.scalars import Locale, TimeZone

assert ENUMS  # they are told to Strawberry before any input names them

_HOURS = "In the office's zone, open for everything; null: always open."
_REQUIRED = "How many of the members COLLECTIVE needs together; null: all."
_PERCENT = "How many of the members must be free for a slot to be offered; not for COLLECTIVE."
_ASSIGN = "False: a booking stays unassigned."
_TIMEOUT = "How long a conversation is offered, before it is to others, or again: 5 to 3600."
_SLUG = "Small letters (a-z), digits and hyphens; nobody else's."
_ROLE = "Given by administrators, of whom there is always one left; by an API key, every other one."
_AVATAR = "https alone."
_CAPACITY = "How many conversations they are given at a time: 1 to 1000."
_OFFICES = "All of them. A manager who has some keeps at least one: without any, they would manage everything."
_EXPERTISE = "Of the subjects that the agent is expert in."


@strawberry.input(description="The dates from `from` to `to`, both included, in the office's zone.")
class ClosureInput:
    from_: date = strawberry.field(name="from")
    to: date
    reason: str | None = strawberry.field(default=None, description="Public, as the closure is.")


@strawberry.input
class CreateOfficeInput:
    name: str
    time_zone: TimeZone
    address: str | None = None
    hours: list[WeeklyWindowInput] | None = strawberry.field(default=None, description=_HOURS)
    closures: list[ClosureInput] | None = None
    is_active: bool | None = True
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="What is given is changed.")
class UpdateOfficeInput:
    office_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
    name: str | None = UNSET
    time_zone: TimeZone | None = UNSET
    address: str | None = UNSET
    hours: list[WeeklyWindowInput] | None = strawberry.field(default=UNSET, description=_HOURS)
    closures: list[ClosureInput] | None = strawberry.field(default=UNSET, description="All of them, anew.")
    is_active: bool | None = UNSET


@strawberry.input
class CreateServiceInput:
    name: str
    languages: list[Locale] | None = None
    is_active: bool | None = True
    distribution: Distribution | None = Distribution.ROUND_ROBIN
    required_agents: int | None = strawberry.field(default=None, description=_REQUIRED)
    availability_percent: int | None = strawberry.field(default=0, description=_PERCENT)
    assign_on_booking: bool | None = strawberry.field(default=True, description=_ASSIGN)
    routing: Routing | None = Routing.OFFER_TO_ALL
    offer_timeout_seconds: int | None = strawberry.field(default=60, description=_TIMEOUT)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="What is given is changed.")
class UpdateServiceInput:
    service_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
    name: str | None = UNSET
    languages: list[Locale] | None = UNSET
    is_active: bool | None = UNSET
    distribution: Distribution | None = UNSET
    required_agents: int | None = strawberry.field(default=UNSET, description=_REQUIRED)
    availability_percent: int | None = strawberry.field(default=UNSET, description=_PERCENT)
    assign_on_booking: bool | None = strawberry.field(default=UNSET, description=_ASSIGN)
    routing: Routing | None = UNSET
    offer_timeout_seconds: int | None = strawberry.field(default=UNSET, description=_TIMEOUT)


@strawberry.input(description="Adds the agent to the service, or gives them another weight.")
class SetServiceMemberInput:
    service_id: strawberry.ID
    agent_id: strawberry.ID
    weight: int | None = strawberry.field(default=1, description="The agent's share of the bookings: 1 to 100.")


@strawberry.input
class RemoveServiceMemberInput:
    service_id: strawberry.ID
    agent_id: strawberry.ID


@strawberry.input
class CreateAgentInput:
    name: str
    email: str
    slug: str | None = strawberry.field(
        default=None, description=f"{_SLUG} Made of the name where it is not given."
    )
    role: Role | None = strawberry.field(default=Role.AGENT, description=_ROLE)
    time_zone: TimeZone | None = strawberry.field(default=None, description="Null: the organization's.")
    languages: list[Locale] | None = None
    avatar_url: str | None = strawberry.field(default=None, description=_AVATAR)
    online_planning: bool | None = True
    conversation_capacity: int | None = strawberry.field(default=5, description=_CAPACITY)
    office_ids: list[strawberry.ID] | None = None
    expertise_ids: list[strawberry.ID] | None = strawberry.field(default=None, description=_EXPERTISE)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="What is given is changed; lists are given anew, as a whole.")
class UpdateAgentInput:
    agent_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
    name: str | None = UNSET
    email: str | None = strawberry.field(default=UNSET, description="By administrators.")
    slug: str | None = strawberry.field(default=UNSET, description=_SLUG)
    role: Role | None = strawberry.field(default=UNSET, description=_ROLE)
    avatar_url: str | None = strawberry.field(default=UNSET, description=_AVATAR)
    conversation_capacity: int | None = strawberry.field(default=UNSET, description=_CAPACITY)
    is_active: bool | None = strawberry.field(default=UNSET, description="False: their sessions end at once.")
    online_planning: bool | None = UNSET
    languages: list[Locale] | None = UNSET
    time_zone: TimeZone | None = UNSET
    office_ids: list[strawberry.ID] | None = strawberry.field(default=UNSET, description=_OFFICES)
    expertise_ids: list[strawberry.ID] | None = strawberry.field(default=UNSET, description=_EXPERTISE)


@strawberry.input
class DeleteAgentInput:
    agent_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)


@strawberry.input
class DeleteOfficeInput:
    office_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)


@strawberry.input
class DeleteServiceInput:
    service_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
