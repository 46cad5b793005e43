"""Taking away what nobody will ask for any more. Rows that the database stamped are judged by its clock."""

from datetime import datetime, timedelta

from models.guest.code import KEPT as CODES_KEPT
from models.transactions import transaction

EVENTS_KEPT = timedelta(days=7)
KEYS_KEPT = timedelta(days=2)
LETTERS_KEPT = timedelta(days=30)
DELIVERIES_KEPT = timedelta(days=14)
SCHEDULED_KEPT = timedelta(days=30)
SESSIONS_KEPT = timedelta(days=7)
FEEDS_AT_ONCE = 500

# A feed loses its oldest events, and says so, in one statement: whoever has a cursor below the floor is told that it
# is too old. All up to the newest old one go, so that the rest stays dense even if a clock was set back. Feeds that
# are just being written to are left for the next time: waiting for them, in any order, could end in a deadlock.
_TRIM_EVENTS = """
WITH due AS (
    SELECT feed.id, feed.topic FROM feed
    JOIN event oldest ON oldest.topic = feed.topic AND oldest.seq = feed.floor + 1
    WHERE oldest.at < now() - %s
    LIMIT %s
    FOR UPDATE OF feed SKIP LOCKED
), raised AS (
    UPDATE feed SET floor = old.seq
    FROM due, LATERAL (SELECT max(seq) AS seq FROM event WHERE topic = due.topic AND at < now() - %s) old
    WHERE feed.id = due.id
    RETURNING feed.topic, feed.floor
), gone AS (
    DELETE FROM event USING raised WHERE event.topic = raised.topic AND event.seq <= raised.floor
)
SELECT topic FROM raised
"""


async def trim_events() -> None:
    """Take away events older than a week, and raise their feeds' floors to where the kept ones begin."""
    trimmed = FEEDS_AT_ONCE
    while trimmed == FEEDS_AT_ONCE:
        async with transaction() as tx:
            trimmed = len(await tx.rows(_TRIM_EVENTS, EVENTS_KEPT, FEEDS_AT_ONCE, EVENTS_KEPT))


async def trim_keys() -> None:
    """Forget idempotency keys after two days: their requests may then be made anew."""
    async with transaction() as tx:
        await tx.rows("DELETE FROM idempotency_key WHERE created_at < now() - %s", KEYS_KEPT)


async def trim_letters(*, now: datetime) -> None:
    """Forget which letters were sent, long after the last job that could send one again; and what was ordered of those
    whose jobs have failed for good."""
    async with transaction() as tx:
        await tx.rows("DELETE FROM sent_letter WHERE sent_at < now() - %s", LETTERS_KEPT)
        await tx.rows("DELETE FROM ordered_letter WHERE ordered_at < %s", now - LETTERS_KEPT)


async def trim_guests(*, now: datetime) -> None:
    """Take away guests' codes once they count for no limit any more, and sessions that have ended by themselves."""
    async with transaction() as tx:
        await tx.rows("DELETE FROM guest_code WHERE created_at < %s", now - CODES_KEPT)
        await tx.rows("DELETE FROM guest_session WHERE expires_at < %s", now)


async def trim_deliveries(*, now: datetime) -> None:
    """Forget what webhooks were told, long after the last attempt at it, and what it said of guests."""
    async with transaction() as tx:
        await tx.rows("DELETE FROM webhook_delivery WHERE created_at < %s", now - DELIVERIES_KEPT)


async def trim_scheduled(*, now: datetime) -> None:
    """Forget messages that were to be sent, a month after they were, or should have been."""
    async with transaction() as tx:
        await tx.rows(
            "DELETE FROM scheduled_message WHERE status <> 'WAITING' AND send_at < %s", now - SCHEDULED_KEPT
        )


async def trim_sessions(*, now: datetime) -> None:
    """Take away sessions that ended by themselves a week ago."""
    async with transaction() as tx:
        await tx.rows("DELETE FROM session WHERE expires_at < %s", now - SESSIONS_KEPT)
