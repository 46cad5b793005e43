"""The demo organization `acme`: people, hours, plans, meetings and conversations to try everything with."""

from __future__ import annotations

from datetime import datetime

from models.demo.meetings import book_meetings
from models.demo.organization import PASSWORD, SIGN_INS, SLUG, add_people
from models.demo.planning import plan_meetings
from models.organization.organization import Organization
from models.transactions import transaction

__all__ = ["PASSWORD", "SIGN_INS", "SLUG", "load_demo"]

# Two processes that start at once load it once. The number is arbitrary, but ours.
_LOCK = 7_316_542_810


async def load_demo(*, now: datetime) -> bool:
    """Add the demo organization, all of it or nothing; False where there is one already, which stays as it is."""
    async with transaction() as tx:
        await tx.rows("SELECT pg_advisory_xact_lock(%s)", _LOCK)
        if await Organization.exists(slug=SLUG):
            return False
        demo = await add_people()
        await plan_meetings(demo, now=now)
        await book_meetings(demo, now=now)
    return True
