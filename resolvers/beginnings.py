"""Conversations begin on the web."""

from __future__ import annotations

from errors import Invalid, NotFound
from models.actor import Actor, AgentActor, GuestActor, Public, SignedInGuest
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation import starting
from models.conversation.conversation import Conversation
from models.conversation.founding import Begun
from models.conversation.link import conversation_token
from models.conversation.starting import Beginning, Mailing
from models.idempotency import known_outcome
from models.organization.organization import Organization
from models.organization.service import Service
from resolvers import ids
from resolvers.booking import booker, details
from resolvers.context import Info
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.beginnings import StartConversationInput


@refusals_as_values
async def start_conversation(info: Info, input: StartConversationInput) -> Payload:
    context = info.context
    agent, service = await _agent(input.agent_id), await _service(input.service_id)
    organization = await _organization(agent, service, actor=context.actor)
    actor = booker(context.actor, organization_id=organization.id)
    once = once_of(context, "startConversation", input, organization_id=organization.id)
    earlier = await known_outcome(once)
    if earlier is not None:
        begun = await starting.begun_before(earlier)
    else:
        beginning = Beginning(
            organization=organization,
            text=input.text,
            service=service,
            agent=agent,
            guest=None if input.guest is None else details(input.guest),
        )
        mailing = Mailing(context.world.keys, context.world.public_url)
        begun = await starting.start(beginning, actor=actor, mailing=mailing, now=context.now(), once=once)
    if not isinstance(actor, AgentActor):
        context.become(_who_began(actor, begun))
    is_kept = (await context.mask()).hides
    token = None if is_kept else conversation_token(begun.member_id, keys=context.world.keys)
    return Payload(conversation=await Conversation.get(id=begun.conversation.id), guest_token=token)


def _who_began(actor: Actor, begun: Begun) -> GuestActor:
    """Whoever has begun sees what came of it; and who had signed in, all of theirs besides."""
    guest: Contact = begun.guest
    if isinstance(actor, SignedInGuest):
        return actor.known_as(guest)
    return GuestActor(guest, None, begun.conversation.id, member_id=begun.member_id)


async def _agent(id: str | None) -> Agent | None:
    """Whoever is named, perhaps inactive by now: a request that comes again gets its first answer."""
    key = ids.decode_some(id, "Agent", field=("agentId",))
    found = await Agent.get_or_none(id=key, deleted_at__isnull=True, is_person=True)
    if key is not None and found is None:
        raise NotFound("There is no such agent.", field=("agentId",))
    return found


async def _service(id: str | None) -> Service | None:
    key = ids.decode_some(id, "Service", field=("serviceId",))
    found = await Service.get_or_none(id=key, deleted_at__isnull=True)
    if key is not None and found is None:
        raise NotFound("There is no such service.", field=("serviceId",))
    return found


async def _organization(agent: Agent | None, service: Service | None, *, actor: Actor) -> Organization:
    """Of whom it is asked: of what is named, or else of whoever asks. To agents others have nothing."""
    own = None if isinstance(actor, Public) else actor.organization_id
    named = [one.organization_id for one in (agent, service) if one is not None]
    if isinstance(actor, AgentActor) and any(id != own for id in named):
        raise NotFound("There is no such agent or service.", field=("agentId" if agent else "serviceId",))
    if len(set(named)) > 1:
        raise NotFound("The agent is none of the service's.", field=("agentId",))
    if not named and own is None:
        raise Invalid("Name a service or an agent.", field=("serviceId",))
    return await Organization.get(id=named[0] if named else own)
