"""Manage links: the token by which a guest sees, moves and cancels their meeting, and talks about it."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection

from errors import Unauthenticated
from models.actor import GuestActor
from models.keyring import Keyring
from models.meeting.meeting import Meeting

PREFIX = "guest_"
_TAG_BYTES = 24


def manage_token(meeting: Meeting, *, keys: Keyring) -> str:
    """The meeting's token: the same one each time, until `link_key` is raised."""
    return _token(meeting.id, meeting.link_key, keys=keys)


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


async def current_tokens(meeting_ids: Collection[int], *, keys: Keyring) -> dict[int, str]:
    """The manage token of each of these meetings, by one query; what is held by somebody else was renewed."""
    links = await Meeting.filter(id__in=list(meeting_ids)).values_list("id", "link_key")
    return {meeting_id: _token(meeting_id, link_key, keys=keys) for meeting_id, link_key in links}


def _token(meeting_id: int, link_key: int, *, keys: Keyring) -> str:
    fixed = meeting_id.to_bytes(8, "big") + link_key.to_bytes(4, "big")
    tag = keys.sign("manage-link", fixed)[:_TAG_BYTES]
    return PREFIX + urlsafe_b64encode(fixed + tag).decode()
