"""What an agent may do with a conversation as a whole."""

from __future__ import annotations

from models.actor import AgentActor
from models.conversation.conversation import Conversation
from models.organization.organization import Organization
from models.organization.permission import Concern, demand
from models.words import Permission


async def check_may_handle(actor: AgentActor, conversation: Conversation, *concerns: Concern) -> None:
    """Whoever has it closes it, lets it sleep, and passes it on; anybody else who may assign it. Refuses NotAllowed."""
    if conversation.assignee_id != actor.agent.id:
        await check_may_assign(actor, conversation, *concerns)


async def check_may_assign(actor: AgentActor, conversation: Conversation, *concerns: Concern) -> None:
    """Refuses NotAllowed to roles that may not assign, and to managers of other offices than those of whoever has the
    conversation and whom else it concerns."""
    organization = await Organization.get(id=conversation.organization_id)
    former = () if conversation.assignee_id is None else (conversation.assignee_id,)
    had = Concern(agents=former, service_id=conversation.service_id)
    await demand(actor, Permission.ASSIGN, organization.settings, had, *concerns)
