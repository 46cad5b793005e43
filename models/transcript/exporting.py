"""A conversation is exported: somebody is given a link, and with it, a little later, the transcript."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from errors import Invalid
from models import input
from models.actor import AgentActor, KnownActor
from models.audit.auditing import audit
from models.conversation.conversation import Conversation
from models.keyring import Keyring
from models.organization.organization import Organization
from models.organization.permission import demand, may
from models.passing_link import content_of, token_for
from models.reader import name_of, reader_named
from models.transactions import transaction
from models.transcript.reading import facts_of
from models.transcript.wish import Wish
from models.words import Permission, TranscriptFormat
from providers.transcripts.facts import TranscriptFacts

PATH = "/transcripts/"
LASTS = timedelta(minutes=10)
_PURPOSE = "transcript"
_MOST_SEQ = 2**31 - 1


@dataclass(frozen=True, slots=True)
class TranscriptLink:
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Transcript:
    """`reader` is the name of the one for whom it is; `filename` says nothing of whom it is about."""

    facts: TranscriptFacts
    format: TranscriptFormat
    reader: str
    filename: str


async def export(
    conversation: Conversation, wish: Wish, *, actor: KnownActor, keys: Keyring, public_url: str, now: datetime
) -> TranscriptLink:
    """A link by which the actor, or whoever they give it to, downloads the transcript for ten minutes, as the actor may
    see the conversation then. That they wanted it is audited.

    Of a conversation that the actor sees. Refuses NotAllowed to agents whose role does not export, and Invalid.
    """
    wish = _checked(wish)
    organization = await Organization.get(id=conversation.organization_id)
    await demand(actor, Permission.EXPORT, organization.settings)
    async with transaction() as tx:
        agent, guest = (actor, None) if isinstance(actor, AgentActor) else (None, actor.contact)
        after = wish.after_seq or None
        await audit(
            tx, "exportTranscript", conversation, actor=agent, guest=guest, format=wish.format, after_seq=after
        )
    until = (now + LASTS).replace(microsecond=0)
    said = (conversation.id, wish.format, wish.zone or "", wish.locale or "", wish.after_seq, name_of(actor))
    token = token_for(" ".join(map(str, said)), purpose=_PURPOSE, until=until, keys=keys)
    return TranscriptLink(f"{public_url}{PATH}{token}", until)


async def recognise_transcript(token: str, *, keys: Keyring, now: datetime) -> Transcript | None:
    """What the link is good for now, None where the one for whom it was made may no longer have it; raises BadLink and
    PastLink."""
    said = content_of(token, purpose=_PURPOSE, keys=keys, now=now).split(" ")
    id, format, zone, locale, after, name = said
    reader = await reader_named(name, now=now)
    conversation = None if reader is None else await Conversation.visible_to(reader).get_or_none(id=int(id))
    if reader is None or conversation is None or not await _may_export(reader):
        return None
    wish = Wish(format=TranscriptFormat(format), zone=zone or None, locale=locale or None, after_seq=int(after))
    facts = await facts_of(conversation, wish, reader=reader, now=now)
    return Transcript(facts, wish.format, name, _filename(facts, wish.format))


async def _may_export(reader: KnownActor) -> bool:
    if not isinstance(reader, AgentActor):
        return True
    organization = await Organization.get(id=reader.organization_id)
    return may(reader.agent, Permission.EXPORT, organization.settings)


def _checked(wish: Wish) -> Wish:
    """Refuses Invalid."""
    if not 0 <= wish.after_seq <= _MOST_SEQ:
        raise Invalid("There is no such message.", field=("afterSeq",))
    if wish.zone is not None:
        input.zone(wish.zone, field=("timeZone",))
    if wish.locale is not None:
        input.locale(wish.locale, field=("locale",))
    return wish


def _filename(facts: TranscriptFacts, format: TranscriptFormat) -> str:
    day = facts.made_at.astimezone(ZoneInfo(facts.zone)).date()
    return f"conversation-{facts.number}-{day.isoformat()}.{'pdf' if format is TranscriptFormat.PDF else 'txt'}"
