"""Somebody types: it is told to whoever follows the conversation just then, and is kept nowhere."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from errors import ConversationClosed, NotAMember
from models.actor import AgentActor, KnownActor
from models.conversation.conversation import Conversation, Member
from models.transactions import tell
from models.words import ConversationStatus
from realtime.events import Typing, conversation_topic

PAUSE = timedelta(seconds=3)
"""For how long it is not told again that somebody types. Shown is it for longer: see TypingChanged."""

MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class _Told:
    """When it was last told, and what; and that they type."""

    at: datetime
    typing: bool
    typed_at: datetime


@dataclass(frozen=True, slots=True)
class Typists:
    """Of whom this process has told within the PAUSE, and no more of them than are to be remembered: where there are
    more, those of longest ago are forgotten, and told of too often perhaps."""

    most_remembered: int = MOST_REMEMBERED
    _told: OrderedDict[tuple[int, str], _Told] = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        return len(self._told)

    def is_news(self, conversation_id: int, typist: str, *, typing: bool, now: datetime) -> bool:
        """Whether it is to be told: that they type, once in the PAUSE; that they do so no more, wherever they might be
        thought to. Counts as told then."""
        key, earliest = (conversation_id, typist), now - PAUSE
        last = self._told.get(key)
        if last is not None and last.at > earliest:
            if not typing and not last.typing:
                return False
            if typing and last.typed_at > earliest:
                return False
        typed_at = now if typing else (earliest if last is None else last.typed_at)
        self._told[key] = _Told(now, typing, typed_at)
        self._told.move_to_end(key)
        self._forget(earliest)
        return True

    def _forget(self, earliest: datetime) -> None:
        while len(self._told) > self.most_remembered or next(iter(self._told.values())).at <= earliest:
            self._told.popitem(last=False)


async def set_typing(
    conversation: Conversation, typing: bool, *, actor: KnownActor, typists: Typists, now: datetime
) -> None:
    """Tell those who follow the conversation that the actor types in it, or does so no more; nothing, where it was told
    a moment ago. Refuses NotAMember and, to agents who could not write, ConversationClosed."""
    if not await Member.of(conversation.id, actor).exists():
        raise NotAMember("Only members of a conversation write in it.")
    if typing and isinstance(actor, AgentActor):
        _check_open(conversation, actor)
    if typists.is_news(conversation.id, actor.key, typing=typing, now=now):
        await tell(_typing(conversation, typing, actor))


def _check_open(conversation: Conversation, actor: AgentActor) -> None:
    """What whoever has it writes opens it again, as what its guest writes does."""
    is_closed = conversation.status is ConversationStatus.CLOSED
    if is_closed and conversation.assignee_id != actor.agent.id:
        raise ConversationClosed("The conversation is closed: reopen it first.")


def _typing(conversation: Conversation, typing: bool, actor: KnownActor) -> Typing:
    topic = conversation_topic(conversation.id)
    if isinstance(actor, AgentActor):
        return Typing(topic, agent_id=actor.agent.id, contact_id=None, typing=typing)
    return Typing(topic, agent_id=None, contact_id=actor.contact.id, typing=typing)
