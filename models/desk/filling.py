"""What a canned reply says in a conversation: its variables are filled in, in the guest's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from errors import Invalid, NotAllowed, NotFound
from models import input
from models.actor import AgentActor, KnownActor
from models.contact.contact import Contact
from models.contact.masking import Mask, mask_for
from models.conversation.conversation import Conversation
from models.desk.canned_reply import CannedReply
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from models.organization.service import Service
from models.words import MeetingStatus
from providers.mail.languages import Language, language_of
from providers.mail.times import at
from providers.mail.wordings import BadWording, Wording, render

_TO_COME = (MeetingStatus.SCHEDULED, MeetingStatus.REQUESTED, MeetingStatus.AWAITING_GUEST)


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to fill in. The meeting is the next one of the conversation. What is masked from who says it is not
    said: in what they send they would read it."""

    organization: Organization
    guest: Contact | None
    service: Service | None
    meeting: Meeting | None
    languages: Sequence[str]
    mask: Mask

    def values(self, *, agent_name: str, language: Language) -> Mapping[str, str]:
        """By the names of the variables; empty where there is nothing to say. Times are on the guest's clock."""
        values = {
            "guest_name": _unless_masked(self.guest.name, by=self.mask.name) if self.guest else "",
            "agent_name": agent_name,
            "organization": self.organization.name,
            "service": self.service.name if self.service else "",
        }
        if self.meeting is None:
            return values | dict.fromkeys(("meeting_title", "meeting_when", "meeting_date", "meeting_time"), "")
        start, zone = self.meeting.start, self.meeting.guest_time_zone
        there = start.astimezone(ZoneInfo(zone))
        return values | {
            "meeting_title": _unless_masked(self.meeting.title, by=lambda title: self.mask.text(title) or ""),
            "meeting_when": at(start, zone=zone, language=language),
            "meeting_date": language.date(there),
            "meeting_time": language.moment.format(time=language.time(there)),
        }


async def fill(
    reply_id: int,
    conversation: Conversation,
    *,
    actor: KnownActor,
    now: datetime,
    field: str = "cannedReplyId",
) -> str:
    """The text that the agent says by the reply; of several under its shortcut, by the one in the guest's language.

    Refuses NotAllowed to guests, NotFound, and Invalid where nothing is left to say, or more than a message says, or
    what is kept of earlier cannot be filled in.
    """
    if not isinstance(actor, AgentActor):
        raise NotAllowed("Canned replies are for agents.", field=(field,))
    reply = await CannedReply.get_or_none(id=reply_id, organization_id=actor.organization_id)
    if reply is None:
        raise NotFound("There is no such canned reply.", field=(field,))
    facts = await _facts(conversation, actor=actor, now=now)
    chosen = await _in_language(reply, facts.languages)
    try:
        text = _filled(chosen, facts, agent_name=actor.agent.name)
    except BadWording as bad:
        raise Invalid(f"This canned reply cannot be filled in: {bad}", field=(field,)) from None
    if not text:
        raise Invalid("Nothing is left of this canned reply here.", field=(field,))
    return input.text(text, field=(field,))


async def _facts(conversation: Conversation, *, actor: AgentActor, now: datetime) -> Facts:
    organization = await Organization.get(id=conversation.organization_id)
    guest = await Contact.get_or_none(id=conversation.contact_id) if conversation.contact_id else None
    service = await Service.get_or_none(id=conversation.service_id) if conversation.service_id else None
    meetings = Meeting.filter(conversation_id=conversation.id, status__in=_TO_COME, end__gt=now)
    asked = (guest and guest.locale, conversation.language)
    return Facts(
        organization=organization,
        guest=guest,
        service=service,
        meeting=await meetings.order_by("start", "id").first(),
        languages=[one for one in asked if one],
        mask=mask_for(actor, organization.settings),
    )


def _unless_masked(said: str, *, by: Callable[[str], str]) -> str:
    return said if by(said) == said else ""


def _filled(reply: CannedReply, facts: Facts, *, agent_name: str) -> str:
    spoken = [reply.locale] if reply.locale else [*facts.languages, facts.organization.locale]
    values = facts.values(agent_name=agent_name, language=language_of(spoken))
    return render(Wording("", reply.text), values).text


async def _in_language(reply: CannedReply, languages: Sequence[str]) -> CannedReply:
    """Of those under the same shortcut and of the same service, the one in the first of the languages that there is,
    with its region or without; then the one for every language; else the one that was named."""
    alike = CannedReply.filter(
        organization_id=reply.organization_id, shortcut=reply.shortcut, service_id=reply.service_id
    )
    by_locale = {(one.locale or "").lower(): one for one in await alike}
    wanted = [part for tag in languages for part in (tag.lower(), tag.lower().partition("-")[0])]
    return next((by_locale[tag] for tag in (*wanted, "") if tag in by_locale), reply)
