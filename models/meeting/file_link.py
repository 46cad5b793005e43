"""Links to a meeting's calendar file: whoever holds one can read that file, and do nothing else.

It is not the manage link, as programs that fetch calendars keep addresses, and show them. It ends with the manage link,
and when its reader has left.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from models.keyring import Keyring
from models.meeting.meeting import Attendee, Meeting

_TAG_BYTES = 18
_FIXED_BYTES = 20


def file_url(meeting: Meeting, attendee_id: int | None, *, keys: Keyring, public_url: str) -> str:
    """Where the file is for the meeting's guest or, with `attendee_id`, for one who is brought along, or comes to a
    group meeting."""
    return f"{public_url}/meetings/{_token(meeting, attendee_id or 0, keys=keys)}.ics"


async def recognise_file(token: str, *, keys: Keyring) -> tuple[Meeting, Attendee | None] | None:
    """The meeting with its people, and whose file of it this is, None being the guest; None for a token that is forged,
    was renewed, or is of somebody who has left."""
    meeting_id, attendee_id = _named(token)
    rows = Meeting.filter(id=meeting_id).select_related("organization", "guest", "office")
    meeting = await rows.prefetch_related("agents", "attendees__contact").first()
    if meeting is None or not hmac.compare_digest(
        _token(meeting, attendee_id, keys=keys).encode(), token.encode()
    ):
        return None
    if attendee_id == 0:
        return None if meeting.is_group else (meeting, None)
    reader = next((one for one in meeting.attendees if one.id == attendee_id and one.left_at is None), None)
    return None if reader is None else (meeting, reader)


def _token(meeting: Meeting, attendee_id: int, *, keys: Keyring) -> str:
    fixed = meeting.id.to_bytes(8, "big") + meeting.link_key.to_bytes(4, "big") + attendee_id.to_bytes(8, "big")
    return urlsafe_b64encode(fixed + keys.sign("calendar-file", fixed)[:_TAG_BYTES]).decode().rstrip("=")


def _named(token: str) -> tuple[int, int]:
    """The meeting and the reader whom a token names, unproven; 0 for those that it does not."""
    try:
        fixed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return 0, 0
    meeting_id, attendee_id = int.from_bytes(fixed[:8], "big"), int.from_bytes(fixed[12:_FIXED_BYTES], "big")
    return (meeting_id, attendee_id) if meeting_id < 2**63 and attendee_id < 2**63 else (0, 0)
