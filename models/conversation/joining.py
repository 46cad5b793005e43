"""Members ask others in: agents their colleagues, everyone a guest, who is mailed a link of their own."""

from __future__ import annotations

from datetime import datetime, timedelta

from errors import ContactFieldRequired, ConversationClosed, LimitReached, NotAllowed, NotAMember
from models.actor import AgentActor, KnownActor
from models.agent.agent import Agent
from models.contact import details, recognising
from models.contact.contact import Contact
from models.contact.details import GuestDetails
from models.contact.recognising import locks_of
from models.conversation.adding import add_system_message
from models.conversation.belonging import announce_members
from models.conversation.conversation import Conversation, Member
from models.conversation.holding import hold
from models.conversation.link import conversation_url
from models.conversation.said import said
from models.conversation.saying import Saying
from models.keyring import Keyring
from models.letter.ordered import Order, order_letter
from models.organization.organization import Organization
from models.transactions import Transaction, transaction
from models.words import Audience, ConversationStatus, MemberRole, Occasion, SystemEvent

MOST_INVITED = 50
# How many are invited within an hour, until guests have to wait: into one conversation, and in all the organization's.
_HOUR = timedelta(hours=1)
MOST_BY_GUESTS = 5
MOST_IN_ORGANIZATION = 300

_ADD = """
INSERT INTO member
    (organization_id, conversation_id, agent_id, contact_id, role, last_read_seq, since_seq, joined_at, stays)
VALUES (%s, %s, %s, %s, %s, 0, %s, %s, true) ON CONFLICT DO NOTHING RETURNING id
"""


async def add_agent(
    conversation: Conversation, agent: Agent, *, actor: KnownActor, now: datetime
) -> Conversation:
    """Make the agent a member, who reads what was said before, too, and talks. Who is one already stays what they are.

    Refuses NotAllowed to guests, NotAMember to agents who are none and do not supervise, and ConversationClosed.
    """
    if not isinstance(actor, AgentActor):
        raise NotAllowed("Only agents add agents.", field=("agentId",))
    async with transaction() as tx:
        conversation = await _lock(tx, conversation, actor)
        if await _add(tx, conversation, now=now, role=MemberRole.AGENT, agent_id=agent.id):
            added = said(Saying.AGENT_ADDED, agent=agent.name)
            await add_system_message(tx, conversation, SystemEvent.MEMBER_ADDED, added, now=now)
    return await Conversation.get(id=conversation.id)


async def invite_guest(
    conversation: Conversation,
    guest: GuestDetails,
    *,
    actor: KnownActor,
    keys: Keyring,
    public_url: str,
    now: datetime,
) -> Conversation:
    """Make the guest, who is recognised or becomes a contact, a member from now on, and mail them a link by which they
    read and write for as long as they are one. Who is a member already is not mailed again.

    Refuses ContactFieldRequired without an address, Invalid, NotAMember to agents who are none and do not supervise,
    NotAllowed to guests of a conversation of several guests, who do not know each other, LimitReached, and
    ConversationClosed.
    """
    guest = details.checked(guest)
    if guest.email is None:
        raise ContactFieldRequired("The invitation needs an address to go to.", field=("guest", "email"))
    organization = await Organization.get(id=conversation.organization_id)
    async with transaction(locks=locks_of(guest, organization=organization)) as tx:
        conversation = await _lock(tx, conversation, actor)
        invited = await recognising.recognise(tx, guest, organization=organization)
        where = {"since_seq": conversation.last_seq, "contact_id": invited.id}
        member_id = await _add(tx, conversation, now=now, role=MemberRole.INVITED, **where)
        if member_id is not None:
            await _check_limits(conversation, actor, now=now)
            await add_system_message(
                tx, conversation, SystemEvent.MEMBER_ADDED, said(Saying.GUEST_INVITED), now=now
            )
            url = conversation_url(member_id, keys=keys, public_url=public_url)
            # To the address that was named: by now they may be known by another one, or by none.
            letter = invitation(
                conversation,
                member_id,
                invited,
                address=guest.email,
                actor=actor,
                url=url,
                language=guest.locale,
            )
            await order_letter(tx, letter, organization_id=organization.id, keys=keys, now=now)
    return await Conversation.get(id=conversation.id)


async def _lock(tx: Transaction, conversation: Conversation, actor: KnownActor) -> Conversation:
    """The conversation, if the actor may ask somebody in."""
    conversation = await hold(tx, conversation.id)
    supervises = isinstance(actor, AgentActor) and actor.sees_all
    if not supervises and not await Member.of(conversation.id, actor).exists():
        raise NotAMember("Only members of a conversation ask others in.")
    if not isinstance(actor, AgentActor) and conversation.contact_id is None:
        raise NotAllowed("Here only agents invite: guests do not know each other.")
    if conversation.status is ConversationStatus.CLOSED:
        raise ConversationClosed("The conversation is closed.")
    return conversation


async def _add(
    tx: Transaction,
    conversation: Conversation,
    *,
    role: MemberRole,
    agent_id: int | None = None,
    contact_id: int | None = None,
    since_seq: int | None = None,
    now: datetime,
) -> int | None:
    """The new member's id; None of who is one already."""
    place = (conversation.organization_id, conversation.id, agent_id, contact_id)
    added = await tx.rows(_ADD, *place, role.value, since_seq, now)
    for row in added:
        announce_members(conversation)
        return int(row["id"])
    return None


async def _check_limits(conversation: Conversation, actor: KnownActor, *, now: datetime) -> None:
    """Counts with the one who is just being invited, whom a refusal undoes."""
    invited = Member.filter(role=MemberRole.INVITED)
    here = invited.filter(conversation_id=conversation.id)
    if await here.count() > MOST_INVITED:
        raise LimitReached(f"At most {MOST_INVITED} guests are invited to a conversation.", field=("guest",))
    if isinstance(actor, AgentActor):
        return
    everywhere = invited.filter(organization_id=conversation.organization_id)
    for rows, most in ((here, MOST_BY_GUESTS), (everywhere, MOST_IN_ORGANIZATION)):
        if await rows.filter(joined_at__gt=now - _HOUR).count() > most:
            raise LimitReached("Many guests were invited lately: wait a while.", field=("guest",))


def invitation(
    conversation: Conversation,
    member_id: int,
    invited: Contact,
    *,
    address: str,
    actor: KnownActor,
    url: str,
    language: str | None,
) -> Order:
    """The letter with the guest's own link into the conversation."""
    return Order(
        key=f"member:{member_id}:invited",
        occasion=Occasion.CONVERSATION_INVITATION,
        audience=Audience.GUEST,
        name=invited.name,
        address=address,
        time_zone=invited.time_zone or "UTC",
        languages=tuple(one for one in (language, conversation.language) if one),
        url=url,
        title=conversation.title,
        actor=actor.agent.name if isinstance(actor, AgentActor) else actor.contact.name,
    )
