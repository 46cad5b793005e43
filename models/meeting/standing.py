"""The statuses of a meeting: which change leads from which to which, and which end by themselves.

docs/tour.md draws them. AWAITING_GUEST and REQUESTED have their time like SCHEDULED, but only until `expires_at`: from
then on they are in nobody's way, whether or not somebody has written down that they have expired.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from errors import AlreadyDecided
from models.availability.plan import Plan
from models.organization.settings import Settings
from models.words import MeetingChangeKind as Kind
from models.words import MeetingStatus as Status

ACTIVE = (Status.AWAITING_GUEST, Status.REQUESTED, Status.SCHEDULED)
"""What has its time, as long as it has not expired."""

_SAME: Mapping[Status | None, frozenset[Status]] = {status: frozenset({status}) for status in ACTIVE}

LEADS: Mapping[Kind, Mapping[Status | None, frozenset[Status]]] = MappingProxyType(
    {
        Kind.BOOKED: {None: frozenset(ACTIVE)},
        Kind.CONFIRMED: {Status.AWAITING_GUEST: frozenset({Status.REQUESTED, Status.SCHEDULED})},
        Kind.ACCEPTED: {Status.REQUESTED: frozenset({Status.SCHEDULED})},
        Kind.DECLINED: {Status.REQUESTED: frozenset({Status.DECLINED})},
        Kind.RESCHEDULED: {
            Status.AWAITING_GUEST: frozenset({Status.AWAITING_GUEST}),
            Status.REQUESTED: frozenset({Status.REQUESTED, Status.SCHEDULED}),
            Status.SCHEDULED: frozenset({Status.REQUESTED, Status.SCHEDULED}),
        },
        Kind.DURATION_CHANGED: {
            Status.AWAITING_GUEST: frozenset({Status.AWAITING_GUEST}),
            Status.REQUESTED: frozenset({Status.REQUESTED, Status.SCHEDULED}),
            Status.SCHEDULED: frozenset({Status.REQUESTED, Status.SCHEDULED}),
        },
        Kind.REASSIGNED: _SAME,
        Kind.CANCELLED: dict.fromkeys(ACTIVE, frozenset({Status.CANCELLED})),
        Kind.EXPIRED: dict.fromkeys(ACTIVE[:2], frozenset({Status.EXPIRED})),
        Kind.ATTENDEE_JOINED: {Status.SCHEDULED: frozenset({Status.SCHEDULED})},
        Kind.ATTENDEE_LEFT: _SAME,
        Kind.COMPLETED: {Status.SCHEDULED: frozenset({Status.COMPLETED})},
        # Of what an agent has completed it is not said any more.
        Kind.NO_SHOW: dict.fromkeys((Status.SCHEDULED, Status.COMPLETED), frozenset({Status.NO_SHOW})),
    }
)
"""By what is written into a meeting's history, the statuses that it can be written in, and what the meeting is then.
What is not here changes no status. None: there was no meeting."""


_TOLD: Mapping[Status, str] = {
    Status.AWAITING_GUEST: "The guest has still to confirm the meeting.",
    Status.REQUESTED: "The meeting has still to be accepted.",
    Status.SCHEDULED: "The meeting is scheduled already.",
    Status.DECLINED: "The meeting was declined.",
    Status.CANCELLED: "The meeting was cancelled.",
    Status.EXPIRED: "The meeting has expired.",
    Status.COMPLETED: "The meeting was held.",
    Status.NO_SHOW: "The guest did not come to the meeting.",
}


def already(status: Status) -> AlreadyDecided:
    """The refusal of what does not lead on from the status."""
    return AlreadyDecided(_TOLD[status])


@dataclass(frozen=True, slots=True)
class Standing:
    """A status, and until when it lasts where it ends by itself."""

    status: Status
    expires_at: datetime | None = None


SCHEDULED = Standing(Status.SCHEDULED)


def standing_of_new(
    plan: Plan, settings: Settings, *, by_agent: bool, start: datetime, now: datetime
) -> Standing:
    """How a meeting begins: what a guest books waits for the guest's own click, and then for an agent, where it is to
    be so; what an agent books for a guest does not. The guest of a group meeting has a seat, and nothing to confirm."""
    if by_agent:
        return SCHEDULED
    if settings.guest_must_confirm and plan.seats == 1:
        timeout = timedelta(minutes=settings.guest_confirmation_timeout_minutes)
        return Standing(Status.AWAITING_GUEST, min(now + timeout, start))
    return standing_of_wanted(needs_acceptance=plan.needs_acceptance, start=start)


def standing_of_wanted(*, needs_acceptance: bool, start: datetime) -> Standing:
    """What a guest wants is a request where it is to be accepted, until it would begin."""
    return Standing(Status.REQUESTED, start) if needs_acceptance else SCHEDULED


def standing_of_moved(before: Standing, *, needs_acceptance: bool, by_agent: bool, start: datetime) -> Standing:
    """Where a move leaves a meeting: a guest's asks the agent again, and an agent's is as good as their acceptance.
    What the guest has to confirm they still have to, no later than it begins."""
    if before.status is Status.AWAITING_GUEST:
        return Standing(before.status, min(before.expires_at or start, start))
    if by_agent:
        return SCHEDULED
    return standing_of_wanted(
        needs_acceptance=needs_acceptance or before.status is Status.REQUESTED, start=start
    )
