"""Conversations that were closed, or sleep, open again: by an agent, by what is written, or because it is time.

One that opens stays with whoever has it, if they are at their desk and have room; or else it waits for somebody else,
so that it never waits for somebody who is not there.
"""

from __future__ import annotations

from datetime import datetime

from errors import ConversationClosed
from models.actor import AgentActor, GuestActor, KnownActor
from models.conversation.adding import add_system_message, direction_of, take_seq
from models.conversation.conversation import Conversation
from models.conversation.holding import Held, hold_alone, hold_with_owner
from models.conversation.load import has_room, take_room
from models.conversation.message import INTERNAL
from models.conversation.releasing import queue, queue_of
from models.conversation.rights import check_may_handle
from models.conversation.said import said
from models.conversation.saying import Saying
from models.conversation.standing import ASLEEP, announce_change, stand
from models.organization.service import ServiceMember
from models.transactions import Transaction, transaction
from models.words import ConversationStatus, MessageKind, SystemEvent


async def reopen(conversation: Conversation, *, actor: AgentActor, now: datetime) -> Conversation:
    """Have the conversation be open again, or wait; one that does already stays as it is. What came of it is forgotten.

    Refuses NotAllowed to who neither has it nor may assign it.
    """
    async with transaction() as tx:
        held = await hold_with_owner(tx, conversation.id)
        await check_may_handle(actor, held.conversation)
        if held.conversation.status in ASLEEP:
            await _rouse(tx, held, by=actor, now=now)
    return await Conversation.get(id=conversation.id)


async def wake(conversation_id: int, *, now: datetime) -> bool:
    """Wake the conversation if it has slept for as long as it was to; whether it was this that did so."""
    async with transaction() as tx:
        if not await Conversation.filter(id=conversation_id).exists():
            return False
        held = await hold_with_owner(tx, conversation_id)
        until = held.conversation.snoozed_until
        if until is None or until > now:
            return False
        await _rouse(tx, held, by=None, now=now)
    return True


async def due_to_wake(*, now: datetime, limit: int) -> list[int]:
    """The ids of those that have slept for as long as they were to."""
    asleep = Conversation.filter(status=ConversationStatus.SNOOZED, snoozed_until__lte=now)
    return [one.id for one in await asleep.order_by("snoozed_until", "id").limit(limit).only("id")]


async def hold_to_write(
    tx: Transaction, seen: Conversation, kind: MessageKind, *, actor: KnownActor, now: datetime
) -> Held:
    """The conversation, held for a message of the actor's; and whoever has it, where the message may open it."""
    awake = await take_seq(tx, seen.id, kind, direction_of(actor), unless=ASLEEP, now=now)
    if awake is not None:
        return Held(awake, seq=awake.last_seq)
    # Nothing is held by now: agents are held before conversations.
    is_closed = seen.status is ConversationStatus.CLOSED
    if isinstance(actor, GuestActor) or (is_closed and seen.assignee_id == actor.agent.id):
        return await hold_with_owner(tx, seen.id)
    return await hold_alone(tx, seen.id)


async def rouse_by_message(
    tx: Transaction, held: Held, kind: MessageKind, *, actor: KnownActor, now: datetime
) -> None:
    """Have the conversation, of `hold_to_write`, be such that the message is written into it. What a guest writes opens
    it; of the agents' messages what whoever has it writes into a closed one, as long as they may have it again. Notes
    are written into it however it stands. Refuses ConversationClosed."""
    conversation = held.conversation
    if conversation.status not in ASLEEP or kind in INTERNAL:
        return
    if isinstance(actor, GuestActor):
        await _rouse(tx, held, by=None, now=now)
    elif conversation.status is ConversationStatus.CLOSED:
        if not await _keeps(tx, held, by=actor):
            raise ConversationClosed("The conversation is closed: reopen it first.")
        await _rouse(tx, held, by=actor, now=now)


async def _rouse(tx: Transaction, held: Held, *, by: AgentActor | None, now: datetime) -> None:
    conversation, owner = held.conversation, held.owner
    was_closed = conversation.status is ConversationStatus.CLOSED
    service_id = await queue_of(held.conversation, held.owner)
    if owner is not None and (
        await _keeps(tx, held, by=by) or (service_id is None and await _may_have(tx, held))
    ):
        await take_room(tx, owner, conversation)
        await stand(conversation, ConversationStatus.OPEN)
        await announce_change(conversation)
    else:
        await queue(tx, conversation, service_id=service_id, actor=None, now=now)
    if was_closed:
        await add_system_message(tx, conversation, SystemEvent.REOPENED, said(Saying.REOPENED), now=now)


async def _keeps(tx: Transaction, held: Held, *, by: AgentActor | None) -> bool:
    """Whether whoever has the conversation goes on having it: they are there, of its service, and have room."""
    conversation, owner = held.conversation, held.owner
    if owner is None or not (held.is_online or (by is not None and by.agent.id == owner.id)):
        return False
    members = ServiceMember.filter(service_id=conversation.service_id, agent_id=owner.id)
    is_of_service = conversation.service_id is None or await members.exists()
    return is_of_service and await _may_have(tx, held)


async def _may_have(tx: Transaction, held: Held) -> bool:
    owner = held.owner
    return owner is not None and owner.is_active and await has_room(tx, owner, held.conversation)
