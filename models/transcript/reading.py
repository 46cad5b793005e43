"""What a transcript says of a conversation, out of its rows, as its reader may see them now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from models.actor import AgentActor, GuestActor, KnownActor
from models.agent.agent import Agent
from models.attachment.attachment import Attachment
from models.contact.contact import Contact
from models.contact.masking import Mask, mask_for, reach_for
from models.conversation.conversation import Conversation
from models.conversation.message import Message
from models.organization.organization import Organization
from models.transcript.wish import Wish
from models.words import Direction, MessageKind
from providers.transcripts.facts import Answered, Entry, File, Guest, TranscriptFacts, Voice

MOST_MESSAGES = 5_000
MOST_CHARACTERS = 500_000
"""Of a transcript. A line counts as forty at least: it takes as much room."""

_SHORTEST_LINE = 40
_AT_ONCE = 250
_VOICES: Mapping[MessageKind, Voice] = {
    MessageKind.NOTE: Voice.NOTE,
    MessageKind.WHISPER: Voice.WHISPER,
    MessageKind.SYSTEM: Voice.SYSTEM,
}


async def facts_of(
    conversation: Conversation, wish: Wish, *, reader: KnownActor, now: datetime
) -> TranscriptFacts:
    """The facts of at most so many messages as a transcript has: without notes and whispers for whom they are not,
    other guests without their names for a guest, and masked for whom contacts are."""
    organization = await Organization.get(id=conversation.organization_id)
    eye = _Eye(reader, mask_for(reader, organization.settings))
    written = _Written()
    async for messages in _batches(conversation, wish, reader):
        await eye.meet(messages)
        if not written.take(messages, eye):
            break
    contact = await Contact.get_or_none(id=conversation.contact_id)
    return TranscriptFacts(
        organization=organization.name,
        number=conversation.number,
        title=eye.mask.text(conversation.title),
        channel=conversation.channel.value,
        guest=eye.guest(contact),
        language=conversation.language,
        began_at=conversation.created_at,
        made_at=now,
        zone=wish.zone or _zone(reader, organization),
        languages=(wish.locale,) if wish.locale else _languages(reader, organization),
        entries=tuple(written.entries),
        last=written.last,
        is_cut=written.is_full,
    )


async def _batches(
    conversation: Conversation, wish: Wish, reader: KnownActor
) -> AsyncIterator[Sequence[Message]]:
    """The messages in their order, some at a time, so that nobody else who is served waits long."""
    last = wish.after_seq
    while (
        messages := await Message.visible_to(reader, conversation.id)
        .filter(seq__gt=last)
        .order_by("seq")
        .limit(_AT_ONCE)
    ):
        yield messages
        last = messages[-1].seq


@dataclass(slots=True)
class _Written:
    """The entries so far, until it `is_full`; there is a message that it has no room for."""

    entries: list[Entry] = field(default_factory=list)
    last: int = 0
    room: int = MOST_CHARACTERS
    is_full: bool = False

    def take(self, messages: Sequence[Message], eye: _Eye) -> bool:
        """Whether there may be room for more."""
        for message in messages:
            entry = eye.entry(message)
            size = sum(max(len(line), _SHORTEST_LINE) for line in (entry.text or "").splitlines() or [""])
            if self.entries and (len(self.entries) == MOST_MESSAGES or size > self.room):
                self.is_full = True
                return False
            self.entries.append(entry)
            self.last, self.room = message.seq, self.room - size
        return True


@dataclass(slots=True)
class _Eye:
    """How the reader sees rows."""

    reader: KnownActor
    mask: Mask
    agents: dict[int, Agent] = field(default_factory=dict)
    contacts: dict[int, Contact] = field(default_factory=dict)
    files: dict[int, Attachment] = field(default_factory=dict)
    answered: dict[int, Answered] = field(default_factory=dict)

    async def meet(self, messages: Sequence[Message]) -> None:
        """Know those who wrote these messages, what came with them, and what they answer."""
        earlier = {one.reply_to_id for one in messages} - self.answered.keys() - {one.id for one in messages}
        wanted = [id for id in earlier if id is not None]
        asked = await Message.visible_to(self.reader).filter(id__in=wanted) if wanted else []
        agents = {one.author_agent_id for one in (*messages, *asked)} - self.agents.keys()
        contacts = {one.author_contact_id for one in (*messages, *asked)} - self.contacts.keys()
        self.agents |= {one.id: one for one in await Agent.filter(id__in=[id for id in agents if id])}
        known = await Contact.filter(id__in=[id for id in contacts if id]).select_related("merged_into")
        self.contacts |= {one.id: one.merged_into or one for one in known}
        files = await Attachment.filter(message_id__in=[one.id for one in messages], stored_at__isnull=False)
        self.files = {one.message_id: one for one in files if one.message_id is not None}
        self.answered |= {
            one.id: Answered(self._author(one), one.at, _is_guests(one)) for one in (*asked, *messages)
        }

    def entry(self, message: Message) -> Entry:
        voice = _VOICES.get(message.kind, Voice.SAID)
        is_ours = voice is Voice.SYSTEM  # whereas what people type is nobody's to rewrite
        file = None if message.redacted else self.files.get(message.id)
        return Entry(
            at=message.at,
            voice=voice,
            author=self._author(message),
            by_guest=_is_guests(message),
            text=self.mask.text(message.text) if is_ours else message.text,
            file=None if file is None else File(self.mask.text(file.filename) or "", file.size_bytes),
            answers=None if message.reply_to_id is None else self.answered.get(message.reply_to_id),
            redacted=message.redacted,
        )

    def guest(self, contact: Contact | None) -> Guest | None:
        if contact is None or not self._knows(contact):
            return None
        reach = reach_for(self.reader, contact, self.mask)
        return Guest(self.mask.name(contact.name), reach.email(contact.email), reach.phone(contact.phone))

    def _author(self, message: Message) -> str | None:
        if message.author_agent_id is not None:
            agent = self.agents.get(message.author_agent_id)
            return None if agent is None else agent.name
        contact = self.contacts.get(message.author_contact_id or 0)
        return None if contact is None or not self._knows(contact) else self.mask.name(contact.name)

    def _knows(self, contact: Contact) -> bool:
        """Guests know of each other only that there are others."""
        return not isinstance(self.reader, GuestActor) or contact.id in self.reader.contact_ids


def _is_guests(message: Message) -> bool:
    return message.kind is not MessageKind.SYSTEM and message.direction is Direction.INBOUND


def _zone(reader: KnownActor, organization: Organization) -> str:
    own = reader.agent.time_zone if isinstance(reader, AgentActor) else reader.contact.time_zone
    return own or organization.time_zone


def _languages(reader: KnownActor, organization: Organization) -> tuple[str, ...]:
    own = reader.agent.languages if isinstance(reader, AgentActor) else [reader.contact.locale]
    return (*(one for one in own if one), organization.locale)
