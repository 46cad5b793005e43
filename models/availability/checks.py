"""The usual misconfigurations that leave few slots, or none, each answered in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.availability.engine import Answer
from models.availability.pool import CheckCode, Pool
from models.availability.target import Target

# What the agents do: said of one, and of several.
_WORDS = {
    CheckCode.AGENTS_ACTIVE: ("is active", "are active"),
    CheckCode.AGENTS_ENABLED_FOR_ONLINE_PLANNING: (
        "is enabled for online planning",
        "are enabled for online planning",
    ),
    CheckCode.AGENTS_AT_OFFICE: ("works at the office", "work at the office"),
    CheckCode.AGENTS_ASSIGNED_TO_SUBJECT: (
        "is assigned to such meetings by the planning rule",
        "are assigned to such meetings by the planning rule",
    ),
    CheckCode.AGENTS_EXPERT_IN_SUBJECT: ("is expert in the subject", "are experts in the subject"),
    CheckCode.AGENTS_SPEAK_LANGUAGE: ("speaks the language", "speak the language"),
    CheckCode.AGENTS_HAVE_HOURS: ("has hours to come", "have hours to come"),
    CheckCode.CALENDARS_CONNECTED: (
        "has a calendar that cannot be read now",
        "have a calendar that cannot be read now",
    ),
}


@dataclass(frozen=True, slots=True)
class Check:
    """Whether something is set up so that there can be slots; `message` counts, and names nobody."""

    code: CheckCode
    ok: bool
    message: str


def checks_of(target: Target, answer: Answer) -> tuple[Check, ...]:
    """Every check that what is wanted depends on: about a subject, an office or a language only where it is named."""
    return (*_of_what_is_named(target), *_of_agents(answer.pool), _hours(answer), _calendars(target, answer))


def _of_what_is_named(target: Target) -> Iterator[Check]:
    allowed = target.organization.settings.public_booking_enabled
    yield _check(
        CheckCode.PUBLIC_BOOKING_ALLOWED,
        allowed,
        "The public may book here.",
        "Only agents may book here.",
    )
    if target.office is not None:
        yield _check(
            CheckCode.OFFICE_ACTIVE,
            target.office.is_active,
            "The office is active.",
            "The office is not active.",
        )
    if target.subject is not None:
        yield _check(
            CheckCode.SUBJECT_AVAILABLE_FOR_CUSTOMERS,
            target.subject.available_for_customers,
            "The subject is available for customers.",
            "The subject is not available for customers.",
        )
        yield _check(
            CheckCode.MEETING_TYPE_ENABLED_BY_ADMINISTRATOR,
            target.plan.enabled_by_administrator,
            "The administrator's planning rules allow this way of meeting.",
            "The administrator's planning rules do not allow this way of meeting.",
        )
    if target.subject is not None and target.office is not None:
        yield _check(
            CheckCode.MEETING_TYPE_ENABLED_AT_OFFICE,
            target.plan.enabled_at_office,
            "The office's planning rules allow this way of meeting.",
            "The office's planning rules do not allow this way of meeting.",
        )


def _of_agents(pool: Pool) -> Iterator[Check]:
    """Each requirement is asked of those who meet the ones before it, so that one that nobody fails alone, but all
    fail together, is told; where nobody is left, of all."""
    left = frozenset(pool.named)
    for code, met in pool.met.items():
        yield _counted(code, len(left & met), len(left)) if left else _counted(code, len(met), len(pool.named))
        left &= met


def _hours(answer: Answer) -> Check:
    """From now on, as far as can be booked, with the exceptions of dates, and only windows for what is wanted."""
    availability = answer.availability
    now = max(availability.span.floor(availability.question.now), 0)
    open_ = sum(bool(candidate.open >> now) for candidate in availability.candidates)
    return _counted(CheckCode.AGENTS_HAVE_HOURS, open_, len(availability.candidates))


def _calendars(target: Target, answer: Answer) -> Check:
    """An agent without a calendar is no fault: what an organization plans with is its own choice."""
    code = CheckCode.CALENDARS_CONNECTED
    agents = [candidate.timeline.agenda for candidate in answer.availability.candidates]
    unknown = sum(not agenda.calendars_known for agenda in agents)
    if not target.organization.settings.compute_availability_from_calendars:
        return Check(code, True, "Calendars are not looked at.")
    if unknown == 0:
        return Check(code, True, "Every connected calendar can be read.")
    return Check(code, False, _told(code, unknown, len(agents)))


def _counted(code: CheckCode, some: int, whole: int) -> Check:
    if whole == 0:
        return Check(code, False, "There is no agent who could be asked.")
    return Check(code, some > 0, _told(code, some, whole))


def _told(code: CheckCode, some: int, whole: int) -> str:
    one, several = _WORDS[code]
    if some in (0, whole):
        return f"{'Every' if some else 'No'} agent {one}."
    return f"{some} of {whole} agents {one if some == 1 else several}."


def _check(code: CheckCode, ok: bool, yes: str, no: str) -> Check:
    return Check(code, ok, yes if ok else no)
