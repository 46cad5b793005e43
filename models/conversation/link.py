"""Links into a conversation: the token of a guest who began it, or was invited to it, and talks there.

A token is of a membership, and good for as long as that lasts, or the one that it has become part of, where two
contacts became one. It shows no meeting: who manages one has its own link
(see models/meeting/link.py).
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from tortoise import connections

from errors import Unauthenticated
from models.actor import GuestActor
from models.base import columns_of, row_of
from models.contact.contact import Contact, others_of
from models.keyring import Keyring
from models.recognition import Recognition, rows
from models.writing import as_array, each_of

PREFIX = "talk_"
_TAG_BYTES = 24

# Each table is looked up by its index for each row: see `_PART` in models/conversation/telling.py.
_PLACES = """
SELECT asked.id, member.conversation_id, {others}, {contact} FROM {each} asked (id)
CROSS JOIN LATERAL (SELECT * FROM member one WHERE one.id = asked.id OFFSET 0) member
CROSS JOIN LATERAL (SELECT * FROM contact one WHERE one.id = member.contact_id OFFSET 0) contact
"""

# Asked for thousands at once, of whom hardly any has left.
_GONE = "SELECT id FROM unnest(%s::bigint[]) asked (id) WHERE NOT EXISTS (SELECT FROM member m WHERE m.id = asked.id)"

# What became of places of contacts who were merged (see models/contact/moving.py).
_JOINED = """
WITH RECURSIVE place AS (
    SELECT id AS named, id FROM unnest(%s::bigint[]) AS id
    UNION SELECT p.named, (l.place ->> 'kept')::bigint
    FROM place p JOIN contact_merge m
        ON m.moved @> jsonb_build_object('left', jsonb_build_array(jsonb_build_object('id', p.id))),
        LATERAL jsonb_array_elements(m.moved -> 'left') AS l(place)
    WHERE (l.place ->> 'id')::bigint = p.id
)
SELECT p.named, m.id FROM place p JOIN member m ON m.id = p.id
"""


def conversation_token(member_id: int, *, keys: Keyring) -> str:
    """The token of a guest's membership: the same one each time."""
    fixed = member_id.to_bytes(8, "big")
    return PREFIX + urlsafe_b64encode(fixed + keys.sign("conversation-link", fixed)[:_TAG_BYTES]).decode()


def conversation_url(member_id: int, *, keys: Keyring, public_url: str) -> str:
    """The page where the guest talks. The token stands behind the #, which browsers send to no server."""
    return f"{public_url}/conversation#{conversation_token(member_id, keys=keys)}"


async def recognise_member(token: str, *, keys: Keyring) -> GuestActor:
    """The guest whose token this is; refuses Unauthenticated for one that is forged, or of who has left."""
    member_id = _named(token)
    expected = conversation_token(member_id, keys=keys)
    guest = None
    if hmac.compare_digest(expected.encode(), token.encode(errors="replace")):
        guest = await guest_by_now(member_id)
    if guest is None:
        raise Unauthenticated("The link into the conversation is not valid.")
    return guest


async def guest_by_now(member_id: int) -> GuestActor | None:
    """The guest who has this place, or the one that it has become part of."""
    guest = await _guest_at(member_id)
    if guest is None:
        [*now] = (await _by_now([member_id])).values()
        guest = await _guest_at(now[0]) if now else None
    return guest


async def _guest_at(member_id: int) -> GuestActor | None:
    place = await _places.ask(member_id)
    if place is None:
        return None
    conversation_id, others, *contact = place
    return GuestActor(
        contact=row_of(Contact, contact),
        meeting_id=None,
        conversation_id=conversation_id,
        member_id=member_id,
        others=frozenset(others),
    )


async def _placed(member_ids: Sequence[int]) -> list[Sequence[Any] | None]:
    """Of each of these places the conversation, who was merged into the contact who has it, and that one's row, as
    values."""
    places = {id: values for id, *values in await rows(_places_sql(), [as_array(set(member_ids))])}
    return [places.get(id) for id in member_ids]


# Whatever a guest asks for begins with this.
_places = Recognition(_placed)


@cache
def _places_sql() -> bytes:
    contact = columns_of(Contact, "contact")
    return _PLACES.format(each=each_of("$1::bigint[]"), others=others_of("contact"), contact=contact).encode()


async def staying(member_ids: Collection[int]) -> set[int]:
    """Those of the memberships that have not ended."""
    return set(await _by_now(member_ids))


async def _by_now(member_ids: Collection[int]) -> dict[int, int]:
    """The membership that each of these is by now, where it is one still."""
    client = connections.get("default")
    gone = [row["id"] for row in await client.execute_query_dict(_GONE, [as_array(member_ids)])]
    joined = await client.execute_query_dict(_JOINED, [gone]) if gone else []
    there = {id: id for id in member_ids}
    for id in gone:
        del there[id]
    return there | {row["named"]: row["id"] for row in joined}


def _named(token: str) -> int:
    """The membership that a token names, unproven; 0 where it names none that could be."""
    try:
        fixed = urlsafe_b64decode(token.removeprefix(PREFIX))[:-_TAG_BYTES]
    except ValueError:
        return 0
    member_id = int.from_bytes(fixed[:8], "big")
    return member_id if member_id < 2**63 else 0
