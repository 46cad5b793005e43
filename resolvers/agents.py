"""Agents, their hours and their calendars."""

from __future__ import annotations

from typing import TypeVar

from errors import Forbidden, NotFound
from models.actor import AgentActor, GuestActor, SignedInGuest
from models.agent import changing, hiring, leaving
from models.agent.agent import Agent
from models.agent.hiring import Invitation
from models.agent.template import UNAVAILABLE, BuiltIn, DayTemplate
from models.base import Owned
from models.calendar.connection import CalendarConnection
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.organization.office import Office
from models.organization.service import Service
from models.organization.subject import Subject
from models.words import Role
from resolvers import ids
from resolvers.context import Info
from resolvers.given import given, said
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.places import CreateAgentInput, DeleteAgentInput, UpdateAgentInput

Kept = TypeVar("Kept", bound=Owned)


async def email(info: Info, root: Agent) -> str:
    """For colleagues, and for the guests whom the agent meets; on a public page it would be harvested."""
    actor = info.context.actor
    if isinstance(actor, AgentActor):
        return for_colleagues(info, root).email
    if isinstance(actor, SignedInGuest) and await Meeting.visible_to(actor).filter(agents__id=root.id).exists():
        return root.email
    if isinstance(actor, GuestActor) and actor.meeting_id is not None:
        met = await info.context.loaders.agents_of_meeting.load(actor.meeting_id)
        if root.id in {agent.id for agent in met}:
            return root.email
    raise Forbidden("Agents' addresses are not public.")


def for_colleagues(info: Info, root: Kept) -> Kept:
    """The row, to be told more of; refuses Forbidden to anybody but the organization's agents."""
    if not is_colleague(info, root.organization_id):
        raise Forbidden("Only colleagues see this.")
    return root


def is_colleague(info: Info, organization_id: int) -> bool:
    """Whether an agent of that organization is asking."""
    actor = info.context.actor
    return isinstance(actor, AgentActor) and actor.organization_id == organization_id


def role(info: Info, root: Agent) -> Role:
    return for_colleagues(info, root).role


def is_active(info: Info, root: Agent) -> bool:
    return for_colleagues(info, root).is_active


def online_planning(info: Info, root: Agent) -> bool:
    return for_colleagues(info, root).online_planning


def conversation_capacity(info: Info, root: Agent) -> int:
    return for_colleagues(info, root).conversation_capacity


async def offices(info: Info, root: Agent) -> list[Office]:
    return await info.context.loaders.offices_of_agent.load(for_colleagues(info, root).id)


async def services(info: Info, root: Agent) -> list[Service]:
    return await info.context.loaders.services_of_agent.load(for_colleagues(info, root).id)


async def expertise(info: Info, root: Agent) -> list[Subject]:
    return await info.context.loaders.expertise_of_agent.load(for_colleagues(info, root).id)


async def open_conversation_count(info: Info, root: Agent) -> int:
    return await info.context.loaders.open_conversations_of_agent.load(for_colleagues(info, root).id)


async def day_templates(info: Info, root: Agent) -> list[DayTemplate | BuiltIn]:
    """The built-in one, and the agent's own by name."""
    own = await info.context.loaders.templates_of_agent.load(for_colleagues(info, root).id)
    return [UNAVAILABLE, *own]


async def schedule_links(info: Info, root: Agent) -> list[ScheduleLink]:
    return await info.context.loaders.links_of_agent.load(for_colleagues(info, root).id)


async def calendar_connections(info: Info, root: Agent) -> list[CalendarConnection]:
    """One's own, and those of the agents whom one sets up: which are connected, and nothing of what is in them. To
    other colleagues somebody's calendars are private, down to their names."""
    if not await info.context.loaders.sets_up_agent.load(for_colleagues(info, root).id):
        return []
    return await info.context.loaders.calendars_of_agent.load(root.id)


async def colleague(info: Info, agent_id: str) -> Agent:
    """The agent of the viewer's organization whose id this is; refuses NotFound."""
    key = ids.decode(agent_id, "Agent", field=("agentId",))
    found = await Agent.of(info.context.agent().organization_id).get_or_none(id=key)
    if found is None:
        raise NotFound("There is no such agent.", field=("agentId",))
    return found


@refusals_as_values
async def create_agent(info: Info, input: CreateAgentInput) -> Payload:
    actor, world = info.context.agent(), info.context.world
    once = once_of(info.context, "createAgent", input, organization_id=actor.organization_id)
    invitation = Invitation(world.keys, world.public_url, info.context.now())
    return Payload(
        agent=await hiring.create_agent(
            invitation,
            actor=actor,
            offices=ids.decode_all(input.office_ids or [], "Office", field=("officeIds",)) or (),
            expertise=ids.decode_all(input.expertise_ids or [], "Subject", field=("expertiseIds",)) or (),
            once=once,
            **said(input, without={"office_ids", "expertise_ids"}),
        )
    )


@refusals_as_values
async def update_agent(info: Info, input: UpdateAgentInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.agent_id, "Agent", field=("agentId",))
    named = given(input, nullable={"avatar_url"}, without={"agent_id", "office_ids", "expertise_ids"})
    return Payload(
        agent=await changing.update_agent(
            key,
            actor=actor,
            expected_version=input.expected_version,
            offices=ids.decode_all(input.office_ids, "Office", field=("officeIds",)),
            expertise=ids.decode_all(input.expertise_ids, "Subject", field=("expertiseIds",)),
            **named,
        )
    )


@refusals_as_values
async def delete_agent(info: Info, input: DeleteAgentInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.agent_id, "Agent", field=("agentId",))
    await leaving.delete_agent(
        key, actor=actor, expected_version=input.expected_version, now=info.context.now()
    )
    return Payload(deleted=True)
