"""The log of changes: what it tells, to whom, and from when on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date, timedelta

import psycopg
import pytest
from tortoise import connections

from models.agent.agent import Agent
from models.agent.hours import DateOverride
from models.agent.template import DayTemplate
from models.availability.sight import looks
from models.calendar.busy import replace_busy_time
from models.calendar.connection import CalendarConnection
from models.changes import (
    Look,
    catalogue_of,
    claims_of,
    groups_of,
    link_of,
    look,
    pool_of,
    time_of,
    trim_changes,
)
from models.claim import Claim
from models.connection import Connection
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.database import migrate
from models.link import ScheduleLink
from models.meeting.meeting import Attendee, Meeting
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.service import Service, ServiceMember
from models.organization.subject import Subject
from models.transactions import transaction
from models.words import (
    CalendarProvider,
    Channel,
    ConnectionStatus,
    ConversationStatus,
    Distribution,
    MeetingStatus,
    MeetingType,
)
from scheduling.intervals import Interval
from tests.builders import MONDAY, a_contact, a_link, a_service, an_agent
from tests.servers import new_database
from tests.waiting import PATIENCE_SECONDS

HOUR = timedelta(hours=1)


async def look_now(since: str | None = None) -> Look:
    """As a process looks, outside of any transaction."""
    async with looks().pool.connection() as raw:
        return await look(Connection(looks().client, raw), since)


async def told_of(change: Callable[[], Awaitable[object]]) -> set[str]:
    """What is told of a change by the next look, of what was told before nothing again."""
    before = await look_now()
    await change()
    after = await look_now(before.snapshot)
    assert after.whole
    assert (await look_now(after.snapshot)).changed == frozenset()
    return set(after.changed)


@pytest.fixture
async def office(organization: Organization) -> Office:
    return await Office.create(organization=organization, name="Rome", time_zone="Europe/Rome")


@pytest.fixture
async def subject(organization: Organization) -> Subject:
    return await Subject.create(organization=organization, name="Loans")


@pytest.fixture
async def service(organization: Organization, anna: Agent) -> Service:
    return await a_service(organization, anna)


@pytest.fixture
async def calendar(anna: Agent) -> CalendarConnection:
    return await CalendarConnection.create(
        organization_id=anna.organization_id,
        agent=anna,
        provider=CalendarProvider.ICS,
        account="Private",
    )


@pytest.fixture
async def claim(anna: Agent) -> Claim:
    return await a_claim(anna)


async def a_claim(agent: Agent, **values: object) -> Claim:
    return await Claim.create(
        organization_id=agent.organization_id,
        agent=agent,
        starts_at=MONDAY,
        ends_at=MONDAY + HOUR,
        **values,  # type: ignore[arg-type]
    )


async def a_meeting(agent: Agent, guest: Contact, **values: object) -> Meeting:
    organization = await Organization.get(id=agent.organization_id)
    conversation = await Conversation.create(
        organization=organization,
        number=1,
        channel=Channel.MEETING,
        status=ConversationStatus.OPEN,
        created_at=MONDAY,
        last_message_at=MONDAY,
    )
    return await Meeting.create(
        organization=organization,
        title="Loans",
        start=MONDAY,
        end=MONDAY + HOUR,
        guest_time_zone="Europe/Rome",
        guest=guest,
        conversation=conversation,
        **values,  # type: ignore[arg-type]
    )


@pytest.fixture
async def guest(organization: Organization) -> Contact:
    return await a_contact(organization)


# ── An agent's time ──


async def test_a_claim_changes_an_agents_claims_and_nothing_else(anna: Agent) -> None:
    assert await told_of(lambda: a_claim(anna)) == {claims_of(anna.id)}
    assert await told_of(lambda: Claim.all().update(expires_at=MONDAY)) == {claims_of(anna.id)}
    assert await told_of(lambda: Claim.all().update(expires_at=MONDAY)) == set()
    assert await told_of(lambda: Claim.all().delete()) == {claims_of(anna.id)}


async def test_a_claim_that_changes_hands_changes_the_claims_of_both(
    organization: Organization, anna: Agent, claim: Claim
) -> None:
    ben = await an_agent(organization, "Ben")
    given = await told_of(lambda: Claim.all().update(agent_id=ben.id))
    assert given == {claims_of(anna.id), claims_of(ben.id)}


async def test_overrides_and_day_templates_change_an_agents_time(anna: Agent) -> None:
    whose = {"organization_id": anna.organization_id, "agent_id": anna.id}
    changes: list[Callable[[], Awaitable[object]]] = [
        lambda: DateOverride.create(**whose, date=date(2027, 3, 1)),
        lambda: DateOverride.all().update(windows=[{}]),
        lambda: DateOverride.all().delete(),
        lambda: DayTemplate.create(**whose, name="Late"),
        lambda: DayTemplate.all().update(windows=[{}]),
        lambda: DayTemplate.all().delete(),
    ]
    for change in changes:
        assert await told_of(change) == {time_of(anna.id)}


async def test_busy_times_tell_of_their_agent_once_however_many(calendar: CalendarConnection) -> None:
    async def read(busy: Sequence[Interval]) -> None:
        async with transaction() as tx:
            await replace_busy_time(tx, calendar, busy)

    hours = [Interval(MONDAY + n * HOUR, MONDAY + (n + 1) * HOUR) for n in range(100)]
    before = await written()
    assert await told_of(lambda: read(hours)) == {time_of(calendar.agent_id)}
    assert await told_of(lambda: read(hours)) == set()
    assert await told_of(lambda: read([])) == {time_of(calendar.agent_id)}
    assert await written() - before == 2


async def test_of_a_calendar_only_what_is_known_counts_and_not_when_it_is_read(
    calendar: CalendarConnection,
) -> None:
    rows = CalendarConnection.all()
    assert await told_of(lambda: rows.update(next_refresh_at=MONDAY, etag="1", last_synced_at=MONDAY)) == set()
    assert await told_of(lambda: rows.update(known_until=MONDAY)) == {time_of(calendar.agent_id)}
    connected = ConnectionStatus.CONNECTED
    assert await told_of(lambda: rows.update(status=connected)) == {time_of(calendar.agent_id)}
    assert await told_of(calendar.delete) == {time_of(calendar.agent_id)}


async def test_an_agents_week_is_time_and_part_of_the_catalogue(anna: Agent) -> None:
    both = {time_of(anna.id), catalogue_of(anna.organization_id)}
    assert await told_of(lambda: Agent.all().update(week=[])) == both
    assert await told_of(lambda: Agent.all().update(time_zone="Asia/Kathmandu")) == both
    assert await told_of(lambda: Agent.all().update(name="Anne")) == {catalogue_of(anna.organization_id)}


# ── What an organization has set up ──


async def test_everything_that_is_set_up_is_part_of_the_catalogue(
    organization: Organization, anna: Agent, office: Office, subject: Subject, service: Service
) -> None:
    rule = PlanningRule(
        organization=organization,
        subject=subject,
        meeting_type=MeetingType.VIDEO,
        default_duration_minutes=30,
        slot_interval_minutes=30,
    )
    changes: list[Callable[[], Awaitable[object]]] = [
        lambda: Organization.all().update(stored_settings={"weekends_disabled": True}),
        lambda: Organization.all().update(time_zone="Asia/Kathmandu"),
        lambda: Office.all().update(hours=[]),
        lambda: Service.all().update(distribution=Distribution.COLLECTIVE),
        lambda: ServiceMember.all().update(weight=2),
        lambda: Subject.all().update(available_for_customers=False),
        rule.save,
        lambda: rule.agents.add(anna),
        lambda: PlanningRule.all().update(seats=2),
        lambda: rule.agents.remove(anna),
        rule.delete,
        lambda: anna.expertise.add(subject),
        lambda: anna.offices.add(office),
        lambda: Agent.all().update(is_active=False),
        office.delete,
        subject.delete,
        service.delete,
        lambda: an_agent(organization, "Ben"),
        anna.delete,
    ]
    for change in changes:
        assert catalogue_of(organization.id) in await told_of(change)


async def test_whose_turn_it_was_is_not_told(organization: Organization, service: Service) -> None:
    rows = ServiceMember.all()
    assert await told_of(lambda: rows.update(given_count=1, last_given_at=MONDAY)) == set()


async def test_another_organizations_catalogue_stays_what_it_is(organization: Organization) -> None:
    other = await Organization.create(slug="other", name="Other", time_zone="Europe/Rome")
    assert await told_of(lambda: an_agent(other)) >= {catalogue_of(other.id)}
    assert catalogue_of(organization.id) not in await told_of(lambda: an_agent(other))


async def test_a_link_tells_of_itself_alone_and_of_the_times_it_holds(anna: Agent) -> None:
    link = await a_link(anna)
    assert await told_of(lambda: ScheduleLink.all().update(is_active=False)) == {link_of(link.id)}
    assert await told_of(lambda: a_claim(anna, link=link)) == {link_of(link.id), claims_of(anna.id)}
    assert await told_of(lambda: Claim.all().update(link_id=None)) == {link_of(link.id), claims_of(anna.id)}
    assert await told_of(link.delete) == {link_of(link.id)}


# ── Meetings that no claim tells of ──


async def test_meetings_of_a_service_change_its_pool(anna: Agent, guest: Contact, service: Service) -> None:
    meeting = None

    async def made() -> None:
        nonlocal meeting
        meeting = await a_meeting(anna, guest, service=service)

    assert await told_of(made) == {pool_of(service.id)}
    assert meeting is not None
    assert await told_of(lambda: meeting.agents.add(anna)) == {pool_of(service.id)}
    assert await told_of(lambda: meeting.agents.clear()) == {pool_of(service.id)}
    assert await told_of(lambda: Meeting.all().update(status=MeetingStatus.CANCELLED)) == {pool_of(service.id)}
    assert await told_of(lambda: Meeting.all().update(title="Savings")) == set()
    assert await told_of(meeting.delete) == {pool_of(service.id)}


async def test_seats_are_told_and_who_takes_them(anna: Agent, guest: Contact) -> None:
    meeting = await a_meeting(anna, guest, seats=5)
    groups = {groups_of(anna.organization_id)}
    grace = Attendee(organization_id=anna.organization_id, meeting=meeting, name="Grace")
    assert await told_of(grace.save) == groups
    assert await told_of(lambda: Attendee.all().update(name="Grace Guest")) == groups
    assert await told_of(lambda: Attendee.all().delete()) == groups
    assert await told_of(lambda: meeting.agents.add(anna)) == groups
    assert await told_of(lambda: Meeting.all().update(seats=6)) == groups
    assert await told_of(meeting.delete) == groups


async def test_a_meeting_of_two_that_has_its_agent_tells_by_its_claim_alone(
    anna: Agent, guest: Contact
) -> None:
    async def booked() -> None:
        meeting = await a_meeting(anna, guest)
        await meeting.agents.add(anna)
        await Attendee.create(organization_id=anna.organization_id, meeting=meeting, name="Grace")

    assert await told_of(booked) == set()


# ── Who is told when ──


async def test_what_is_not_committed_is_told_to_nobody_else(anna: Agent) -> None:
    before = await look_now()
    async with transaction() as tx:
        await a_claim(anna)
        told = await look(tx.connection, before.snapshot)
        assert told.changed == frozenset()
        assert told.own == {claims_of(anna.id)}
        assert (await look_now(before.snapshot)).changed == frozenset()
    assert (await look_now(before.snapshot)).changed == {claims_of(anna.id)}


async def test_what_is_rolled_back_is_told_to_nobody(anna: Agent) -> None:
    before = await look_now()
    with pytest.raises(ZeroDivisionError):
        async with transaction():
            await a_claim(anna)
            raise ZeroDivisionError
    assert (await look_now(before.snapshot)).changed == frozenset()


async def test_what_a_transaction_saw_is_less_its_own(anna: Agent) -> None:
    """What it has seen may be asked against by everybody; they have not seen what it commits later."""
    before = await look_now()
    async with transaction() as tx:
        await a_claim(anna)
        within = await look(tx.connection, before.snapshot)
    assert (await look_now(within.snapshot)).changed == {claims_of(anna.id)}


async def test_its_own_and_what_others_did_to_the_same_are_told_apart(anna: Agent, database_url: str) -> None:
    before = await look_now()
    async with transaction() as tx:
        await a_claim(anna)
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as other:
            await other.execute(CLAIMED, (anna.organization_id, anna.id))
        told = await look(tx.connection, before.snapshot)
    assert told.changed == told.own == {claims_of(anna.id)}


CLAIMED = """
INSERT INTO claim (organization_id, agent_id, starts_at, ends_at)
VALUES (%s, %s, '2027-03-01 10:00Z', '2027-03-01 11:00Z')
"""


@pytest.fixture
async def late(database_url: str) -> AsyncIterator[psycopg.AsyncConnection]:
    """A connection whose transaction goes on."""
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        yield connection


async def test_a_transaction_that_commits_late_is_told_then(anna: Agent, late: psycopg.AsyncConnection) -> None:
    """Others began after it and have committed before it: they are told first, and it is told all the same."""
    ben = await an_agent(await Organization.get(id=anna.organization_id), "Ben")
    before = await look_now()
    await late.execute(CLAIMED, (anna.organization_id, anna.id))
    await a_claim(ben)
    between = await look_now(before.snapshot)
    assert between.changed == {claims_of(ben.id)}
    await Claim.all().update(expires_at=MONDAY)
    await late.commit()
    assert (await look_now(between.snapshot)).changed == {claims_of(anna.id), claims_of(ben.id)}


# ── How far back it goes ──


async def transactions(where: str) -> int:
    [row] = await connections.get("default").execute_query_dict(
        f"SELECT count(DISTINCT xid) AS n FROM schedule_change WHERE {where}"
    )
    return int(row["n"])


async def written() -> int:
    [row] = await connections.get("default").execute_query_dict("SELECT count(*) AS n FROM schedule_change")
    return int(row["n"])


async def age(hours: float) -> None:
    await connections.get("default").execute_query_dict(
        "UPDATE schedule_change SET at = at - make_interval(secs => %s)", [hours * 3600]
    )


async def trim_all() -> None:
    """Trim until of old transactions only the newest is left. Those that other databases of the server have begun may
    keep more of them, as long as they run."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await transactions("at < now() - interval '1 hour'") > 1:
            await trim_changes()


async def look_when_all_have_ended() -> Look:
    """A look while no transaction runs; those of other databases of the server count as well."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            seen = await look_now()
            oldest, following, _ = seen.snapshot.split(":")
            if oldest == following:
                return seen


async def test_old_changes_are_forgotten_and_new_ones_kept(anna: Agent) -> None:
    await a_claim(anna)
    await age(1.1)
    await Claim.all().delete()
    recent = await look_when_all_have_ended()
    await Claim.all().delete()
    await trim_all()
    assert await transactions("at >= now() - interval '1 hour'") > 0
    assert (await look_now(recent.snapshot)).whole


async def test_who_looked_before_what_is_forgotten_is_told_that_anything_may_have_changed(
    anna: Agent,
) -> None:
    long_ago = await look_now()
    await a_claim(anna)
    await Claim.all().delete()
    await age(1.1)
    await trim_all()
    assert not (await look_now(long_ago.snapshot)).whole
    assert (await look_now((await look_now()).snapshot)).whole


async def test_what_a_transaction_that_still_runs_may_commit_is_never_missed(
    anna: Agent, late: psycopg.AsyncConnection
) -> None:
    await late.execute(CLAIMED, (anna.organization_id, anna.id))
    ben = await an_agent(await Organization.get(id=anna.organization_id), "Ben")
    await a_claim(ben)
    while_it_runs = await look_now()
    await age(1.1)
    await trim_changes()
    await late.commit()
    told = await look_now(while_it_runs.snapshot)
    assert not told.whole or claims_of(anna.id) in told.changed


async def test_where_nothing_changes_for_long_the_log_stays_whole(anna: Agent) -> None:
    seen = await look_now()
    for _ in range(3):
        await age(1.1)
        await trim_all()
    assert (await look_now((await look_now(seen.snapshot)).snapshot)).whole


async def test_rows_of_another_server_go(anna: Agent) -> None:
    """A restored log may name transactions that this server has not come to."""
    await connections.get("default").execute_query_dict(
        "INSERT INTO schedule_change (xid, organization_id, what, key) VALUES ('99999999999', 1, 'time', 1)"
    )
    await trim_changes()
    assert (await look_now((await look_now()).snapshot)).changed == frozenset()


async def test_who_has_seen_nothing_is_told_that_anything_may_have_changed(anna: Agent) -> None:
    assert not (await look_now()).whole


async def test_a_database_that_was_restored_on_the_same_server_is_known_as_another(
    db: None, postgres_url: str
) -> None:
    """Its log says nothing of what was otherwise in the one before, though numbers of transactions go on."""
    with new_database(postgres_url) as address:
        await migrate(address)
        async with await psycopg.AsyncConnection.connect(address, autocommit=True) as raw:
            restored = await look(Connection(looks().client, raw), None)
    assert restored.server != (await look_now()).server == (await look_now()).server
