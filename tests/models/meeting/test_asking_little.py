"""A booking asks the database for what may have changed since the last one, and for nothing else."""

from __future__ import annotations

from datetime import timedelta

from models.actor import Public
from models.agent.agent import Agent
from models.availability.engine import Request, ask_engine
from models.availability.target import Target
from models.claim import Claim
from models.contact.details import GuestDetails
from models.meeting.booking import book
from models.meeting.wish import Wish
from models.organization.organization import Organization
from tests.models.meeting.holding import HALF_HOUR, NINE, NOW
from tests.models.meeting.teams import target_of
from tests.resolvers.statements import statements

OTHER_TIME = ("busy_time", "date_override", "calendar_connection")


def wish(target: Target, number: int) -> Wish:
    guest = GuestDetails(
        name=f"Guest {number}",
        email=f"guest-{number}@guests.example",
        phone=None,
        locale=None,
        time_zone="Europe/Rome",
    )
    return Wish(target=target, start=NINE + number * HALF_HOUR, guest=guest)


async def sent_for(target: Target, number: int) -> list[str]:
    with statements() as sent:
        await book(wish(target, number), actor=Public(), now=NOW)
    return sent


async def test_after_a_booking_of_an_agent_the_next_one_reads_their_claims_and_no_more_of_their_time(
    anna: Agent,
) -> None:
    target = await target_of(anna)
    first = await sent_for(target, 0)
    assert any(table in sent for table in OTHER_TIME for sent in first)
    again = await sent_for(target, 1)
    assert sum("FROM claim" in sent for sent in again) == 1
    assert not [sent for sent in again for table in OTHER_TIME if table in sent]


async def test_a_booking_looks_once_at_what_has_changed(anna: Agent) -> None:
    target = await target_of(anna)
    await sent_for(target, 0)
    assert sum("schedule_change" in sent for sent in await sent_for(target, 1)) == 1


async def test_meetings_are_counted_of_guests_whose_address_is_known_and_of_nobody_else(anna: Agent) -> None:
    await Organization.filter(id=anna.organization_id).update(stored_settings={})
    target = await target_of(anna)
    assert not [sent for sent in await sent_for(target, 0) if "FROM attendee" in sent]
    known = wish(target, 0)
    with statements() as sent:
        await book(Wish(target=target, start=NINE + HALF_HOUR, guest=known.guest), actor=Public(), now=NOW)
    assert [one for one in sent if "FROM attendee" in one]


async def test_an_expired_claim_is_in_nobodys_way_and_is_cleared_by_whom_it_would_stop(anna: Agent) -> None:
    expired = await Claim.create(
        organization_id=anna.organization_id,
        agent=anna,
        starts_at=NINE,
        ends_at=NINE + HALF_HOUR,
        expires_at=NOW - timedelta(seconds=1),
    )
    target = await target_of(anna)
    assert not [sent for sent in await sent_for(target, 1) if "DELETE FROM claim" in sent]
    assert [sent for sent in await sent_for(target, 0) if "DELETE FROM claim" in sent]
    assert not await Claim.exists(id=expired.id)


async def test_what_an_agent_has_taken_is_seen_by_whoever_asks_next(anna: Agent) -> None:
    target = await target_of(anna)
    request = Request(target=target, guest_zone=target.organization.zone, actor=Public())
    assert (await ask_engine(request, now=NOW)).availability.decide(NINE).bookable
    await sent_for(target, 0)
    assert not (await ask_engine(request, now=NOW)).availability.decide(NINE).bookable
