"""What one merge does to two contacts, and how it is undone: what is theirs moves, and what the kept one lacks of
details is filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.contact.alias import keep_alias
from models.contact.contact import Contact
from models.contact.details import Known
from models.contact.moving import Moved, move, move_back
from models.transactions import Transaction

DETAILS = ("email", "phone", "locale", "time_zone", "custom_fields")
_FILLED = DETAILS[:-1]


async def join(tx: Transaction, merged: Contact, kept: Contact) -> Moved:
    """Have all that is the merged one's be the kept one's; what moved, and was filled. The caller writes the details of
    the kept one, and to whom the merged one points."""
    moved = await move(tx, merged, kept)
    before = Known.of(kept)
    moved["filled"] = _fill(kept, merged)
    await keep_alias(tx, kept, before)
    return moved


async def part(tx: Transaction, moved: Mapping[str, Sequence[Any]], merged: Contact, kept: Contact) -> None:
    """Have what moved, and is of the kept one still, be the merged one's again. What the kept one has of them by way of
    details, and nobody has changed since, it loses; the caller writes that."""
    await move_back(tx, moved, merged, kept)
    _empty(kept, merged, moved["filled"])


def _fill(kept: Contact, merged: Contact) -> list[str]:
    """What the kept one lacks, as the merged one has it; the names of these fields."""
    filled = [name for name in _FILLED if getattr(kept, name) is None and getattr(merged, name) is not None]
    for name in filled:
        setattr(kept, name, getattr(merged, name))
    new = {key: one for key, one in merged.custom_fields.items() if kept.custom_fields.get(key) in (None, "")}
    new = {key: one for key, one in new.items() if one not in (None, "")}
    kept.custom_fields = {**kept.custom_fields, **new}
    return [*filled, *(f"custom_fields.{key}" for key in new)]


def _empty(kept: Contact, merged: Contact, filled: Sequence[str]) -> None:
    for name in (one for one in filled if "." not in one):
        if getattr(kept, name) == getattr(merged, name):
            setattr(kept, name, None)
    theirs = {one.partition(".")[2] for one in filled if "." in one}
    kept.custom_fields = {
        key: one
        for key, one in kept.custom_fields.items()
        if key not in theirs or merged.custom_fields.get(key) != one
    }
