"""Guests of whom nothing is left are forgotten: who comes again is somebody whom nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from models.contact.contact import Contact
from models.contact.holding import merging_lock
from models.contact.recognising import locks_of
from models.organization.organization import Organization
from models.transactions import Transaction

# Who is invited is expected. What agents have put into a list of their own they keep on purpose. Those who were merged
# into a contact go with them, and stay with them.
_DELETE = """
WITH same AS (SELECT id FROM contact WHERE id = %s OR merged_into_id = %s)
DELETE FROM contact c WHERE c.id = %s AND (c.name, c.email, c.phone) IS NOT DISTINCT FROM (%s, %s, %s)
    AND c.merged_into_id IS NULL
    AND NOT EXISTS (SELECT FROM meeting WHERE guest_id IN (SELECT id FROM same))
    AND NOT EXISTS (SELECT FROM attendee WHERE contact_id IN (SELECT id FROM same) AND NOT companion)
    AND NOT EXISTS (SELECT FROM conversation WHERE contact_id IN (SELECT id FROM same))
    AND NOT EXISTS (SELECT FROM member WHERE contact_id IN (SELECT id FROM same))
    AND NOT EXISTS (SELECT FROM schedule_link s WHERE s.invited_id IN (SELECT id FROM same)
        AND s.is_active AND s.used_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > %s))
    AND NOT EXISTS (SELECT FROM contact_list l WHERE l.id = c.contact_list_id AND NOT l.is_default)
RETURNING c.id
"""


# Who has signed in by an address that is no contact's any more has nothing to see, and no calendar.
_OF_ADDRESSES = ("guest_session", "guest_code", "calendar_feed")


async def purge_contacts(
    tx: Transaction, organization: Organization, ids: Sequence[int], *, now: datetime
) -> int:
    """Delete those of the contacts who have no meeting, no conversation and no open invitation any more; how many.

    Whoever books holds the locks of their details (see `alike`), so that nobody is deleted between being
    recognised and having a meeting. Who has other details by now is not looked at: somebody has just changed them.
    """
    await tx.lock(merging_lock(organization.id))
    known = await Contact.filter(organization_id=organization.id, id__in=Contact.same_as(ids)).order_by("id")
    for lock in sorted({lock for one in known for lock in locks_of(one, organization=organization)}):
        await tx.lock(lock)
    # Others who refer to them hold their rows; what they have committed, the next statement sees.
    rows = [one.id for one in known]
    await tx.rows("SELECT FROM contact WHERE id = ANY(%s) ORDER BY id FOR UPDATE", rows)
    gone = {one.id for one in known if await _delete(tx, one, now=now)}
    went = [one.email for one in known if one.email is not None and {one.id, one.merged_into_id} & gone]
    for table in _OF_ADDRESSES:
        await tx.rows(
            f"DELETE FROM {table} k WHERE k.organization_id = %s AND k.email = ANY(%s) AND NOT EXISTS"
            " (SELECT FROM contact c WHERE c.organization_id = k.organization_id AND c.email = k.email)",
            organization.id, went,
        )  # fmt: skip
    return len(gone)


async def _delete(tx: Transaction, one: Contact, *, now: datetime) -> bool:
    details = (one.name, one.email, one.phone)
    return bool(await tx.rows(_DELETE, one.id, one.id, one.id, *details, now))
