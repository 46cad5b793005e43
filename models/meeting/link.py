"""Manage links: the token by which a guest sees, moves and cancels their meeting, and talks about it."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from errors import Unauthenticated
from models.actor import GuestActor
from models.keyring import Keyring
from models.meeting.meeting import Meeting

PREFIX = "guest_"
_TAG_BYTES = 24


def manage_token(meeting: Meeting, *, keys: Keyring) -> str:
    """The meeting's token: the same one each time, until `link_key` is raised."""
    fixed = meeting.id.to_bytes(8, "big") + meeting.link_key.to_bytes(4, "big")
    tag = keys.sign("manage-link", fixed)[:_TAG_BYTES]
    return PREFIX + urlsafe_b64encode(fixed + tag).decode()


def manage_url(meeting: Meeting, *, keys: Keyring, public_url: str) -> str:
    """The page where the guest manages the meeting. The token stands behind the #, which browsers send to no server."""
    return f"{public_url}/meeting#{manage_token(meeting, keys=keys)}"


async def recognise_guest(token: str, *, keys: Keyring) -> GuestActor:
    """The guest whose manage token this is; refuses Unauthenticated for one that is forged or was renewed."""
    try:
        meeting_id = int.from_bytes(urlsafe_b64decode(token.removeprefix(PREFIX))[:8], "big")
    except ValueError:
        meeting_id = -1
    # An id beyond a bigint would be an error of the database's, not an unknown meeting.
    known = 0 < meeting_id < 2**63
    meeting = await Meeting.filter(id=meeting_id).select_related("guest").first() if known else None
    if meeting is None or not hmac.compare_digest(manage_token(meeting, keys=keys).encode(), token.encode()):
        raise Unauthenticated("The manage link is not valid.")
    return GuestActor(contact=meeting.guest, meeting_id=meeting.id, conversation_id=meeting.conversation_id)
