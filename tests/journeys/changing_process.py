"""A process that changes what it is told to, and says so.

python changing_process.py DATABASE_URL, then a line for each change: its name, as below. It answers "done" when that is
committed, or has been written where the change says so.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import date, time, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from errors import NotFound
from models.actor import Public
from models.agent.agent import Agent
from models.agent.hours import set_date_override, set_week_template
from models.agent.template import DayTemplate
from models.availability.target import Named, find_target
from models.calendar.connecting import connect_file, disconnect_calendar
from models.calendar.connection import CalendarConnection
from models.claim import Claim
from models.contact.details import GuestDetails
from models.database import database
from models.hold import hold
from models.link import ScheduleLink
from models.meeting.booking import book
from models.meeting.changing import Change, cancel, reschedule
from models.meeting.meeting import Meeting
from models.meeting.wish import Wish
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.service import Service, ServiceMember
from models.organization.subject import Subject
from models.transactions import transaction
from models.words import Distribution, MeetingType, Role
from scheduling.hours import WeeklyWindow, Window
from tests.builders import MONDAY, acting, an_agent
from tests.journeys.api import KEYS, client_of
from tests.resolvers.settings_documents import UPDATE_SETTINGS

TEN = MONDAY.replace(hour=9)
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Acme//EN
BEGIN:VEVENT
UID:1@acme.example
DTSTAMP:20270101T000000Z
DTSTART:20270303T090000Z
DTEND:20270303T120000Z
SUMMARY:Dentist
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


async def anna() -> Agent:
    return await Agent.get(slug="anna")


async def book_through(link: str) -> None:
    target = await find_target(Named(link=link), actor=Public(), now=MONDAY)
    guest = GuestDetails(
        name="Grace", email="grace@guests.example", phone=None, locale=None, time_zone="Europe/Rome"
    )
    await book(Wish(target=target, start=TEN, guest=guest), actor=Public(), now=MONDAY)


async def book_anna() -> None:
    await book_through("acme/anna")


async def move() -> None:
    [meeting] = await Meeting.all()
    actor = acting(await anna())
    start = TEN + timedelta(hours=2)
    await reschedule(meeting.id, Change(), start=start, duration_minutes=None, actor=actor, now=MONDAY)


async def call_off() -> None:
    [meeting] = await Meeting.all()
    await cancel(meeting.id, Change(), actor=acting(await anna()), now=MONDAY)


async def hold_anna() -> None:
    target = await find_target(Named(link="acme/anna"), actor=Public(), now=MONDAY)
    await hold(target, TEN, actor=Public(), keys=KEYS, now=MONDAY)


async def connect() -> None:
    await connect_file(await anna(), name="Private", content=CALENDAR.encode(), now=MONDAY)


async def disconnect() -> None:
    [connection] = await CalendarConnection.all()
    await disconnect_calendar(connection.id, actor=acting(await anna()))


async def other_hours() -> None:
    await set_week_template(await anna(), [WeeklyWindow(2, Window(time(8), time(12)))])


async def settings(**changed: object) -> None:
    """By the API, as an administrator."""
    ada = await Agent.get_or_none(slug="ada")
    if ada is None:
        ada = await an_agent(await Organization.get(slug="acme"), "Ada", role=Role.ADMINISTRATOR)
    answer = await client_of(acting(ada)).do(UPDATE_SETTINGS, input={"settings": changed})
    assert not answer["errors"], answer["errors"]


async def template() -> None:
    agent = await anna()
    made = await DayTemplate.create(organization_id=agent.organization_id, agent=agent, name="Late", windows=[])
    await set_date_override(agent, date(2027, 3, 4), None, template_id=made.id)


async def template_hours() -> None:
    late = {"start": "20:00", "end": "21:00", "office": None, "subjects": None, "meeting_types": None}
    await DayTemplate.all().update(windows=[late])


async def rule() -> None:
    subject = await Subject.get(name="Loans")
    await PlanningRule.create(
        organization_id=subject.organization_id,
        subject=subject,
        meeting_type=MeetingType.VIDEO,
        default_duration_minutes=60,
        slot_interval_minutes=60,
    )


async def rule_for_ben() -> None:
    [one] = await PlanningRule.all()
    await one.agents.add(await Agent.get(slug="ben"))


async def join() -> None:
    carla = await an_agent(await Organization.get(slug="acme"), "Carla")
    service = await Service.get(name="Support")
    await ServiceMember.create(organization_id=service.organization_id, service=service, agent=carla)


async def expert() -> None:
    await (await Agent.get(slug="ben")).expertise.add(await Subject.get(name="Loans"))


async def at_the_office() -> None:
    await (await Agent.get(slug="ben")).offices.add(await Office.get(name="Rome"))


late = AsyncExitStack()


async def begin_late() -> None:
    """Book, and leave it at that: it is not committed."""
    await late.enter_async_context(transaction())
    await book_anna()


async def end_late() -> None:
    await late.aclose()


async def roll_back() -> None:
    with suppress(NotFound):
        async with transaction():
            await book_anna()
            await find_target(Named(link="acme/nobody"), actor=Public(), now=MONDAY)


CHANGES: dict[str, Callable[[], Awaitable[object]]] = {
    "books": book_anna,
    "moves": move,
    "cancels": call_off,
    "holds": hold_anna,
    "connects a calendar": connect,
    "disconnects it": disconnect,
    "has not read it lately": lambda: CalendarConnection.all().update(known_until=MONDAY),
    "changes hours": other_hours,
    "moves to Kathmandu": lambda: Agent.filter(slug="anna").update(time_zone="Asia/Kathmandu"),
    "takes a day off": lambda: _day_off(),
    "gives a day a template": template,
    "changes the template": template_hours,
    "closes weekdays to the public": lambda: settings(publicMinimumNoticeMinutes=4 * 24 * 60),
    "looks at no calendars": lambda: settings(computeAvailabilityFromCalendars=False),
    "lets unknown calendars block": lambda: settings(unknownCalendarsBlock=True),
    "plans further ahead": lambda: settings(bookableDaysAhead=60),
    "has meetings last an hour": lambda: settings(defaultDurationMinutes=60),
    "begins them every quarter": lambda: settings(slotIntervalMinutes=15),
    "keeps tomorrow free": lambda: settings(publicEarliestDay=2),
    "asks for a number": lambda: settings(requiredContactFields=["PHONE"]),
    "books for nobody": lambda: settings(publicBookingEnabled=False),
    "makes a rule": rule,
    "gives the rule to Ben": rule_for_ben,
    "makes Ben an expert": expert,
    "closes the office": lambda: Office.all().update(closures=[{"from": "2027-03-08", "to": "2027-03-12"}]),
    "moves Ben to the office": at_the_office,
    "has Ben leave": lambda: Agent.filter(slug="ben").update(is_active=False),
    "has Carla join": join,
    "has Ben leave the service": lambda: ServiceMember.filter(agent__slug="ben").delete(),
    "asks for all together": lambda: Service.all().update(distribution=Distribution.COLLECTIVE),
    "gives meetings to nobody yet": lambda: Service.all().update(assign_on_booking=False),
    "books the service": lambda: book_through("acme/support"),
    "narrows the link": lambda: ScheduleLink.filter(slug="anna").update(to_date=date(2027, 3, 2)),
    "offers a language": lambda: Agent.filter(slug="anna").update(languages=["it"]),
    "takes the claims away": lambda: Claim.all().delete(),
    "begins a booking": begin_late,
    "ends the booking": end_late,
    "takes a booking back": roll_back,
}


async def _day_off() -> None:
    await set_date_override(await anna(), date(2027, 3, 2), [])


async def main(url: str) -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with database(url, pool_size=2):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while line := await reader.readline():
            await CHANGES[line.decode().strip()]()
            sys.stdout.write("done\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
