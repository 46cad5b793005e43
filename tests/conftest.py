"""What every test may ask for: a database with our tables, a Redis, a clock, an organization with its first agent."""

from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import HealthCheck, settings
from tortoise import connections

from models.agent.agent import Agent
from models.database import database, migrate
from models.keyring import Keyring
from models.link import ScheduleLink
from models.organization.organization import Organization
from models.transactions import outlet
from tests.builders import Clock, a_link, an_agent, an_organization
from tests.servers import new_database, postgres_server, redis_server

# Of an example it is proven what comes of it, never how soon: a busy machine would fail it.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# One statement, so that the order of foreign keys does not matter: they are checked when every table is empty. It takes
# a few milliseconds; TRUNCATE, which makes new files for every table and index, takes sixty. The log of changes stays:
# what is deleted is told there.
DELETIONS = """
SELECT 'WITH ' || string_agg(format('%1$I AS (DELETE FROM %1$I)', tablename), ', ') || ' SELECT' AS statement
FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('tortoise_migrations', 'schedule_change')
"""


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server where tests may make databases."""
    with postgres_server() as address:
        yield address


@pytest.fixture(scope="session")
def database_url(postgres_url: str) -> Iterator[str]:
    """The address of this run's database; its tables are made by the first test that uses `db`."""
    with new_database(postgres_url) as address:
        yield address


@pytest.fixture(scope="session")
async def open_database(database_url: str) -> AsyncIterator[str]:
    """The database opened for the run, and the statement that empties it."""
    await migrate(database_url)
    async with database(database_url):
        [row] = await connections.get("default").execute_query_dict(DELETIONS)
        # What is deleted has a trigger note the files that it had.
        yield f"{row['statement']}; DELETE FROM dropped_object"


@pytest.fixture
async def db(open_database: str) -> AsyncIterator[None]:
    """An empty database, open for models; hints go nowhere unless a test connects `outlet`."""
    published, mentioned = outlet.publish, outlet.mention
    await connections.get("default").execute_script(open_database)
    yield
    outlet.publish, outlet.mention = published, mentioned


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with redis_server() as address:
        yield address


@pytest.fixture
def clock() -> Clock:
    """A clock that stands on a Monday at 08:00 in Rome."""
    return Clock()


@pytest.fixture(scope="session")
def keys() -> Keyring:
    return Keyring(b"only for tests, and long enough!")


@pytest.fixture
async def organization(db: None) -> Organization:
    return await an_organization("acme")


@pytest.fixture
async def anna(organization: Organization) -> Agent:
    return await an_agent(organization, "Anna")


@pytest.fixture
async def annas_link(anna: Agent) -> ScheduleLink:
    """acme/anna"""
    return await a_link(anna)
