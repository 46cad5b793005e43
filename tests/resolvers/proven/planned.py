"""How the meetings that are asked for are held and timed, by the rules in plain words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tests.resolvers.proven.sketch import House, Rule

T = TypeVar("T")
WAYS = ("VIDEO", "PHONE", "OFFICE", "ON_SITE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How the meetings that are asked for are held and timed."""

    meeting_type: str
    is_held: bool
    minutes: int
    interval: int
    before: int
    after: int
    notice: int
    ahead: int
    seats: int
    per_day: int | None
    per_week: int | None
    agents: frozenset[int]


def kind_of(house: House) -> Kind:
    """By the office's rule where there is one, else by the administrator's, else by the organization's settings; never
    what the administrator has disabled, or, of a subject with rules, not allowed."""
    asked, link = house.wish, house.wish.link
    rules = house.rules if names_subject(house) else ()
    offices = {one.meeting_type: one for one in rules if one.at_office and asked.office}
    defaults = {one.meeting_type: one for one in rules if not one.at_office}
    offered = [
        way
        for way in WAYS
        if way in defaults and defaults[way].enabled and (way not in offices or offices[way].enabled)
    ]
    way = (link and link.meeting_type) or asked.meeting_type or (offered[0] if offered else "VIDEO")
    allowed = way in defaults and defaults[way].enabled if defaults else True
    own, default = offices.get(way), defaults.get(way)
    rule = own or default
    minutes = (link and link.minutes) or asked.minutes
    return Kind(
        meeting_type=way,
        is_held=allowed and (own is None or own.enabled),
        minutes=minutes or (rule.default if rule else house.setting("default_duration_minutes", 30)),
        interval=rule.interval if rule else house.setting("slot_interval_minutes", 30),
        before=rule.before if rule else 0,
        after=rule.after if rule else 0,
        notice=said(own, default, lambda one: one.notice, house.setting("public_minimum_notice_minutes", 0))
        if not asked.by_agent
        else house.setting("agent_minimum_notice_minutes", 0),
        ahead=said(own, default, lambda one: one.ahead, house.setting("bookable_days_ahead", 31)),
        seats=rule.seats if rule else 1,
        per_day=said(own, default, lambda one: one.per_day, None),
        per_week=said(own, default, lambda one: one.per_week, None),
        agents=said(own, default, lambda one: one.agents or None, frozenset()),
    )


def said(own: Rule | None, default: Rule | None, value: Callable[[Rule], T | None], otherwise: T) -> T:
    """What the office's rule says, else the administrator's, else the organization."""
    for rule in (own, default):
        if rule is not None and (found := value(rule)) is not None:
            return found
    return otherwise


def names_subject(house: House) -> bool:
    return house.wish.subject or (house.wish.link is not None and house.wish.link.fixes_subject)


def refused(house: House) -> bool:
    """Whether what is asked for is not to be had at all: not for this caller, not there, or not offered."""
    asked, link = house.wish, house.wish.link
    kind = kind_of(house)
    rules = house.rules if names_subject(house) else ()
    known = [one for one in rules if one.meeting_type == kind.meeting_type]
    rule = next((one for one in known if one.at_office and asked.office), None) or next(
        (one for one in known if not one.at_office), None
    )
    minutes = (link and link.minutes) or asked.minutes
    return (
        (not asked.by_agent and not house.setting("public_booking_enabled", True))
        or (asked.office and not house.office.is_active)
        or (asked.of is not None and not house.workers[asked.of - 1].is_active)
        or (asked.of is None and not house.team.is_active)
        or (names_subject(house) and not house.for_customers and not asked.by_agent)
        or (minutes is not None and rule is not None and minutes not in (rule.durations or (rule.default,)))
        or asked.seats > kind.seats
    )
