"""Administrators and managers say which subject is met how, and how such meetings are timed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

from errors import Invalid, NotFound
from models.actor import AgentActor
from models.agent.agent import Agent
from models.audit.auditing import audit, everything_of, named, values_of
from models.editing import all_of, lock, save, unique
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.organization.authority import Authority, authority_of
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.settings import Settings
from models.organization.subject import Subject
from models.transactions import transaction
from models.words import MeetingType

MINUTES_OF_DAY = 24 * 60
MINUTES_OF_YEAR = 365 * MINUTES_OF_DAY
MOST_DURATIONS = 24

# Each as the API calls it, with the least and the most that it may be.
_RANGES = {
    "slot_interval_minutes": ("slotIntervalMinutes", 1, MINUTES_OF_DAY),
    "buffer_before_minutes": ("bufferBeforeMinutes", 0, MINUTES_OF_DAY),
    "buffer_after_minutes": ("bufferAfterMinutes", 0, MINUTES_OF_DAY),
    "minimum_notice_minutes": ("minimumNoticeMinutes", 0, MINUTES_OF_YEAR),
    "bookable_days_ahead": ("bookableDaysAhead", 0, 366),
    "seats": ("seats", 1, 1_000),
    "max_per_agent_per_day": ("maxPerAgentPerDay", 1, 1_000),
    "max_per_agent_per_week": ("maxPerAgentPerWeek", 1, 7_000),
}
_DURATIONS = {"duration_options", "default_duration_minutes"}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a rule is about; there is at most one of each kind. Without an office: the default for all of them."""

    subject_id: int
    meeting_type: MeetingType
    office_id: int | None


class Timing(TypedDict, total=False):
    """What a rule says, in its own words; whole minutes. What is not given stays, or is as usual."""

    enabled: bool
    duration_options: list[int]
    default_duration_minutes: int
    slot_interval_minutes: int
    buffer_before_minutes: int
    buffer_after_minutes: int
    minimum_notice_minutes: int | None
    bookable_days_ahead: int | None
    seats: int
    needs_acceptance: bool
    max_per_agent_per_day: int | None
    max_per_agent_per_week: int | None


async def create_planning_rule(
    kind: Kind,
    *,
    actor: AgentActor,
    agents: Collection[int] = (),
    once: Once | None = None,
    **timing: Unpack[Timing],
) -> PlanningRule:
    """Add the rule of a kind that has none yet; `agents` are the only ones who hold such meetings, if there are any.

    Refuses NotAllowed, NotFound, and Invalid: also for a second rule of the kind.
    """
    authority = await authority_of(actor)
    await _check_kind(kind, authority)
    await authority.over_agents(agents)
    with unique("There is such a rule already: change that one.", field=("meetingType",)):
        async with transaction() as tx:
            if (earlier := await earlier_outcome(tx, once)) is not None:
                return await _still_there(earlier)
            settings = await Organization.steady_settings(tx, actor.organization_id)
            rule = PlanningRule(
                organization_id=actor.organization_id,
                subject_id=kind.subject_id,
                meeting_type=kind.meeting_type,
                office_id=kind.office_id,
                **{
                    "slot_interval_minutes": settings.slot_interval_minutes,
                    **timing,
                    **_durations(timing, settings),
                },
            )
            _check(rule, settings, changed={*_RANGES, *_DURATIONS})
            await rule.save()
            assigned = await _assign(rule, agents)
            await audit(
                tx, "createPlanningRule", rule, actor=actor, after={**everything_of(rule), "agents": assigned}
            )
            await remember_outcome(tx, once, rule.id)
    return rule


async def update_planning_rule(
    rule_id: int,
    *,
    actor: AgentActor,
    expected_version: int | None = None,
    agents: Collection[int] | None = None,
    **timing: Unpack[Timing],
) -> PlanningRule:
    """Change what is given of the rule; booked meetings stay. Refuses NotAllowed, NotFound, Stale and Invalid."""
    authority = await authority_of(actor)
    await authority.over_agents(agents or ())
    async with transaction() as tx:
        rule = await _lock(rule_id, authority, expected_version=expected_version)
        before = values_of(rule, timing)
        for name, value in timing.items():
            setattr(rule, name, value)
        settings = await Organization.steady_settings(tx, actor.organization_id)
        _check(rule, settings, changed=timing.keys())
        await save(rule, *timing)
        after = values_of(rule, timing)
        if agents is not None:
            before["agents"] = named(await rule.agents.all())
            await rule.agents.clear()
            after["agents"] = await _assign(rule, agents)
        await audit(tx, "updatePlanningRule", rule, actor=actor, before=before, after=after)
    return rule


async def delete_planning_rule(rule_id: int, *, actor: AgentActor, expected_version: int | None = None) -> None:
    """Take the rule away; what it refined holds again. Refuses NotAllowed, NotFound and Stale."""
    authority = await authority_of(actor)
    async with transaction() as tx:
        rule = await _lock(rule_id, authority, expected_version=expected_version)
        was = {**everything_of(rule), "agents": named(await rule.agents.all())}
        await audit(tx, "deletePlanningRule", rule, actor=actor, before=was)
        await rule.delete()


async def _check_kind(kind: Kind, authority: Authority) -> None:
    own = authority.actor.organization_id
    if not await Subject.of(own).filter(id=kind.subject_id).exists():
        raise NotFound("There is no such subject.", field=("subjectId",))
    if kind.office_id is not None and not await Office.of(own).filter(id=kind.office_id).exists():
        raise NotFound("There is no such office.", field=("officeId",))
    authority.over_office(kind.office_id)


async def _still_there(rule_id: int) -> PlanningRule:
    rule = await PlanningRule.get_or_none(id=rule_id)
    if rule is None:
        raise NotFound("The rule has been deleted since.", field=("idempotencyKey",))
    return rule


async def _lock(rule_id: int, authority: Authority, *, expected_version: int | None) -> PlanningRule:
    rule = await lock(
        PlanningRule.filter(id=rule_id, organization_id=authority.actor.organization_id),
        expected_version=expected_version,
        missing=NotFound("There is no such planning rule.", field=("ruleId",)),
    )
    authority.over_office(rule.office_id)
    return rule


async def _assign(rule: PlanningRule, agents: Collection[int]) -> list[dict[str, Any]]:
    """Returns them as the audit tells them."""
    colleagues = Agent.of(rule.organization_id)
    missing = NotFound("There is no such agent.", field=("agentIds",))
    found = await all_of(colleagues, agents, missing=missing)
    await rule.agents.add(*found)
    return named(found)


def _durations(timing: Timing, settings: Settings) -> Timing:
    """A default alone is the only option; of options alone the first is the default."""
    options = timing.get("duration_options")
    default = timing.get("default_duration_minutes")
    if default is None:
        default = options[0] if options else settings.default_duration_minutes
    return {
        "duration_options": [default] if options is None else options,
        "default_duration_minutes": default,
    }


def _check(rule: PlanningRule, settings: Settings, *, changed: Collection[str]) -> None:
    if not _DURATIONS.isdisjoint(changed):
        _check_durations(rule, settings)
    for name in changed:
        if name in _RANGES:
            field, least, most = _RANGES[name]
            value = getattr(rule, name)
            if value is not None and not least <= value <= most:
                raise Invalid(f"This must be from {least} to {most}.", field=(field,))


def _check_durations(rule: PlanningRule, settings: Settings) -> None:
    options, place = rule.duration_options, ("durationOptions",)
    least = max(settings.min_duration_minutes, 1)
    most = min(settings.max_duration_minutes, MINUTES_OF_DAY)
    if not 1 <= len(options) <= MOST_DURATIONS:
        raise Invalid(f"There must be 1 to {MOST_DURATIONS} durations.", field=place)
    if len(set(options)) != len(options):
        raise Invalid("A duration is given twice.", field=place)
    if not all(least <= minutes <= most for minutes in options):
        raise Invalid(f"A meeting takes {least} to {most} minutes.", field=place)
    if rule.default_duration_minutes not in options:
        raise Invalid("The default must be one of the durations.", field=("defaultDurationMinutes",))
