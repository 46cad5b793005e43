"""Guests of whom nothing is left are forgotten: who comes again is somebody whom nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from models.contact import Contact, locks_of
from models.organization.organization import Organization
from models.transactions import Transaction

# Who is invited is expected. What agents have put into a list of their own they keep on purpose.
_DELETE = """
DELETE FROM contact c WHERE c.id = ANY(%s) AND (c.name, c.email, c.phone) IS NOT DISTINCT FROM (%s, %s, %s)
    AND NOT EXISTS (SELECT FROM meeting m WHERE m.guest_id = c.id)
    AND NOT EXISTS (SELECT FROM attendee a WHERE a.contact_id = c.id AND NOT a.companion)
    AND NOT EXISTS (SELECT FROM conversation v WHERE v.contact_id = c.id)
    AND NOT EXISTS (SELECT FROM member r WHERE r.contact_id = c.id)
    AND NOT EXISTS (SELECT FROM schedule_link s WHERE s.invited_id = c.id AND s.is_active AND s.used_at IS NULL
        AND (s.expires_at IS NULL OR s.expires_at > %s))
    AND NOT EXISTS (SELECT FROM contact_list l WHERE l.id = c.contact_list_id AND NOT l.is_default)
RETURNING c.id
"""


# Who has signed in by an address that is no contact's any more has nothing to see, and no calendar.
_OF_ADDRESSES = ("guest_session", "guest_code", "calendar_feed")


async def purge_contacts(
    tx: Transaction, organization: Organization, ids: Sequence[int], *, now: datetime
) -> int:
    """Delete those of the contacts who have no meeting, no conversation and no open invitation any more; how many.

    Whoever books holds the locks of their details (see `Contact.alike`), so that nobody is deleted between being
    recognised and having a meeting. Who has other details by now is not looked at: somebody has just changed them.
    """
    known = await Contact.filter(id__in=list(ids), organization_id=organization.id)
    for lock in sorted({lock for one in known for lock in locks_of(one, organization=organization)}):
        await tx.lock(lock)
    # Others who refer to them hold their rows; what they have committed, the next statement sees.
    await tx.rows("SELECT FROM contact WHERE id = ANY(%s) ORDER BY id FOR UPDATE", list(ids))
    gone = [one for one in known if await tx.rows(_DELETE, [one.id], one.name, one.email, one.phone, now)]
    for table in _OF_ADDRESSES:
        await tx.rows(
            f"DELETE FROM {table} k WHERE k.organization_id = %s AND k.email = ANY(%s) AND NOT EXISTS"
            " (SELECT FROM contact c WHERE c.organization_id = k.organization_id AND c.email = k.email)",
            organization.id, [one.email for one in gone if one.email is not None],
        )  # fmt: skip
    return len(gone)
