"""Offices are opened and changed: where they are, their hours, and the dates on which they are closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict, Unpack

from errors import Invalid
from models import input
from models.actor import AgentActor
from models.agent.checking import check_windows
from models.agent.hours import MOST_WEEKLY_WINDOWS
from models.idempotency import Once
from models.organization.authority import authority_of
from models.organization.office import Office
from models.register import LastingRegister
from models.transactions import Transaction
from models.windows import stored_week
from scheduling.hours import ANYTHING, WeeklyWindow

MOST_CLOSURES = 366
OFFICES = LastingRegister(Office, "office", "officeId")


@dataclass(frozen=True, slots=True)
class Closure:
    """The dates from `first` to `last`, both included, in the office's zone."""

    first: date
    last: date
    reason: str | None = None


class OfficeFields(TypedDict, total=False):
    """What is set of an office; what is not given stays. `hours` None: always open."""

    name: str
    address: str | None
    time_zone: str
    hours: Sequence[WeeklyWindow] | None
    closures: Sequence[Closure]
    is_active: bool


async def create_office(
    *, actor: AgentActor, once: Once | None = None, **fields: Unpack[OfficeFields]
) -> Office:
    """Open an office; it needs a name of its own and a time zone. Refuses NotAllowed and Invalid."""
    (await authority_of(actor)).over_organization()
    office = Office(organization_id=actor.organization_id, **_checked(fields))
    return await OFFICES.add(office, actor=actor, once=once)


async def update_office(
    office_id: int,
    *,
    actor: AgentActor,
    expected_version: int | None = None,
    **fields: Unpack[OfficeFields],
) -> Office:
    """Change what is given of the office; booked meetings stay. Refuses NotAllowed, NotFound, Stale and Invalid."""
    authority = await authority_of(actor)

    async def check(tx: Transaction, office: Office) -> None:
        authority.over_office(office.id)

    columns = _checked(fields)
    return await OFFICES.change(office_id, columns, actor=actor, expected_version=expected_version, check=check)


def _checked(fields: OfficeFields) -> dict[str, Any]:
    """The fields as they are kept."""
    columns: dict[str, Any] = {**fields}
    if "name" in fields:
        columns["name"] = input.line(fields["name"], field=("name",))
    if "address" in fields:
        address = fields["address"]
        columns["address"] = input.text(address, field=("address",), most=1_000) if address else None
    if "time_zone" in fields:
        columns["time_zone"] = input.zone(fields["time_zone"], field=("timeZone",)).key
    if "hours" in fields:
        columns["hours"] = None if fields["hours"] is None else _checked_hours(fields["hours"])
    if "closures" in fields:
        columns["closures"] = _checked_closures(fields["closures"])
    return columns


def _checked_hours(hours: Sequence[WeeklyWindow]) -> list[dict[str, Any]]:
    check_windows(hours, most=MOST_WEEKLY_WINDOWS, field=("hours",))
    for index, one in enumerate(hours):
        if one.window.scope != ANYTHING:
            raise Invalid("An office is open for everything that is met there.", field=("hours", str(index)))
    return stored_week(hours)


def _checked_closures(closures: Sequence[Closure]) -> list[dict[str, Any]]:
    if len(closures) > MOST_CLOSURES:
        raise Invalid(f"There are at most {MOST_CLOSURES} closures.", field=("closures",))
    seen: set[tuple[date, date]] = set()
    for index, one in enumerate(closures):
        place, dates = ("closures", str(index)), (one.first, one.last)
        if one.last < one.first:
            raise Invalid("The closure ends before it begins.", field=(*place, "to"))
        if dates in seen:
            raise Invalid("These dates are given twice.", field=place)
        if one.reason:
            input.line(one.reason, field=(*place, "reason"))
        seen.add(dates)
    in_order = sorted(closures, key=lambda one: (one.first, one.last))
    return [
        {
            "from": one.first.isoformat(),
            "to": one.last.isoformat(),
            "reason": (one.reason or "").strip() or None,
        }
        for one in in_order
    ]
