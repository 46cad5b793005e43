"""What letters, and calendar files, say of a meeting: out of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from models.agent.agent import Agent
from models.keyring import Keyring
from models.letter import parties
from models.letter.calls import hears_of_call
from models.letter.changes import OCCASIONS, Addressee, status_after
from models.letter.parties import People
from models.meeting.answering import answer_url
from models.meeting.arriving import opening
from models.meeting.file_link import file_url
from models.meeting.link import confirm_url, manage_url
from models.meeting.meeting import Attendee, Meeting, MeetingChange
from models.organization.organization import Organization
from models.words import Audience, MeetingStatus, MeetingType, Occasion
from providers.mail.facts import MeetingFacts, Person, Reader

_UNSETTLED = (MeetingStatus.AWAITING_GUEST, MeetingStatus.REQUESTED)


@dataclass(frozen=True, slots=True)
class Links:
    """What links are made with."""

    keys: Keyring
    public_url: str

    def manage(self, meeting: Meeting, guest_id: int) -> str:
        return manage_url(meeting, guest_id, keys=self.keys, public_url=self.public_url)

    def confirm(self, meeting: Meeting, guest_id: int) -> str:
        return confirm_url(meeting, guest_id, keys=self.keys, public_url=self.public_url)

    def answer(self, meeting: Meeting, attendee_id: int) -> str:
        return answer_url(meeting, attendee_id, keys=self.keys, public_url=self.public_url)

    def file(self, meeting: Meeting, attendee_id: int | None) -> str:
        return file_url(meeting, attendee_id, keys=self.keys, public_url=self.public_url)


def facts_now(meeting: Meeting, *, organization: Organization, at: datetime, links: Links) -> MeetingFacts:
    """The meeting as it is; `at` is when that is said."""
    return MeetingFacts(
        organization=organization.name,
        uid=meeting.uid,
        sequence=meeting.sequence,
        changed_at=at,
        title=meeting.title,
        meeting_type=meeting.meeting_type.value,
        start=meeting.start,
        end=meeting.end,
        agents=tuple(person_of(agent) for agent in sorted(meeting.agents, key=lambda one: one.id)),
        guest=guest_of(meeting),
        location=_location(meeting),
        join_url=meeting.join_url,
        notes=meeting.notes,
        manage_url=links.manage(meeting, meeting.guest_id),
        confirm_url=links.confirm(meeting, meeting.guest_id),
        ics_url=None if meeting.is_group else links.file(meeting, None),
        is_tentative=meeting.status in _UNSETTLED,
    )


def facts_then(change: MeetingChange, addressee: Addressee, *, links: Links) -> MeetingFacts:
    """The meeting as the change left it: its times, agents and sequence are those of then, not of now; and of others no
    more than the reader may know."""
    after, before = change.after or {}, change.before or {}
    moved = OCCASIONS[change.kind] is Occasion.RESCHEDULED
    actor = change.actor_agent or change.actor_contact
    facts = replace(
        facts_now(change.meeting, organization=change.organization, at=change.at, links=links),
        sequence=after["sequence"],
        start=_moment(after, "start"),
        end=_moment(after, "end"),
        agents=tuple(map(person_of, change.agents)),
        former_start=_moment(before, "start") if moved else None,
        former_end=_moment(before, "end") if moved else None,
        deadline=change.meeting.confirmation_deadline,
        **_joining(change, addressee),
        call_changed=change.before is not None,
        reason=change.reason if _may_read(change, addressee) else None,
        actor=actor.name if actor else None,
        is_tentative=status_after(change) in _UNSETTLED,
    )
    reader = attendee_of(change.meeting, addressee)
    if reader is None and not change.meeting.is_group:
        brought = (parties.person(change.meeting, one) for one in parties.companions(change.meeting))
        return replace(facts, others=tuple(brought))
    people = parties.seen_by_agents(change) if reader is None else parties.seen_by_guest(change.meeting, reader)
    return among_others(facts, change.meeting, people, reader=reader, links=links)


def among_others(
    facts: MeetingFacts, meeting: Meeting, people: People | None, *, reader: Attendee | None, links: Links
) -> MeetingFacts:
    """What is told of a group meeting to this reader, None being an agent, or of any to whom a guest brings along."""
    facts = replace(facts, in_group=meeting.is_group, manage_url=None, confirm_url=None)
    if people is None:
        return facts
    guest = people.guest
    if reader is not None and reader.left_at is None:
        mine, answers = links.file(meeting, reader.id), links.answer(meeting, reader.id)
        facts = replace(facts, ics_url=mine, answer_url=answers)
    if reader is guest and guest.left_at is None and guest.contact_id is not None:
        url, asks = links.manage(meeting, guest.contact_id), links.confirm(meeting, guest.contact_id)
        facts = replace(facts, manage_url=url, confirm_url=asks)
    return replace(
        facts,
        guest=parties.person(meeting, guest),
        guests=tuple(parties.person(meeting, one) for one in people.guests),
        others=tuple(parties.person(meeting, one) for one in people.others),
        notes=guest.notes,
    )


def reader_of(change: MeetingChange, addressee: Addressee) -> tuple[Reader, tuple[str, ...]] | None:
    """Whom the letter is for, and which languages they understand; None for an agent who has left the meeting."""
    meeting = change.meeting
    attendee = attendee_of(meeting, addressee)
    if attendee is not None:
        person = parties.person(meeting, attendee)
        return Reader(person, addressee.audience), parties.languages(meeting, attendee)
    if addressee.audience is Audience.GUEST and not meeting.is_group:
        return Reader(guest_of(meeting), Audience.GUEST), (meeting.language,)
    everyone = [*change.agents, *change.former]
    agent = next((one for one in everyone if one.id == addressee.agent_id), None)
    return None if agent is None else (Reader(person_of(agent), Audience.AGENT), tuple(agent.languages))


def attendee_of(meeting: Meeting, addressee: Addressee) -> Attendee | None:
    return next((one for one in meeting.attendees if one.id == addressee.attendee_id), None)


def person_of(agent: Agent) -> Person:
    return Person(name=agent.name, address=agent.email, zone=agent.time_zone)


def guest_of(meeting: Meeting) -> Person:
    return Person(name=meeting.guest.name, address=meeting.guest.email, zone=meeting.guest_time_zone)


def _joining(change: MeetingChange, addressee: Addressee) -> dict[str, Any]:
    """How to join the call, to agents always; to others once the meeting is open (see models/meeting/arriving.py), and
    before that, from when on they can."""
    meeting = change.meeting
    if meeting.join_url is None or not hears_of_call(change, addressee):
        return {"join_url": None}
    opens = opening(meeting, change.organization.settings)
    if change.at >= opens or addressee.audience is Audience.AGENT:
        return {"join_url": meeting.join_url}
    return {"join_url": None, "join_from": opens}


def _may_read(change: MeetingChange, addressee: Addressee) -> bool:
    """Nobody has us tell strangers what they like: of a guest's words, those whom guests bring along read the title."""
    return addressee.audience is not Audience.ATTENDEE or change.actor_contact is None


def _location(meeting: Meeting) -> str | None:
    office = meeting.office
    if office is None or meeting.meeting_type is not MeetingType.OFFICE:
        return None
    return ", ".join(part for part in (office.name, office.address) if part)


def _moment(snapshot: Mapping[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(snapshot[name]).astimezone(UTC)
