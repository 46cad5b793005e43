"""What a letter about a meeting's change is made of, and who gets one: out of the record of the change."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from jobs import parties
from jobs.tools import Tools
from models.agent.agent import Agent
from models.meeting.link import manage_url
from models.meeting.meeting import Attendee, Meeting, MeetingChange
from models.words import MeetingChangeKind, MeetingStatus, MeetingType
from providers.mail.facts import Audience, MeetingFacts, Occasion, Person, Reader
from providers.mail.letter import Letter
from providers.mail.mailbox import Mailbox
from providers.mail.rendering import FOLDER
from providers.mail.wording import compose

OCCASIONS: Mapping[MeetingChangeKind, Occasion] = MappingProxyType(
    {
        MeetingChangeKind.BOOKED: Occasion.BOOKED,
        MeetingChangeKind.RESCHEDULED: Occasion.RESCHEDULED,
        MeetingChangeKind.DURATION_CHANGED: Occasion.RESCHEDULED,
        MeetingChangeKind.REASSIGNED: Occasion.REASSIGNED,
        MeetingChangeKind.CANCELLED: Occasion.CANCELLED,
        MeetingChangeKind.ATTENDEE_JOINED: Occasion.JOINED,
        MeetingChangeKind.ATTENDEE_LEFT: Occasion.LEFT,
    }
)
_HOW = MappingProxyType(
    {
        MeetingType.OFFICE: "At the office",
        MeetingType.VIDEO: "Video call",
        MeetingType.PHONE: "Phone call",
        MeetingType.ON_SITE: "On site",
    }
)
_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a letter is for: the guest, or, with `agent_id`, one of the agents; of a group meeting, with `attendee_id`,
    one of the guests or of those whom they bring along."""

    audience: Audience
    agent_id: int | None = None
    attendee_id: int | None = None

    @property
    def key(self) -> str:
        """Tells the readers of one meeting's letters apart."""
        return f"attendee:{self.attendee_id}" if self.attendee_id else str(self.agent_id or "guest")


async def find_change(change_id: int) -> MeetingChange | None:
    """The change with all that its letters speak of; None where it is gone."""
    change = (
        await MeetingChange.filter(id=change_id)
        .select_related("organization", "actor_agent", "actor_contact", "party")
        .first()
    )
    if change is not None:
        meeting = Meeting.filter(id=change.meeting_id).select_related("guest", "office")
        change.meeting = await meeting.prefetch_related("agents", "attendees").get()
        if gone := _had(change) - _has(change):
            change.former = await Agent.filter(id__in=list(gone))
    return change


async def addressees(change: MeetingChange) -> list[Addressee]:
    """The guest, or those of a group meeting, the agents, and those who were, as far as they have an address; nobody
    for changes that no letter tells of."""
    if change.kind not in OCCASIONS:
        return []
    everyone = [*change.meeting.agents, *change.former]
    agents = [agent for agent in everyone if agent.is_active and agent.email]
    told = [Addressee(Audience.AGENT, agent.id) for agent in sorted(agents, key=lambda one: one.id)]
    return await _guests(change) + told


async def _guests(change: MeetingChange) -> list[Addressee]:
    meeting = change.meeting
    if not meeting.is_group:
        return [Addressee(Audience.GUEST)] if meeting.guest.email else []
    return [
        Addressee(Audience.ATTENDEE if one.companion else Audience.GUEST, attendee_id=one.id)
        for one in await parties.told(change)
        if one.email
    ]


def write(change: MeetingChange, addressee: Addressee, *, tools: Tools) -> Letter | None:
    """The letter that tells the addressee of the change; None for who has left the meeting meanwhile.

    Refuses an address that nothing can be sent to (ProviderRejected).
    """
    reader = _reader(change, addressee)
    if reader is None:
        return None
    facts = _facts(change, tools=tools)
    if change.meeting.is_group:
        facts = _among_others(facts, change, addressee, tools=tools)
    organization = change.organization
    settings = organization.settings
    sender_name = settings.mail_sender_name or organization.name
    reply_to = settings.mail_reply_to
    return compose(
        facts,
        occasion=_occasion(change, addressee),
        reader=reader,
        sender=Mailbox(name=sender_name, address=settings.mail_from),
        reply_to=Mailbox(name=sender_name, address=reply_to) if reply_to else None,
    )


def _occasion(change: MeetingChange, addressee: Addressee) -> Occasion:
    """What the change is to the addressee. A meeting that is reassigned is a new one to whom it is given; a group
    meeting is to its first guest one that they have joined."""
    occasion = OCCASIONS[change.kind]
    if change.kind is MeetingChangeKind.REASSIGNED and addressee.agent_id is not None:
        if addressee.agent_id not in _has(change):
            return Occasion.PASSED_ON
        occasion = occasion if addressee.agent_id in _had(change) else Occasion.BOOKED
    if occasion is Occasion.BOOKED and _is_requested(change):
        return Occasion.REQUESTED
    is_first = change.meeting.is_group and addressee.attendee_id is not None
    return Occasion.JOINED if is_first and occasion is Occasion.BOOKED else occasion


def _had(change: MeetingChange) -> set[int]:
    """The agents who had the meeting before it was reassigned."""
    return {agent["id"] for agent in (change.before or {}).get("agents", ())}


def _has(change: MeetingChange) -> set[int]:
    return {agent["id"] for agent in (change.after or {}).get("agents", ())}


def _is_requested(change: MeetingChange) -> bool:
    return (change.after or {}).get("status") == MeetingStatus.REQUESTED


def _facts(change: MeetingChange, *, tools: Tools) -> MeetingFacts:
    """The meeting as the change left it: times and sequence are those of then, not of now."""
    meeting, after, before = change.meeting, change.after or {}, change.before or {}
    moved = OCCASIONS[change.kind] is Occasion.RESCHEDULED
    actor = change.actor_agent or change.actor_contact
    return MeetingFacts(
        organization=change.organization.name,
        uid=meeting.uid,
        sequence=after["sequence"],
        changed_at=change.at,
        title=meeting.title,
        meeting_type=_HOW[meeting.meeting_type],
        start=_moment(after, "start"),
        end=_moment(after, "end"),
        agents=tuple(_agent(agent) for agent in sorted(meeting.agents, key=lambda one: one.id)),
        guest=_guest(meeting),
        former_start=_moment(before, "start") if moved else None,
        former_end=_moment(before, "end") if moved else None,
        location=_location(meeting),
        notes=meeting.notes,
        manage_url=manage_url(meeting, meeting.guest_id, keys=tools.keys, public_url=tools.public_url),
        reason=change.reason,
        actor=actor.name if actor else None,
        is_requested=_is_requested(change),
    )


def _among_others(
    facts: MeetingFacts, change: MeetingChange, addressee: Addressee, *, tools: Tools
) -> MeetingFacts:
    """What is told of a group meeting to this reader: of others no more than they may know."""
    meeting, reader = change.meeting, _attendee(change.meeting, addressee)
    people = parties.seen_by_agents(change) if reader is None else parties.seen_by_guest(meeting, reader)
    if people is None:
        return replace(facts, in_group=True, manage_url=None)
    guest, is_own = people.guest, reader is people.guest and people.guest.left_at is None
    url = None
    if is_own and guest.contact_id is not None:
        url = manage_url(meeting, guest.contact_id, keys=tools.keys, public_url=tools.public_url)
    return replace(
        facts,
        in_group=True,
        guest=parties.person(meeting, guest),
        guests=tuple(parties.person(meeting, one) for one in people.guests),
        others=tuple(parties.person(meeting, one) for one in people.others),
        notes=guest.notes,
        manage_url=url,
    )


def _reader(change: MeetingChange, addressee: Addressee) -> Reader | None:
    meeting = change.meeting
    attendee = _attendee(meeting, addressee)
    if attendee is not None:
        return Reader(parties.person(meeting, attendee), addressee.audience, _written(meeting.language))
    if addressee.audience is Audience.GUEST and not meeting.is_group:
        return Reader(_guest(meeting), Audience.GUEST, _written(meeting.language))
    everyone = [*meeting.agents, *change.former]
    agent = next((one for one in everyone if one.id == addressee.agent_id), None)
    if agent is None:
        return None
    return Reader(_agent(agent), Audience.AGENT, _written(*agent.languages))


def _attendee(meeting: Meeting, addressee: Addressee) -> Attendee | None:
    return next((one for one in meeting.attendees if one.id == addressee.attendee_id), None)


def _written(*wanted: str) -> str:
    """The first of the languages that letters are written in, or English."""
    tongues = (tag.split("-")[0].lower() for tag in wanted)
    return next((tongue for tongue in tongues if tongue.isalpha() and (FOLDER / tongue).is_dir()), _LANGUAGE)


def _guest(meeting: Meeting) -> Person:
    return Person(name=meeting.guest.name, address=meeting.guest.email, zone=meeting.guest_time_zone)


def _agent(agent: Agent) -> Person:
    return Person(name=agent.name, address=agent.email, zone=agent.time_zone)


def _location(meeting: Meeting) -> str | None:
    office = meeting.office
    if office is None or meeting.meeting_type is not MeetingType.OFFICE:
        return None
    return ", ".join(part for part in (office.name, office.address) if part)


def _moment(snapshot: Mapping[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(snapshot[name]).astimezone(UTC)
