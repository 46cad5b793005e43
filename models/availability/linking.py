"""Schedule links are made, changed and taken away: by every agent their own, by those who plan all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypedDict, Unpack

from errors import Invalid, NotFound
from models.actor import AgentActor
from models.agent.agent import Agent
from models.audit.auditing import audit, everything_of, values_of
from models.availability.address import check_slug, new_slug
from models.availability.offered import give_back
from models.availability.offering import offer_anew, target_of_link
from models.editing import lock, save, unique
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.link import ScheduleLink
from models.organization.authority import check_plans
from models.organization.service import Service
from models.organization.subject import Subject
from models.transactions import transaction
from models.words import MeetingType

MOST_TIMES = 50
_OWN_ONLY = "Your role makes links of your own only."
_KIND = {"subject_id", "meeting_type", "duration_minutes"}
_OFFER = _KIND | {"from_date", "to_date", "offered_times", "expires_at", "is_active"}
"""What changes which times a list holds, of whom, or until when."""


class LinkFields(TypedDict, total=False):
    """What is set of a link; what is not given stays. Times are aware; `to_date` is included."""

    slug: str
    subject_id: int | None
    meeting_type: MeetingType | None
    duration_minutes: int | None
    from_date: date | None
    to_date: date | None
    offered_times: Sequence[datetime] | None
    single_use: bool
    expires_at: datetime | None
    is_active: bool


async def create_link(
    *,
    actor: AgentActor,
    now: datetime,
    agent_id: int | None = None,
    service_id: int | None = None,
    once: Once | None = None,
    **fields: Unpack[LinkFields],
) -> ScheduleLink:
    """Make a public address of an agent or a service, under a slug of its own where none is given.

    Of offered times it takes every one, or none. Refuses NotAllowed, NotFound, Invalid and, naming the time, whatever
    stands against it.
    """
    if (agent_id is None) == (service_id is None):
        raise Invalid("A link is of one agent or of one service.", field=("agentId",))
    with unique("There is such an address already.", field=("slug",)):
        async with transaction() as tx:
            if (earlier := await earlier_outcome(tx, once)) is not None:
                return await still_there(earlier)
            link = ScheduleLink(organization_id=actor.organization_id, agent_id=agent_id, service_id=service_id)
            await _check_target(actor, agent_id=agent_id, service_id=service_id)
            link.update_from_dict({"slug": new_slug(), **await _checked(fields, actor, now=now)})
            await _check(link, changed=_KIND)
            await link.save()
            await offer_anew(tx, link, actor=actor, now=now)
            await audit(tx, "createScheduleLink", link, actor=actor, after=everything_of(link))
            await remember_outcome(tx, once, link.id)
    return link


async def update_link(
    link_id: int,
    *,
    actor: AgentActor,
    now: datetime,
    expected_version: int | None = None,
    **fields: Unpack[LinkFields],
) -> ScheduleLink:
    """Change what is given of the link; booked meetings stay. A new list of times is held anew, even if the one before
    was used. Where anything changes that decides what a list holds, guests' holds of its times end.

    Refuses NotAllowed, NotFound, Stale, Invalid and, naming the time, whatever stands against one that is offered.
    """
    with unique("There is such an address already.", field=("slug",)):
        async with transaction() as tx:
            link = await _lock(link_id, actor, expected_version=expected_version)
            columns = await _checked(fields, actor, now=now)
            if columns.get("offered_times") and not columns.get("single_use", link.single_use):
                columns["used_at"] = None
            before = values_of(link, columns)
            link.update_from_dict(columns)
            await _check(link, changed=columns)
            await save(link, *columns)
            if not _OFFER.isdisjoint(columns):
                await offer_anew(tx, link, actor=actor, now=now)
            await audit(tx, "updateScheduleLink", link, actor=actor, before=before, after=columns)
    return link


async def delete_link(link_id: int, *, actor: AgentActor, expected_version: int | None = None) -> None:
    """Take the link away; what it held is free. Refuses NotAllowed, NotFound and Stale."""
    async with transaction() as tx:
        link = await _lock(link_id, actor, expected_version=expected_version)
        await give_back(tx, link)
        await audit(tx, "deleteScheduleLink", link, actor=actor, before=everything_of(link))
        await link.delete()


async def _lock(link_id: int, actor: AgentActor, *, expected_version: int | None) -> ScheduleLink:
    link = await lock(
        ScheduleLink.filter(id=link_id, organization_id=actor.organization_id),
        expected_version=expected_version,
        missing=NotFound("There is no such link.", field=("linkId",)),
    )
    await check_plans(actor, link.agent_id, refusal=_OWN_ONLY)
    return link


async def still_there(link_id: int) -> ScheduleLink:
    """What a request made that came before; refuses NotFound where it is gone."""
    link = await ScheduleLink.get_or_none(id=link_id)
    if link is None:
        raise NotFound("The link has been deleted since.", field=("idempotencyKey",))
    return link


async def _check_target(actor: AgentActor, *, agent_id: int | None, service_id: int | None) -> None:
    """Refuses NotFound for whoever is not there to be booked, NotAllowed where it is not the actor's to offer."""
    own = actor.organization_id
    if agent_id is not None and not await Agent.of(own).filter(id=agent_id, is_active=True).exists():
        raise NotFound("There is no such agent.", field=("agentId",))
    if service_id is not None and not await Service.of(own).filter(id=service_id, is_active=True).exists():
        raise NotFound("There is no such service.", field=("serviceId",))
    await check_plans(actor, agent_id, refusal=_OWN_ONLY)


async def _checked(fields: LinkFields, actor: AgentActor, *, now: datetime) -> dict[str, Any]:
    """The fields as they are kept."""
    columns: dict[str, Any] = {**fields}
    if "slug" in fields:
        columns["slug"] = check_slug(fields["slug"])
    subject_id, expiry = fields.get("subject_id"), fields.get("expires_at")
    if subject_id is not None:
        await _check_subject(subject_id, actor)
    if expiry is not None and expiry <= now:
        raise Invalid("This is past.", field=("expiresAt",))
    if (times := fields.get("offered_times")) is not None:
        columns["offered_times"] = _times(times, now=now)
    return columns


async def _check_subject(subject_id: int, actor: AgentActor) -> None:
    subject = await Subject.of(actor.organization_id).get_or_none(id=subject_id)
    if subject is None:
        raise NotFound("There is no such subject.", field=("subjectId",))
    if not subject.available_for_customers:
        raise Invalid("This subject is not for customers.", field=("subjectId",))


def _times(times: Sequence[datetime], *, now: datetime) -> list[str]:
    """The times as they are kept: in UTC, in their order."""
    if not 1 <= len(times) <= MOST_TIMES:
        raise Invalid(f"A list offers 1 to {MOST_TIMES} times.", field=("offeredTimes",))
    for place, time in enumerate(times):
        field = ("offeredTimes", str(place))
        if time.second or time.microsecond:
            raise Invalid("A time must be of whole minutes.", field=field)
        if time <= now:
            raise Invalid("This time is past.", field=field)
        if time in times[:place]:
            raise Invalid("This time is given twice.", field=field)
    return [time.astimezone(UTC).isoformat() for time in times]


async def _check(link: ScheduleLink, *, changed: Collection[str]) -> None:
    """Refuses Invalid for what does not go together: of the dates, and of a kind of meeting that is not held."""
    if link.from_date is not None and link.to_date is not None and link.to_date < link.from_date:
        raise Invalid("The range ends before it begins.", field=("to",))
    if _KIND.isdisjoint(changed):
        return
    target = await target_of_link(link)
    if not target.plan.enabled:
        fixed = "subjectId" if link.meeting_type is None else "meetingType"
        raise Invalid("Such meetings are not held.", field=(fixed,))
