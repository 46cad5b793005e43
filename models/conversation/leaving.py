"""Members leave, or are taken out by agents: from then on they see nothing of the conversation any more."""

from __future__ import annotations

from datetime import datetime

from errors import Invalid, NotAllowed, NotAMember, NotFound
from models.actor import AgentActor, KnownActor
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation.adding import add_system_message, tell_inbox
from models.conversation.belonging import announce_members
from models.conversation.conversation import Conversation, Member
from models.conversation.holding import hold
from models.conversation.said import said
from models.conversation.saying import Saying
from models.transactions import Transaction, transaction
from models.words import MemberRole, SystemEvent

_THEIRS = "Whoever has the conversation stays in it: give it to somebody else first."


async def leave(conversation: Conversation, *, actor: KnownActor, now: datetime) -> None:
    """End the actor's membership, also of a closed conversation. Refuses NotAMember, and Invalid to whoever has it."""
    async with transaction() as tx:
        conversation = await hold(tx, conversation.id)
        member = await Member.of(conversation.id, actor).first()
        if member is None:
            raise NotAMember("You are no member of this conversation.")
        if member.agent_id is not None and member.agent_id == conversation.assignee_id:
            raise Invalid(_THEIRS, field=("conversationId",))
        await _end(tx, conversation, member, now=now)


async def remove(
    conversation: Conversation,
    party: type[Agent] | type[Contact],
    key: int,
    *,
    actor: KnownActor,
    now: datetime,
) -> Conversation:
    """Take an agent or an invited guest out of the conversation.

    Refuses NotAllowed to guests, NotAMember to agents who are none and do not supervise, NotFound for who is no member,
    and Invalid for whoever has it, and for guests who were not invited: it is theirs.
    """
    if not isinstance(actor, AgentActor):
        raise NotAllowed("Only agents take somebody out.")
    async with transaction() as tx:
        conversation = await hold(tx, conversation.id)
        if not actor.sees_all and not await Member.of(conversation.id, actor).exists():
            raise NotAMember("Only members of a conversation take somebody out.")
        who = {"agent_id": key} if party is Agent else {"contact_id": key}
        member = await Member.filter(conversation_id=conversation.id, **who).first()
        if member is None:
            raise NotFound("There is no such member.", field=("partyId",))
        if member.agent_id is not None and member.agent_id == conversation.assignee_id:
            raise Invalid(_THEIRS, field=("partyId",))
        if member.contact_id is not None and member.role is not MemberRole.INVITED:
            raise Invalid("The conversation is this guest's own.", field=("partyId",))
        await _end(tx, conversation, member, now=now)
    return await Conversation.get(id=conversation.id)


async def _end(tx: Transaction, conversation: Conversation, member: Member, *, now: datetime) -> None:
    """Told before anything else that happens: it is the last that they hear."""
    await member.delete()
    announce_members(conversation)
    left = said(Saying.GUEST_LEFT)
    if member.agent_id is not None:
        left = said(Saying.AGENT_LEFT, agent=(await Agent.get(id=member.agent_id)).name)
        tell_inbox(conversation, member.agent_id)
    await add_system_message(tx, conversation, SystemEvent.MEMBER_LEFT, left, now=now)
