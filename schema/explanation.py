"""Why there are few slots, or none."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models.availability.pool import CheckCode
from scheduling.rules import Rule
from schema.agent import Agent

ENUMS = (strawberry.enum(CheckCode, name="AvailabilityCheckCode"), strawberry.enum(Rule))
assert ENUMS  # they are told to Strawberry before any type names them


@strawberry.type(description="Whether something is set up so that there can be slots.")
class AvailabilityCheck:
    code: CheckCode
    ok: bool
    message: str


@strawberry.type(description="What a rule took of the minutes at which a meeting could start.")
class RuleEffect:
    rule: Rule
    removed_minutes: int
    remaining_minutes: int = strawberry.field(
        description="What it left to the rules after it; the last one leaves the slots."
    )


@strawberry.type(description="A rule that refuses a start.")
class StartRefusal:
    agent: Agent | None = strawberry.field(
        description="For whom; null where it is for all, and always for those who are no agents."
    )
    rule: Rule
    message: str
    until: datetime | None = strawberry.field(
        description="The next start that this rule alone would allow; told to agents."
    )


@strawberry.type(description="Whether one start can be booked, and if not, why.")
class StartExplanation:
    start: datetime
    bookable: bool
    refusals: list[StartRefusal]
    next_bookable: datetime | None = strawberry.field(
        description="The first bookable start from this one on; this one itself where it is bookable."
    )


@strawberry.type(
    description="Why there are few slots, or none, told by the very computation that lists and books them."
)
class AvailabilityExplanation:
    candidate_agents: int = strawberry.field(
        description="How many agents could have such a meeting at some time."
    )
    checks: list[AvailabilityCheck] = strawberry.field(
        description="The usual misconfigurations. One about an office, a subject or a language only where it is named."
    )
    rules: list[RuleEffect] = strawberry.field(
        description="What each rule takes of the minutes of the dates asked for, in the order in which they apply."
    )
    at: StartExplanation | None
