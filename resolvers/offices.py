"""Offices: their hours and closures, opening them and changing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from models.organization import closing, opening
from models.organization.office import Office
from models.organization.opening import Closure
from models.windows import week
from resolvers import ids
from resolvers.context import Info
from resolvers.given import given, said
from resolvers.hours import OpenWindow, shown_week, week_of
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from scheduling.hours import WeeklyWindow, Window
from schema.inputs.places import ClosureInput, CreateOfficeInput, DeleteOfficeInput, UpdateOfficeInput

_ALWAYS = tuple(WeeklyWindow(weekday, Window(time(), time())) for weekday in range(7))


@dataclass(frozen=True, slots=True)
class ClosedDates:
    """Closed from the one date to the other, both included."""

    from_: date
    to: date
    reason: str | None


def hours(root: Office) -> list[OpenWindow]:
    """Of an office that is always open, the whole of every day."""
    return shown_week(_ALWAYS if root.hours is None else week(root.hours))


def closures(root: Office) -> list[ClosedDates]:
    return [
        ClosedDates(date.fromisoformat(one["from"]), date.fromisoformat(one["to"]), one.get("reason"))
        for one in root.closures
    ]


@refusals_as_values
async def create_office(info: Info, input: CreateOfficeInput) -> Payload:
    actor = info.context.agent()
    once = once_of(info.context, "createOffice", input, organization_id=actor.organization_id)
    return Payload(office=await opening.create_office(actor=actor, once=once, **_meant(said(input))))


@refusals_as_values
async def update_office(info: Info, input: UpdateOfficeInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.office_id, "Office", field=("officeId",))
    named = _meant(given(input, nullable={"address", "hours"}, without={"office_id"}))
    return Payload(
        office=await opening.update_office(key, actor=actor, expected_version=input.expected_version, **named)
    )


@refusals_as_values
async def delete_office(info: Info, input: DeleteOfficeInput) -> Payload:
    actor, key, now = (
        info.context.agent(),
        ids.decode(input.office_id, "Office", field=("officeId",)),
        info.context.now(),
    )
    await closing.delete_office(key, actor=actor, expected_version=input.expected_version, now=now)
    return Payload(deleted=True)


def _meant(named: dict[str, Any]) -> dict[str, Any]:
    """What the input names, in the words of the model."""
    if named.get("hours") is not None:
        named["hours"] = week_of(named["hours"], field="hours")
    if "closures" in named:
        named["closures"] = _closures(named["closures"])
    return named


def _closures(inputs: Sequence[ClosureInput]) -> list[Closure]:
    return [Closure(one.from_, one.to, one.reason) for one in inputs]
