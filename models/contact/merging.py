"""Two contacts become one, and two again (see docs/decisions/0030)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from errors import Invalid, NotFound
from models.actor import AgentActor
from models.audit.auditing import audit
from models.contact.alias import ContactAlias, drop_wrong
from models.contact.contact import Contact
from models.contact.holding import holding
from models.contact.joining import DETAILS, join, part
from models.contact.keeping import note_edit
from models.contact.merge import ContactMerge
from models.contact.moving import Moved, hold_all
from models.contact.rights import check_sees_all, check_unmasked
from models.contact.telling import tell_all
from models.editing import save
from models.organization.organization import Organization
from models.transactions import Transaction

_KEPT = (*DETAILS, "merged_into_id", "known_otherwise")
_state = attrgetter(*_KEPT)
_POINT = "UPDATE contact SET merged_into_id = %s, version = version + 1 WHERE id = %s OR merged_into_id = %s"


async def merge_contacts(keep_id: int, merge_id: int, *, actor: AgentActor, now: datetime) -> Contact:
    """Have one contact be the other, who is kept and has all that was of either; what they lack of details is taken
    from the one who is merged. That one stays, and points to the kept one. Keeping somebody who was merged keeps whom
    they are by now.

    Refuses NotFound; Invalid for the same contact and for one that was merged before; NotAllowed to whom something of
    theirs is not shown.
    """
    organization = await Organization.get(id=actor.organization_id)
    check_unmasked(actor, organization)
    async with holding([keep_id, merge_id], organization=organization, merging=True) as (tx, held):
        kept, merged = _the_two(held, keep_id, merge_id)
        await check_sees_all(actor, [kept.id, merged.id])
        await hold_all(tx, merged)
        moved = await join(tx, merged, kept)
        kept.known_otherwise = True
        await save(kept, *DETAILS, "known_otherwise")
        await tx.rows(_POINT, kept.id, merged.id, merged.id)
        await _keep(tx, merged, kept, moved, actor=actor, now=now)
        await tell_all(kept)
    return kept


async def unmerge_contact(contact_id: int, *, actor: AgentActor, now: datetime) -> Contact:
    """Have a contact who was merged be themselves again: what moved then, and is of the kept one still, is theirs. What
    has come since stays with the kept one.

    Refuses NotFound, Invalid for one that was not merged, and NotAllowed to whom something of theirs is not shown.
    """
    organization = await Organization.get(id=actor.organization_id)
    check_unmasked(actor, organization)
    async with holding([contact_id], organization=organization, merging=True) as (tx, held):
        contact = held.get(contact_id)
        if contact is None:
            raise NotFound("There is no such contact.", field=("contactId",))
        if contact.merged_into_id is None:
            raise Invalid("This contact was not merged.", field=("contactId",))
        kept = held[contact.merged_into_id]
        await check_sees_all(actor, [kept.id, contact.id])
        await hold_all(tx, kept)
        before = {one.id: _state(one) for one in held.values()}
        merges = await ContactMerge.filter(merged_id__in=list(held)).order_by("id")
        await _leave(tx, contact, held, merges)
        _point(held, [one for one in merges if one.merged_id != contact.id])
        await drop_wrong(tx, kept)
        await _save(held, before)
        await note_edit(tx, contact, actor=actor, now=now)
        await audit(tx, "unmergeContact", contact, actor=actor, merged_into=kept)
        await tell_all(kept, contact)
    return contact


def _the_two(held: Mapping[int, Contact], keep_id: int, merge_id: int) -> tuple[Contact, Contact]:
    for id, field in ((keep_id, "keepId"), (merge_id, "mergeId")):
        if id not in held:
            raise NotFound("There is no such contact.", field=(field,))
    kept, merged = held[held[keep_id].merged_into_id or keep_id], held[merge_id]
    if kept.id == merged.id:
        raise Invalid("This is the same contact.", field=("mergeId",))
    if merged.merged_into_id is not None:
        raise Invalid("This contact was merged before.", field=("mergeId",))
    return kept, merged


async def _keep(
    tx: Transaction, merged: Contact, kept: Contact, moved: Moved, *, actor: AgentActor, now: datetime
) -> None:
    shared: dict[str, Any] = {"organization_id": kept.organization_id, "at": now, "agent_id": actor.agent.id}
    await tx.add(ContactMerge(kept=kept, merged=merged, moved=moved, **shared))
    await note_edit(tx, kept, actor=actor, now=now)
    await audit(tx, "mergeContacts", kept, actor=actor, merged=merged)


async def _leave(
    tx: Transaction, contact: Contact, held: Mapping[int, Contact], merges: Sequence[ContactMerge]
) -> None:
    """Undo the contact's merge, out of all the `merges` of those who are held. Later ones are undone before, and done
    again: what they have joined or filled may have been the contact's."""
    [record] = [one for one in merges if one.merged_id == contact.id]
    later = [one for one in merges if one.id > record.id]
    for one in (*reversed(later), record):
        await part(tx, one.moved, held[one.merged_id], held[one.kept_id])
    await record.delete()
    for one in later:
        one.moved = await join(tx, held[one.merged_id], held[one.kept_id])
        await one.save(update_fields=["moved"])


def _point(held: Mapping[int, Contact], merges: Sequence[ContactMerge]) -> None:
    """Have each of them be who they are by these merges."""
    into = {one.merged_id: one.kept_id for one in merges}
    for id, contact in held.items():
        end = id
        while end in into:
            end = into[end]
        contact.merged_into_id = None if end == id else end


async def _save(held: Mapping[int, Contact], before: Mapping[int, Any]) -> None:
    """Write those who have changed, and whether each of them is known otherwise."""
    aliased = {one.contact_id for one in await ContactAlias.filter(contact_id__in=list(held))}
    ends = {one.merged_into_id for one in held.values()}
    for id, contact in held.items():
        contact.known_otherwise = id in aliased or id in ends
        if _state(contact) != before[id]:
            await save(contact, *_KEPT)
