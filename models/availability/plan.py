"""How what is wanted is timed: the organization's settings, refined by the planning rules of its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from errors import Invalid
from models.organization.office import Office
from models.organization.planning import PlanningRule
from models.organization.settings import Settings
from models.organization.subject import Subject
from models.words import MeetingType

T = TypeVar("T")

# Which way of meeting is taken where nobody names one: the first that the subject may be met.
_PREFERRED = (MeetingType.VIDEO, MeetingType.PHONE, MeetingType.OFFICE, MeetingType.ON_SITE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What holds for one kind of meeting. Whole minutes; None in `durations`: any within the organization's limits.

    `agents`, where there are any, are the only ones who hold such meetings. `notice_minutes` is the public's; agents
    have their own notice, which no rule of planning changes.
    """

    meeting_type: MeetingType
    enabled_by_administrator: bool = True
    enabled_at_office: bool = True
    durations: tuple[int, ...] | None = None
    default_duration: int
    interval: int
    buffer_before: int = 0
    buffer_after: int = 0
    notice_minutes: int
    days_ahead: int
    seats: int = 1
    needs_acceptance: bool = False
    max_per_day: int | None = None
    max_per_week: int | None = None
    agents: frozenset[int] = frozenset()

    @property
    def enabled(self) -> bool:
        return self.enabled_by_administrator and self.enabled_at_office

    def duration(self, asked: int | None, settings: Settings) -> int:
        """The minutes that a meeting takes: those asked for, or the default. Refuses Invalid what is not offered."""
        if asked is None:
            return self.default_duration
        if self.durations is not None and asked not in self.durations:
            offered = " or ".join(map(str, self.durations))
            raise Invalid(f"Such a meeting takes {offered} minutes.", field=("durationMinutes",))
        if self.durations is None and not (
            settings.min_duration_minutes <= asked <= settings.max_duration_minutes
        ):
            raise Invalid(
                f"A meeting takes {settings.min_duration_minutes} to {settings.max_duration_minutes} minutes.",
                field=("durationMinutes",),
            )
        return asked


@dataclass(frozen=True, slots=True)
class Rule:
    """A planning rule with the agents whom it names."""

    row: PlanningRule
    agents: frozenset[int] = frozenset()


def plan_of(
    rules: Sequence[Rule],
    *,
    settings: Settings,
    subject: Subject | None,
    office: Office | None,
    meeting_type: MeetingType | None,
) -> Plan:
    """The plan of one kind of meeting; `rules` are the subject's.

    A subject without any rule is met in every way, as the organization's settings say. One with default rules is met
    as they say, and not otherwise; a rule of the office refines the default of its kind.
    """
    kind = meeting_type or _preferred(rules, office)
    default = _find(rules, kind, None)
    own = _find(rules, kind, office.id) if office else None
    known = [rule for rule in (own, default) if rule]
    has_defaults = any(rule.row.office_id is None for rule in rules)
    plan = Plan(
        meeting_type=kind,
        enabled_by_administrator=default.row.enabled if default else not has_defaults,
        enabled_at_office=own is None or own.row.enabled,
        default_duration=settings.default_duration_minutes,
        interval=settings.slot_interval_minutes,
        notice_minutes=settings.public_minimum_notice_minutes,
        days_ahead=settings.bookable_days_ahead,
    )
    return _refined(plan, known) if subject and known else plan


def _refined(plan: Plan, known: Sequence[Rule]) -> Plan:
    """The plan as the rules have it, of which the first has the first word."""
    rule = known[0].row
    return replace(
        plan,
        durations=tuple(rule.duration_options) or (rule.default_duration_minutes,),
        default_duration=rule.default_duration_minutes,
        interval=rule.slot_interval_minutes,
        buffer_before=rule.buffer_before_minutes,
        buffer_after=rule.buffer_after_minutes,
        notice_minutes=_said(known, lambda one: one.minimum_notice_minutes, plan.notice_minutes),
        days_ahead=_said(known, lambda one: one.bookable_days_ahead, plan.days_ahead),
        seats=rule.seats,
        needs_acceptance=rule.needs_acceptance,
        max_per_day=_said(known, lambda one: one.max_per_agent_per_day, None),
        max_per_week=_said(known, lambda one: one.max_per_agent_per_week, None),
        agents=next((rule.agents for rule in known if rule.agents), frozenset()),
    )


def _preferred(rules: Iterable[Rule], office: Office | None) -> MeetingType:
    """The first way that no rule disables, where rules say which there are."""
    offered = {rule.row.meeting_type for rule in rules if rule.row.office_id is None and rule.row.enabled}
    closed = {
        rule.row.meeting_type
        for rule in rules
        if office and rule.row.office_id == office.id and not rule.row.enabled
    }
    return next((kind for kind in _PREFERRED if kind in offered - closed), MeetingType.VIDEO)


def _find(rules: Iterable[Rule], kind: MeetingType, office_id: int | None) -> Rule | None:
    return next(
        (rule for rule in rules if (rule.row.meeting_type, rule.row.office_id) == (kind, office_id)), None
    )


def _said(known: Iterable[Rule], value: Callable[[PlanningRule], T | None], otherwise: T) -> T:
    """What the office's rule says, else the default rule, else the organization."""
    return next((said for rule in known if (said := value(rule.row)) is not None), otherwise)
