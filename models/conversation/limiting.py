"""How many conversations guests begin: by address, and all of an organization's together, so that nobody is flooded."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.queryset import QuerySet

from errors import LimitReached
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.transactions import key_of
from models.words import Channel

# How many within how long. It is said of themselves by those who write: who gives other addresses is counted with all.
_OF_ADDRESS = ((timedelta(minutes=10), 5), (timedelta(days=1), 20))
_OF_ORGANIZATION = ((timedelta(hours=1), 1_000),)


def lock_of(organization_id: int) -> int:
    """Conversations of guests are begun and counted one at a time in an organization."""
    return key_of("guest-conversations", organization_id)


async def check_limits(guest: Contact, *, now: datetime) -> None:
    """Refuses LimitReached to a guest who has begun too many, and to all where guests have. Whoever asks holds the lock
    above."""
    begun = Conversation.filter(organization_id=guest.organization_id, channel=Channel.WEB)
    for name in ("email", "phone"):
        said = getattr(guest, name)
        if said is not None:
            await _check(begun.filter(**{f"contact__{name}": said}), _OF_ADDRESS, now=now)
    await _check(begun, _OF_ORGANIZATION, now=now)


async def _check(
    rows: QuerySet[Conversation], limits: tuple[tuple[timedelta, int], ...], *, now: datetime
) -> None:
    for within, most in limits:
        if await rows.filter(created_at__gt=now - within).count() >= most:
            raise LimitReached("Too many conversations were begun: go on in one of them, or wait a while.")
