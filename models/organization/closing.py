"""Offices, services and subjects are deleted: they are offered no more, and past meetings go on naming them."""

from __future__ import annotations

from datetime import datetime

from errors import Invalid
from models.actor import AgentActor
from models.agent.administrators import hold_rights
from models.agent.agent import Agent
from models.agent.clearing import clear_office, clear_subject
from models.availability.offered import give_back
from models.base import Lasting
from models.channel.account import ChannelAccount
from models.conversation.conversation import Conversation
from models.desk.canned_reply import CannedReply
from models.desk.disposition import Disposition
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.meeting.upcoming import check_none_to_come
from models.organization.authority import authority_of
from models.organization.naming import SUBJECTS
from models.organization.office import Office
from models.organization.opening import OFFICES
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.service import Service, ServiceMember
from models.organization.staffing import SERVICES
from models.queueing.later import flow_later
from models.register import Step
from models.transactions import Transaction, transaction
from models.words import ConversationStatus, Role


async def delete_office(
    office_id: int, *, actor: AgentActor, expected_version: int | None = None, now: datetime
) -> None:
    """Delete the office, with the planning rules for it and the hours at it. Refuses NotAllowed, NotFound, Stale, and
    Invalid as long as meetings to come are held there, or a manager has no other office."""
    (await authority_of(actor)).over_organization()
    free = _free_of_meetings("office_id", field="officeId", now=now)

    async def check(tx: Transaction, office: Office) -> None:
        await free(tx, office)
        await _check_managers(office)

    async with transaction() as tx:
        await hold_rights(tx, actor.organization_id)
        await clear_office(tx, actor.organization_id, office_id)
        office = await OFFICES.retire(
            office_id,
            {"is_active": False},
            actor=actor,
            expected_version=expected_version,
            check=check,
            now=now,
        )
        await PlanningRule.filter(office_id=office.id).delete()
        await tx.rows("DELETE FROM agent_office WHERE office_id = %s", office.id)


async def delete_service(
    service_id: int, *, actor: AgentActor, expected_version: int | None = None, now: datetime
) -> None:
    """Delete the service, with its links and what its agents have at hand for it. Refuses NotAllowed, NotFound, Stale,
    and Invalid as long as meetings to come, open conversations or channel accounts are its."""
    (await authority_of(actor)).over_organization()
    free = _free_of_meetings("service_id", field="serviceId", now=now)

    async def check(tx: Transaction, service: Service) -> None:
        await free(tx, service)
        await _check_conversations(service)
        await _check_channels(service)

    async with transaction() as tx:
        links = await _lock_links(actor, service_id=service_id)
        service = await SERVICES.retire(
            service_id,
            {"is_active": False},
            actor=actor,
            expected_version=expected_version,
            check=check,
            now=now,
        )
        for link in links:
            await give_back(tx, link)
        for model in (ScheduleLink, ServiceMember, CannedReply):
            await model.filter(service_id=service.id).delete()
        await flow_later(tx, service_id=service.id)
        await Disposition.filter(service_id=service.id, deleted_at__isnull=True).update(deleted_at=now)


async def delete_subject(
    subject_id: int, *, actor: AgentActor, expected_version: int | None = None, now: datetime
) -> None:
    """Delete the subject, with its planning rules and the hours for it alone; links that are narrowed to it are
    switched off. Refuses NotAllowed, NotFound, Stale, and Invalid as long as meetings to come are about it."""
    (await authority_of(actor)).over_organization()
    async with transaction() as tx:
        links = await _lock_links(actor, subject_id=subject_id)
        await clear_subject(tx, actor.organization_id, subject_id)
        # Before the subject is held: who books it may just have cleared some of these away, and needs it next.
        for link in links:
            await give_back(tx, link)
        subject = await SUBJECTS.retire(
            subject_id,
            {"available_for_customers": False},
            actor=actor,
            expected_version=expected_version,
            check=_free_of_meetings("subject_id", field="subjectId", now=now),
            now=now,
        )
        await ScheduleLink.filter(subject_id=subject.id).update(is_active=False)
        await PlanningRule.filter(subject_id=subject.id).delete()
        await tx.rows("DELETE FROM agent_expertise WHERE subject_id = %s", subject.id)


def _free_of_meetings(column: str, *, field: str, now: datetime) -> Step[Lasting]:
    async def check(tx: Transaction, row: Lasting) -> None:
        organization = await Organization.get(id=row.organization_id)
        meetings = Meeting.filter(**{column: row.id})
        await check_none_to_come(meetings, zone=organization.zone, field=(field,), now=now)

    return check


async def _check_managers(office: Office) -> None:
    """A manager without offices manages all of them: none is to become that by a deletion."""
    there = Agent.of(office.organization_id).filter(role=Role.MANAGER, offices__id=office.id)
    for manager in await there.prefetch_related("offices"):
        if len(manager.offices) == 1:
            raise Invalid(f"{manager.name} manages no other office: change that first.", field=("officeId",))


async def _check_conversations(service: Service) -> None:
    talks = Conversation.filter(service_id=service.id).exclude(status=ConversationStatus.CLOSED)
    if number := await talks.count():
        talks_are = "An open conversation is" if number == 1 else f"{number} open conversations are"
        raise Invalid(f"{talks_are} the service's: give them to another one first.", field=("serviceId",))


async def _check_channels(service: Service) -> None:
    account = await ChannelAccount.of(service.organization_id).filter(service_id=service.id).first()
    if account is not None:
        raise Invalid(
            f"The channel account {account.name} is the service's: give it another one first.",
            field=("serviceId",),
        )


async def _lock_links(actor: AgentActor, **of: int) -> list[ScheduleLink]:
    """Links come before all that they are of (see models/availability/offered.py)."""
    links = ScheduleLink.filter(organization_id=actor.organization_id, **of).order_by("id")
    return await links.select_for_update(no_key=True)
