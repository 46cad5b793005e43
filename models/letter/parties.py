"""The people of a meeting: whom a change is told to, and what the reader of a letter is told of the others."""

from dataclasses import dataclass

from models.meeting.meeting import Attendee, Meeting, MeetingChange
from models.words import MeetingChangeKind
from providers.mail.facts import Person


@dataclass(frozen=True, slots=True)
class People:
    """Whom a letter is about; who else comes, as far as the reader may know; and, for agents, all guests."""

    guest: Attendee
    others: tuple[Attendee, ...] = ()
    guests: tuple[Attendee, ...] = ()


async def told(change: MeetingChange) -> list[Attendee]:
    """The party whom the change concerns, or everyone who took part when it was made. Who joined later was told of the
    meeting as it is since then."""
    meeting = change.meeting
    if change.party is not None:
        return party_of(meeting, change.party)
    later = MeetingChange.filter(
        meeting_id=meeting.id, id__gt=change.id, kind=MeetingChangeKind.ATTENDEE_JOINED
    )
    joined = {place.contact_id for one in await later.select_related("party") if (place := one.party)}
    return [one for one in _present(meeting) if one.contact_id not in joined]


def companions(meeting: Meeting) -> list[Attendee]:
    """Those whom the guest of an ordinary meeting brings along, as far as they can be written to: no address twice."""
    found: dict[str, Attendee] = {}
    for one in _present(meeting):
        if one.companion and one.email and one.email != meeting.guest.email:
            found.setdefault(one.email, one)
    return list(found.values())


def party_of(meeting: Meeting, one: Attendee) -> list[Attendee]:
    """The guest and those whom they bring along, of whom this is one: they come, and leave, together."""
    return [
        other for other in _all(meeting) if (other.contact_id, other.left_at) == (one.contact_id, one.left_at)
    ]


def seen_by_guest(meeting: Meeting, reader: Attendee) -> People:
    """A party knows of itself."""
    guest, *others = party_of(meeting, reader)
    return People(guest, others=tuple(others))


def seen_by_agents(change: MeetingChange) -> People | None:
    """Agents know of everyone; None where nobody is left."""
    present = _present(change.meeting)
    guests = tuple(one for one in present if not one.companion)
    guest = change.party or next(iter(guests), None)
    if guest is None:
        return None
    return People(guest, tuple(one for one in present if one.id != guest.id), guests)


def person(meeting: Meeting, one: Attendee) -> Person:
    """In the zone that the party's guest has named."""
    zone = next((other.time_zone for other in party_of(meeting, one) if other.time_zone), None)
    return Person(name=one.name, address=one.email, zone=zone or meeting.guest_time_zone)


def languages(meeting: Meeting, one: Attendee) -> tuple[str, ...]:
    """The meeting's, which its first guest spoke; in a group meeting those of the party's guest go before it."""
    locale = one.contact.locale if meeting.is_group and one.contact is not None else None
    return (locale, meeting.language) if locale else (meeting.language,)


def _present(meeting: Meeting) -> list[Attendee]:
    return [one for one in _all(meeting) if one.left_at is None]


def _all(meeting: Meeting) -> list[Attendee]:
    return sorted(meeting.attendees, key=lambda one: one.id)
