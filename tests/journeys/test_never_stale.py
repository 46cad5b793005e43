"""What one process commits, another one sees in the very next answer, however much it keeps."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from models.actor import Public
from models.agent.agent import Agent
from models.availability.engine import Request, ask_engine
from models.availability.sight import Looks, Sight, look, looks
from models.availability.target import Named, find_target
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.subject import Subject
from scheduling.availability import SlotTexts
from scheduling.hours import Dates
from tests.builders import MONDAY, a_link, a_service, acting, an_agent
from tests.journeys.api import client_of
from tests.resolvers.documents import BOOK, SLOTS, TEN, codes, wish
from tests.waiting import PATIENCE_SECONDS

CHANGER = Path(__file__).with_name("changing_process.py")
ROME = ZoneInfo("Europe/Rome")
ALL = Dates()

Listed = Mapping[str, tuple[SlotTexts, ...]]


class Changer:
    """The other process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def does(self, change: str) -> None:
        """Until the change is committed."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{change}\n".encode())
        await self.says("done")

    async def says(self, word: str) -> None:
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert (await self._process.stdout.readline()).decode().strip() == word


@pytest.fixture(scope="module")
async def other_process(open_database: str, database_url: str) -> AsyncIterator[Changer]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, CHANGER, database_url, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    changer = Changer(process)
    await changer.says("ready")
    yield changer
    assert process.stdin is not None
    process.stdin.close()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await process.wait()


@pytest.fixture
async def other(acme: Mapping[str, Named], other_process: Changer) -> Changer:
    return other_process


@pytest.fixture
async def acme(organization: Organization, anna: Agent) -> Mapping[str, Named]:
    """Everything there is to be asked for."""
    ben = await an_agent(organization, "Ben", languages=["it"])
    await a_link(anna)
    service = await a_service(organization, anna, ben)
    await a_link(service)
    subject = await Subject.create(organization=organization, name="Loans")
    office = await Office.create(organization=organization, name="Rome", time_zone="Europe/Rome")
    await anna.expertise.add(subject)
    await anna.offices.add(office)
    return {
        "by link": Named(link="acme/anna"),
        "of the service": Named(link="acme/support"),
        "about loans": Named(service_id=service.id, subject_id=subject.id),
        "at the office": Named(service_id=service.id, office_id=office.id),
        "in Italian": Named(service_id=service.id, language="it"),
    }


async def listed(asked: Mapping[str, Named], sight: Sight | None = None) -> Listed:
    found = {}
    for name, named in asked.items():
        seen = sight or await look()
        target = await find_target(named, actor=Public(), now=MONDAY, sight=seen)
        request = Request(target=target, guest_zone=ROME, actor=Public())
        found[name] = (await ask_engine(request, now=MONDAY, sight=seen, turns=False)).texts(ALL)
    return found


async def listed_anew(asked: Mapping[str, Named]) -> Listed:
    """By a process that has kept nothing."""
    return await listed(asked, await Looks(looks().client).outside())


def differ(before: Listed, after: Listed) -> set[str]:
    return {name for name in before if before[name] != after[name]}


HERS = {"by link", "of the service", "about loans", "at the office"}
EVERYTHING = {*HERS, "in Italian"}
THE_SERVICES = EVERYTHING - {"by link"}

# What the other process does, one after the other, and which lists are others then.
STORIES = {
    "meetings": [("books", HERS), ("moves", HERS), ("cancels", HERS), ("holds", HERS), ("takes the claims away", HERS)],
    "calendars": [
        ("connects a calendar", HERS),
        ("lets unknown calendars block", set()),
        ("has not read it lately", HERS),
        ("looks at no calendars", HERS),
    ],
    "a calendar that goes": [("connects a calendar", HERS), ("disconnects it", HERS)],
    "hours": [
        ("takes a day off", HERS),
        ("gives a day a template", HERS),
        ("changes the template", HERS),
        ("moves to Kathmandu", HERS),
        ("changes hours", HERS),
    ],
    "the catalogue": [
        ("plans further ahead", EVERYTHING),
        ("closes weekdays to the public", EVERYTHING),
        ("makes a rule", {"about loans"}),
        ("makes Ben an expert", {"about loans"}),
        ("gives the rule to Ben", {"about loans"}),
        ("closes the office", {"at the office"}),
        ("moves Ben to the office", {"at the office"}),
        ("narrows the link", {"by link"}),
    ],
    "settings": [
        ("has meetings last an hour", EVERYTHING),
        ("begins them every quarter", EVERYTHING),
        ("keeps tomorrow free", EVERYTHING),
        ("looks at no calendars", set()),
    ],
    "who there is": [
        ("offers a language", {"in Italian"}),
        ("has Carla join", {"of the service"}),
        ("has Ben leave the service", {"of the service", "in Italian"}),
        ("has Ben leave", set()),
    ],
    "teams": [
        ("gives meetings to nobody yet", set()),
        ("books the service", THE_SERVICES),
        ("asks for all together", THE_SERVICES),
        ("has Ben leave", THE_SERVICES - {"in Italian"}),
    ],
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
async def test_what_another_process_has_changed_is_seen_at_once(
    story: str, acme: Mapping[str, Named], other: Changer
) -> None:
    before = await listed(acme)
    for change, others in STORIES[story]:
        await other.does(change)
        after = await listed(acme)
        assert differ(before, after) == others, change
        assert after == await listed_anew(acme)
        before = after


async def test_settings_that_another_process_sets_bind_the_next_request(
    acme: Mapping[str, Named], other: Changer
) -> None:
    anybody, anna = client_of(Public()), client_of(acting(await Agent.get(slug="anna")))
    slots = {"link": "acme/anna", "from": "2027-03-01", "to": "2027-03-01", "timeZone": "Europe/Rome"}
    assert (await anybody.do(SLOTS, input=slots))["total"] == 16
    await other.does("keeps tomorrow free")
    assert (await anybody.do(SLOTS, input=slots))["total"] == 0
    assert codes(await anybody.do(BOOK, input=wish(TEN))) == ["TOO_SOON"]
    assert (await anna.do(SLOTS, input=slots))["total"] == 16
    later = "2027-03-05T10:00:00+01:00"
    await other.does("asks for a number")
    assert codes(await anybody.do(BOOK, input=wish(later))) == ["CONTACT_FIELD_REQUIRED"]
    await other.does("books for nobody")
    assert (await anybody.run(BOOK, input=wish(later))).codes == ["FORBIDDEN"]


async def test_a_booking_that_is_committed_late_is_seen_then_and_no_sooner(
    acme: Mapping[str, Named], other: Changer
) -> None:
    before = await listed(acme)
    await other.does("begins a booking")
    assert await listed(acme) == before
    await an_agent(await Organization.get(slug="acme"), "Dora")
    assert await listed(acme) == before
    await other.does("ends the booking")
    assert differ(before, await listed(acme)) == HERS


async def test_a_booking_that_is_taken_back_was_never_there(acme: Mapping[str, Named], other: Changer) -> None:
    before = await listed(acme)
    await other.does("takes a booking back")
    assert await listed(acme) == before
