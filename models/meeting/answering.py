"""Those who come to a meeting say whether they will: by a link of their own, or from their calendar.

What they say is kept, and nothing follows from it: a guest who will not come cancels, or leaves, the meeting.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime

from errors import AlreadyDecided, Invalid, NotFound
from models.input import findable
from models.keyring import Keyring
from models.meeting.meeting import Attendee, Meeting, MeetingChange
from models.meeting.noticing import notice
from models.transactions import Transaction, transaction
from models.words import AttendeeResponse, MeetingChangeKind, MeetingStatus
from realtime.events import Audience

PREFIX = "answer_"
_TAG_BYTES = 18
_FIXED_BYTES = 20
_OPEN = (MeetingStatus.AWAITING_GUEST, MeetingStatus.REQUESTED, MeetingStatus.SCHEDULED)
_MOVES = (MeetingChangeKind.RESCHEDULED, MeetingChangeKind.DURATION_CHANGED)
_ANSWERS = (AttendeeResponse.ACCEPTED, AttendeeResponse.TENTATIVE, AttendeeResponse.DECLINED)


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody's calendar says to a meeting of this name, as it was at `sequence`; `at` is when it did."""

    uid: str
    address: str
    response: AttendeeResponse
    sequence: int
    at: datetime


def answer_url(meeting: Meeting, attendee_id: int, *, keys: Keyring, public_url: str) -> str:
    """The page where the attendee answers. To open it is no answer: programs that look at mails do so. The token stands
    behind the #, which browsers send to no server."""
    return f"{public_url}/meeting/answer#{answer_token(meeting, attendee_id, keys=keys)}"


def answer_token(meeting: Meeting, attendee_id: int, *, keys: Keyring) -> str:
    """The attendee's own; it ends with the manage links of the meeting."""
    fixed = meeting.id.to_bytes(8, "big") + meeting.link_key.to_bytes(4, "big") + attendee_id.to_bytes(8, "big")
    return PREFIX + urlsafe_b64encode(fixed + keys.sign("answer-link", fixed)[:_TAG_BYTES]).decode().rstrip("=")


async def respond(token: str, response: AttendeeResponse, *, keys: Keyring, now: datetime) -> Attendee:
    """Keep what the attendee says whose token this is; the last answer counts.

    Refuses Invalid for what is no answer, NotFound for a token that is forged, was renewed, or is of somebody who has
    left, and AlreadyDecided for a meeting that is not to be held or is over.
    """
    if response not in _ANSWERS:
        raise Invalid("Say whether you come.", field=("response",))
    meeting_id, attendee_id = _named(token)
    async with transaction() as tx:
        meeting = await _lock(tx, meeting_id)
        place = await Attendee.filter(id=attendee_id, meeting_id=meeting_id, left_at__isnull=True).first()
        if meeting is None or place is None or not _is_same(meeting, attendee_id, token, keys=keys):
            raise NotFound("There is no such invitation.", field=("token",))
        if meeting.status not in _OPEN or meeting.end <= now:
            raise AlreadyDecided("The meeting is not to be held, or is over.")
        await _keep(meeting, [place], response, at=now)
    return place


async def take_reply(reply: Reply, *, now: datetime) -> bool:
    """Keep what a calendar says; whether there was anything to keep: nothing is kept of somebody who does not come to
    the meeting, such as its agents, of an answer to what the meeting was before it moved, and of one that is older than
    what is known."""
    meeting_id = await _meeting_of(reply, now=now)
    if meeting_id is None:
        return False
    async with transaction() as tx:
        meeting = await _lock(tx, meeting_id)
        if meeting is None or meeting.status not in _OPEN or reply.sequence < await _least_sequence(meeting):
            return False
        places = await Attendee.filter(meeting_id=meeting.id, email=reply.address, left_at__isnull=True)
        known = [one for one in places if one.answered_at is None or one.answered_at <= reply.at]
        await _keep(meeting, known, reply.response, at=min(reply.at, now))
    return bool(known)


async def _meeting_of(reply: Reply, *, now: datetime) -> int | None:
    """A meeting's name is made of it, and cannot be looked for: of the meetings to come to which somebody of this
    address comes, the one of that name."""
    if not findable(reply.address, most=320):
        return None
    rows = Meeting.filter(attendees__email=reply.address, attendees__left_at__isnull=True, end__gt=now)
    found = (meeting.id for meeting in await rows.distinct() if meeting.uid == reply.uid)
    return next(found, None)


async def _least_sequence(meeting: Meeting) -> int:
    """What an answer must have been to. Who else comes, who holds it and how one joins its call is part of its entry,
    and not everybody is told of that: only a move makes an answer an old one."""
    moves = MeetingChange.filter(meeting_id=meeting.id, kind__in=_MOVES)
    last = await moves.order_by("-id").first()
    return int((last.after or {}).get("sequence", 0)) if last else 0


async def _lock(tx: Transaction, meeting_id: int) -> Meeting | None:
    return await Meeting.filter(id=meeting_id).select_for_update(no_key=True).first()


async def _keep(meeting: Meeting, places: list[Attendee], response: AttendeeResponse, *, at: datetime) -> None:
    """Who sees the meeting hears of it, if anybody says what they have not said before."""
    changed = [place for place in places if place.response is not response]
    for place in places:
        place.response, place.answered_at = response, at
        await place.save(update_fields=["response", "answered_at"])
    if changed:
        await notice(meeting, Audience.AGENTS if meeting.is_group else Audience.EVERYONE)


def _named(token: str) -> tuple[int, int]:
    """The meeting and the attendee whom a token names, unproven; 0 for those that it does not."""
    encoded = token.removeprefix(PREFIX)
    try:
        fixed = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except ValueError:
        return 0, 0
    meeting_id, attendee_id = int.from_bytes(fixed[:8], "big"), int.from_bytes(fixed[12:_FIXED_BYTES], "big")
    return (meeting_id, attendee_id) if meeting_id < 2**63 and attendee_id < 2**63 else (0, 0)


def _is_same(meeting: Meeting, attendee_id: int, shown: str, *, keys: Keyring) -> bool:
    expected = answer_token(meeting, attendee_id, keys=keys)
    return hmac.compare_digest(expected.encode(), shown.encode(errors="replace"))
