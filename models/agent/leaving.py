"""Agents are deleted. Their row stays with their name, for what they did goes on being told of; whatever else is known
of them goes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from errors import Invalid
from models.actor import AgentActor
from models.agent.administrators import check_others, hold_rights
from models.agent.agent import Agent
from models.agent.changing import lock_agent
from models.agent.hours import DateOverride
from models.agent.session import Session
from models.agent.template import DayTemplate
from models.audit.auditing import audit
from models.audit.forgetting import forget_addresses
from models.calendar.connection import CalendarConnection
from models.calendar.feed import revoke_feed
from models.claim import Claim, Time
from models.conversation.conversation import Conversation
from models.conversation.releasing import queue_of, release_from
from models.editing import save
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.meeting.upcoming import check_none_to_come
from models.organization.authority import authority_of
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.service import ServiceMember
from models.queueing.later import flow_later
from models.transactions import Transaction, transaction
from models.words import ConversationStatus
from scheduling.intervals import Interval

_FIELD = ("agentId",)
_FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)


async def delete_agent(
    agent_id: int, *, actor: AgentActor, expected_version: int | None = None, now: datetime
) -> None:
    """Have the agent be gone: signed out, nowhere offered or listed, their address free for somebody else. Past
    meetings, messages and the audit go on naming them. Their open conversations wait for others.

    Refuses NotAllowed as for changing them, NotFound, Stale, and Invalid as long as meetings to come, open
    conversations that could wait in no service, or a planning rule have nobody else; for the last administrator; and to
    themselves.
    """
    authority = await authority_of(actor)
    async with transaction() as tx:
        await hold_rights(tx, actor.organization_id)
        agent = await lock_agent(agent_id, authority, expected_version=expected_version)
        if agent.id == actor.agent.id:
            raise Invalid("Let somebody else end your own work.", field=_FIELD)
        await check_others(agent)
        await _check_free(agent, now=now)
        await ScheduleLink.filter(agent_id=agent.id).delete()
        await _take_all_time(tx, agent, now=now)
        await _hand_back(tx, agent, actor=actor, now=now)
        await _forget(tx, agent)
        await forget_addresses(tx, agent)
        await audit(tx, "deleteAgent", agent, actor=actor, before={"name": agent.name, "role": agent.role})
        await _retire(agent, now=now)
        await flow_later(tx, agent_id=agent.id)


async def _check_free(agent: Agent, *, now: datetime) -> None:
    organization = await Organization.get(id=agent.organization_id)
    own = Meeting.filter(agents__id=agent.id)
    await check_none_to_come(own, zone=organization.zone, field=_FIELD, now=now)
    for rule in await PlanningRule.filter(agents__id=agent.id).select_related("subject"):
        if await rule.agents.all().count() == 1:
            kind = f"{rule.subject.name}, {rule.meeting_type.value}"
            raise Invalid(f"A planning rule ({kind}) has nobody else: change it first.", field=_FIELD)


async def _take_all_time(tx: Transaction, agent: Agent, *, now: datetime) -> None:
    """Whoever is just booking the agent is refused, or has been faster: the constraint decides."""
    await Claim.clear_expired(tx, [agent], during=Interval(now, _FOR_GOOD), now=now)
    all_of_it = Interval(now, _FOR_GOOD)
    if not await Claim.take(tx, [agent], Time(own=all_of_it, claimed=all_of_it)):
        raise Invalid("Somebody is just booking a meeting with them: try again in some minutes.", field=_FIELD)


async def _hand_back(tx: Transaction, agent: Agent, *, actor: AgentActor, now: datetime) -> None:
    """Their open conversations wait for others; what sleeps does so when it wakes. Nobody is given one meanwhile: the
    agent is held."""
    own = Conversation.filter(assignee_id=agent.id).exclude(status=ConversationStatus.CLOSED).order_by("id")
    stuck = 0
    for talk in await own.select_for_update():
        if talk.status is ConversationStatus.OPEN:
            stuck += not await release_from(tx, talk, agent, actor=actor, now=now)
        else:
            stuck += await queue_of(talk, agent) is None
    if stuck:
        talks_are = "An open conversation is" if stuck == 1 else f"{stuck} open conversations are"
        raise Invalid(f"{talks_are} theirs, in no service: assign them to others first.", field=_FIELD)


async def _forget(tx: Transaction, agent: Agent) -> None:
    """All that is theirs alone, and where they belong."""
    await Session.end_all(tx, agent.id)
    await revoke_feed(tx, agent)
    for model in (CalendarConnection, DateOverride, DayTemplate, ServiceMember):
        await model.filter(agent_id=agent.id).delete()
    await agent.offices.clear()
    await agent.expertise.clear()
    await tx.rows("DELETE FROM planning_rule_agent WHERE agent_id = %s", agent.id)


async def _retire(agent: Agent, *, now: datetime) -> None:
    gone = f"deleted-{agent.id}"
    columns: dict[str, Any] = {
        "email": f"{gone}@agents.invalid",
        "slug": gone,
        "avatar_url": None,
        "password_hash": None,
        "week": [],
        "is_active": False,
        "online_planning": False,
        "deleted_at": now,
    }
    agent.update_from_dict(columns)
    await save(agent, *columns)
