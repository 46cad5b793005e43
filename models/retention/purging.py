"""Outdated meetings are purged at the beginning of the organization's day: what is personal goes, how many there were
stays.

It is done in steps, each a transaction of its own, until nothing is left to do; then the day is done, and the audit
says so. A worker that is killed in between has done whole steps, and the next one goes on. Since only the date is
compared, a midnight at which nobody worked is made up for, and it does not matter how many hours a day has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.audit.auditing import audit
from models.organization.organization import Organization
from models.retention import campaigns, contacts, conversations, invitations, meetings
from models.retention.events import silence_inboxes
from models.retention.purge import Purge
from models.transactions import Transaction, transaction
from scheduling.hours import midnight, today

AT_ONCE = 100
"""How many meetings, conversations or contacts a step takes."""


@dataclass(frozen=True, slots=True)
class Night:
    """An organization's purge at the beginning of a day: what ended, or was said, before `cutoff` is outdated."""

    organization: Organization
    purge: Purge
    day: date
    cutoff: datetime


async def purging_organizations() -> list[int]:
    """Those whose outdated meetings are purged, or were until lately."""
    found = {one.id for one in await Organization.all() if one.settings.purge_outdated_meetings}
    begun = await Purge.all().values_list("organization_id", flat=True)
    return sorted(found | {int(str(id)) for id in begun})


async def purge_step(organization_id: int, *, now: datetime) -> bool:
    """Do the next step of the organization's purge; whether there may be another one.

    Nothing is purged on the day on which it was switched on: whoever did so by mistake has until midnight. Of two who
    purge at the same time, one does.
    """
    organization = await Organization.get(id=organization_id)
    day = today(now, organization.zone)
    async with transaction() as tx:
        purge = await _begun(tx, organization, day)
        if purge is None:
            return False
        if not organization.settings.purge_outdated_meetings:
            return await _stop(tx, organization, purge, now=now)
        if purge.day >= day:
            return False
        kept = timedelta(days=organization.settings.retention_days)
        night = Night(organization, purge, day, midnight(day - kept, organization.zone))
        return await _step(tx, night, now=now)


async def _begun(tx: Transaction, organization: Organization, day: date) -> Purge | None:
    """The purge, held until the transaction ends; None where somebody else holds it, or there is none to be."""
    if organization.settings.purge_outdated_meetings:
        await tx.rows(
            "INSERT INTO purge (organization_id, day, meetings, conversations, contacts, waiting)"
            " VALUES (%s, %s, 0, 0, 0, '[]') ON CONFLICT DO NOTHING",
            organization.id, day,
        )  # fmt: skip
    locked = Purge.filter(organization_id=organization.id).select_for_update(skip_locked=True)
    return await locked.first()


async def _stop(tx: Transaction, organization: Organization, purge: Purge, *, now: datetime) -> bool:
    """Purge no more; only what is begun, of guests whose meetings are gone already, is done to its end."""
    if purge.waiting:
        await _purge_contacts(tx, organization, purge, now=now)
        return True
    await purge.delete()
    return False


async def _step(tx: Transaction, night: Night, *, now: datetime) -> bool:
    if night.purge.waiting:
        await _purge_contacts(tx, night.organization, night.purge, now=now)
        return True
    gone = await meetings.purge_meetings(tx, night.organization, before=night.cutoff, limit=AT_ONCE)
    ended = await conversations.purge_conversations(
        tx, night.organization, before=night.cutoff, of_meetings=gone.conversations, limit=AT_ONCE
    )
    invited = await invitations.purge_invitations(tx, night.organization, before=night.cutoff, limit=AT_ONCE)
    if not gone.meetings and not ended.conversations and not invited:
        await _finish(tx, night)
        return False
    night.purge.meetings += gone.meetings
    night.purge.conversations += ended.conversations
    night.purge.waiting = sorted(gone.contacts | ended.contacts | invited)
    await night.purge.save()
    return True


async def _purge_contacts(tx: Transaction, organization: Organization, purge: Purge, *, now: datetime) -> None:
    looked_at, purge.waiting = purge.waiting[:AT_ONCE], purge.waiting[AT_ONCE:]
    purge.contacts += await contacts.purge_contacts(tx, organization, looked_at, now=now)
    await purge.save()


async def _finish(tx: Transaction, night: Night) -> None:
    """The day is done. What else is kept for some days, requests and what was sent elsewhere, is so no longer than
    meetings are."""
    organization, purge = night.organization, night.purge
    for table in ("idempotency_key", "webhook_delivery"):
        await tx.rows(
            f"DELETE FROM {table} WHERE organization_id = %s AND created_at < %s", organization.id, night.cutoff
        )
    await campaigns.forget_recipients(tx, organization, before=night.cutoff)
    if purge.meetings or purge.conversations or purge.contacts:
        await silence_inboxes(tx, organization)
        await audit(
            tx,
            "purgeOutdatedMeetings",
            organization,
            actor=None,
            ended_before=night.cutoff,
            meetings=purge.meetings,
            conversations=purge.conversations,
            contacts=purge.contacts,
        )
    purge.day, purge.meetings, purge.conversations, purge.contacts = night.day, 0, 0, 0
    await purge.save()
