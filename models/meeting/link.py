"""Manage links: the token by which a guest sees, moves and cancels their meeting, and talks about it.

The token of an ordinary meeting is the meeting's. In a group meeting every guest has one of their own, which is good
for as long as they take part.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from errors import Unauthenticated
from models.actor import GuestActor
from models.base import columns_of, row_of
from models.contact.contact import SAME, Contact, others_of
from models.keyring import Keyring
from models.meeting.meeting import Attendee, Meeting
from models.recognition import Recognition, rows
from models.writing import as_array, each_of

PREFIX = "guest_"
_TAG_BYTES = 24

Place = tuple[int, int]
"""A meeting and a contact who takes part in it."""


def manage_token(meeting: Meeting, guest_id: int, *, keys: Keyring) -> str:
    """The guest's token: the same one each time, until `link_key` is raised."""
    return _token(meeting.id, meeting.link_key, guest_id if meeting.is_group else None, keys=keys)


def manage_url(meeting: Meeting, guest_id: int, *, keys: Keyring, public_url: str) -> str:
    """The page where the guest manages the meeting. The token stands behind the #, which browsers send to no server."""
    return f"{public_url}/meeting#{manage_token(meeting, guest_id, keys=keys)}"


def confirm_url(meeting: Meeting, guest_id: int, *, keys: Keyring, public_url: str) -> str:
    """The page where the guest confirms the meeting: the same key, at another door."""
    return f"{public_url}/meeting/confirm#{manage_token(meeting, guest_id, keys=keys)}"


async def recognise_guest(token: str, *, keys: Keyring) -> GuestActor:
    """The guest whose manage token this is; refuses Unauthenticated for one that is forged, was renewed, or is of a
    guest who has left."""
    meeting_id, guest_id = named = _named(token)
    guest = await _guests.ask(named) if meeting_id else None
    if guest is None:
        raise Unauthenticated("The manage link is not valid.")
    link_key, is_group, conversation_id, others, *contact = guest
    if not _is_same(_token(meeting_id, link_key, guest_id if is_group else None, keys=keys), token):
        raise Unauthenticated("The manage link is not valid.")
    return GuestActor(
        contact=row_of(Contact, contact),
        meeting_id=meeting_id,
        conversation_id=conversation_id,
        link_id=guest_id or None,
        others=frozenset(others),
    )


async def _guests_at(places: Sequence[Place]) -> list[Sequence[Any] | None]:
    """Of each of these places how its link is signed, the meeting's conversation, who was merged into the guest, and
    their row, as values; None where nobody has it."""
    meetings, guests = ([place[which] for place in places] for which in (0, 1))
    read = await rows(_guests_sql(), [as_array(meetings), as_array(guests)])
    found = {(meeting, guest): values for meeting, guest, *values in read}
    return [found.get(place) for place in places]


_guests = Recognition(_guests_at)


@cache
def _guests_sql() -> bytes:
    contact, same = columns_of(Contact, "contact"), SAME.format(ids="ARRAY[asked.guest]")
    each = each_of("$1::bigint[]", "$2::bigint[]")
    return _GUESTS.format(each=each, others=others_of("contact"), contact=contact, same=same).encode()


# Each table is looked up by its index for each row: see `_PART` in models/conversation/telling.py.
_GUESTS = """
SELECT asked.meeting, asked.guest, meeting.link_key, meeting.seats > 1, meeting.conversation_id, {others}, {contact}
FROM {each} asked (meeting, guest)
CROSS JOIN LATERAL (SELECT * FROM meeting one WHERE one.id = asked.meeting OFFSET 0) meeting
CROSS JOIN LATERAL (SELECT CASE WHEN meeting.seats <= 1 THEN meeting.guest_id ELSE (
    SELECT place.contact_id FROM attendee place
    WHERE place.meeting_id = meeting.id AND NOT place.companion AND place.left_at IS NULL AND place.contact_id IN {same}
    ORDER BY place.id LIMIT 1) END AS id) guest
CROSS JOIN LATERAL (SELECT * FROM contact one WHERE one.id = guest.id OFFSET 0) contact
"""


async def current_tokens(places: Collection[Place], *, keys: Keyring) -> dict[Place, str]:
    """The manage token of each of these guests, by two queries at most; what is held by somebody else was renewed, and
    who has left has none."""
    asked = ",".join(str(int(meeting_id)) for meeting_id, _ in places)
    found: list[Meeting] = await Meeting.raw(_LINKS.format(ids=asked))
    meetings = {one.id: one for one in found}
    groups = [one.id for one in meetings.values() if one.is_group]
    ends = await Contact.ends_of([guest_id for _, guest_id in places]) if groups else {}
    taken = Attendee.guests_of(*groups).filter(contact_id__in=list(ends.values()))
    present = {(one.meeting_id, one.contact_id) for one in await taken} if groups else set()
    return {
        (meeting_id, guest_id): manage_token(meetings[meeting_id], guest_id, keys=keys)
        for meeting_id, guest_id in places
        if meeting_id in meetings and (meeting_id not in groups or (meeting_id, ends.get(guest_id)) in present)
    }


# One array for thousands of ids, where `id__in` would write out a parameter for each.
_LINKS = "SELECT id, link_key, seats FROM meeting WHERE id = ANY('{{{ids}}}')"


def _named(token: str) -> Place:
    """The meeting and the guest whom a token names, unproven; 0 for those that it does not. Ids beyond a bigint would
    be an error of the database's, not unknown ones."""
    try:
        fixed = urlsafe_b64decode(token.removeprefix(PREFIX))[:-_TAG_BYTES]
    except ValueError:
        return 0, 0
    meeting_id, guest_id = int.from_bytes(fixed[:8], "big"), int.from_bytes(fixed[12:20], "big")
    return (meeting_id, guest_id) if meeting_id < 2**63 and guest_id < 2**63 else (0, 0)


def _token(meeting_id: int, link_key: int, guest_id: int | None, *, keys: Keyring) -> str:
    fixed = meeting_id.to_bytes(8, "big") + link_key.to_bytes(4, "big")
    if guest_id is not None:
        fixed += guest_id.to_bytes(8, "big")
    tag = keys.sign("manage-link", fixed)[:_TAG_BYTES]
    return PREFIX + urlsafe_b64encode(fixed + tag).decode()


def _is_same(expected: str, shown: str) -> bool:
    return hmac.compare_digest(expected.encode(), shown.encode())
