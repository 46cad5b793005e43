"""Two agents, their guests and a worker, who do what they like to meetings: by the API, at the time of the clock."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from models.actor import Public
from models.agent.agent import Agent
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.subject import Subject
from models.words import MeetingType
from providers.mail.fake import FakeMailer
from providers.mail.letter import Letter
from resolvers import ids
from tests.builders import Clock, a_service, acting, an_agent, an_organization, guest_of
from tests.jobs.conftest import Jobs
from tests.life.account import Entry
from tests.resolvers.conftest import Client, SignIn

AGENTS = ("anna", "ben")
STRANGER = "zoe"
GUESTS = ("grace", "heidi")
COMPANION = "tom"
PERIODIC = ("meetings.expire_due", "meetings.complete", "meetings.remind")

BOOK = """mutation($input: BookMeetingInput!) {
  bookMeeting(input: $input) { meeting { id version agents { name } } manageToken errors { code message } }
}"""
DEED = """mutation($input: %sInput!) { %s(input: $input) { meeting { id } errors { code message } } }"""
SHOWN = """query($id: ID!) { meeting(id: $id) {
  version status start end isReady confirmationDeadline agents { name } guest { name } manageUrl
  history { kind at } arrivals { party { __typename ... on Agent { name } ... on Contact { name } } }
  conversation { lastSeq messages(last: 100) { edges { node { seq systemEvent meeting { id } } } } }
} }"""
SLOTS = "query($input: SlotsInput!) { slots(input: $input) { days { slots { start } } } }"


class Crash(Exception):
    """The worker falls."""


@dataclass(slots=True)
class Post(FakeMailer):
    """A mailer that can fall while a letter is sent: before anybody has it, or when it is gone out already."""

    def __post_init__(self) -> None:
        FakeMailer.__init__(self)
        self.falls: str | None = None

    async def send(self, letter: Letter) -> None:
        falls, self.falls = self.falls, None
        if falls == "before":
            raise Crash
        await FakeMailer.send(self, letter)
        if falls == "after":
            raise Crash

    def count(self) -> Counter[str]:
        """How many letters came to each, by name: one that comes again is the same to the byte, and shown once."""
        known: dict[str, Letter] = {}
        for letter in self.outbox:
            assert known.setdefault(letter.message_id, letter).to_bytes() == letter.to_bytes()
        return Counter(letter.to.address.split("@")[0] for letter in known.values())


@dataclass(slots=True)
class Town:
    """Where it happens. `asked_of` is the subject whose meetings an agent has to accept."""

    sign_in: SignIn
    clock: Clock
    jobs: Jobs
    post: Post
    agents: dict[str, Agent] = field(default_factory=dict)
    asked_of: str = ""
    service: str = ""

    async def found(self, *, must_confirm: bool, leads: tuple[int, ...]) -> None:
        organization = await an_organization(
            settings={
                "guest_must_confirm": must_confirm,
                "guest_confirmation_timeout_minutes": 30,
                "reminder_minutes_before": list(leads),
                "join_opens_minutes_before": 15,
                "max_waiting_minutes": 15,
            }
        )
        self.agents = {name: await an_agent(organization, name) for name in AGENTS}
        self.asked_of = ids.encode("Subject", await self._subject(organization))
        service = await a_service(organization, *self.agents.values())
        self.agents[STRANGER] = await an_agent(organization, STRANGER)
        self.service = ids.encode("Service", service.id)

    async def _subject(self, organization: Organization) -> int:
        subject = await Subject.create(organization=organization, name="Loans")
        for agent in self.agents.values():
            await agent.expertise.add(subject)
        await PlanningRule.create(
            organization=organization,
            subject=subject,
            meeting_type=MeetingType.VIDEO,
            duration_options=[30, 60],
            default_duration_minutes=30,
            slot_interval_minutes=30,
            needs_acceptance=True,
        )
        return int(subject.id)

    @property
    def public(self) -> Client:
        return Client(self.sign_in.world, Public())

    def agent(self, name: str) -> Client:
        return Client(self.sign_in.world, acting(self.agents[name]))

    async def client(self, entry: Entry, who: str, others: Sequence[Entry]) -> Client:
        """The meeting's guest, an agent, or somebody else: the guest of another one, or a stranger."""
        if who not in ("guest", "other"):
            return self.agent(who)
        other = next((one for one in others if one is not entry), None)
        if who == "other" and other is None:
            return self.agent(STRANGER)
        id = ids.decode(other.id if who == "other" and other else entry.id, "Meeting")
        return Client(self.sign_in.world, await guest_of(await Meeting.get(id=id)))

    def target(self, what: str) -> dict[str, Any]:
        if what == "either":
            return {"serviceId": self.service}
        if what in AGENTS:
            return {"agentId": ids.encode("Agent", self.agents[what].id)}
        name = what.removeprefix("ask ")
        return {**self.target(name), "subjectId": self.asked_of, "meetingType": "VIDEO"}

    async def book(
        self, what: str, start: datetime, guest: str, *, brings: str | None, by: str | None
    ) -> dict[str, Any]:
        client = self.agent(by) if by else self.public
        details = {"name": guest, "email": f"{guest}@guests.example", "timeZone": "Europe/London"}
        wish: dict[str, Any] = {"slots": self.target(what), "start": start.isoformat(), "guest": details}
        if brings:
            wish["attendees"] = [{"name": brings, "email": f"{brings}@guests.example"}]
        return await client.do(BOOK, input=wish)

    async def do(self, client: Client, verb: str, meeting: str, **more: Any) -> str | None:
        """The code with which it is refused, or None."""
        kind = {"rescheduleMeeting": "RescheduleMeeting", "reassignMeeting": "ReassignMeeting"}
        document = DEED % (kind.get(verb, "MeetingAction"), verb)
        answer = await client.run(document, input={"meetingId": meeting, **more})
        if answer.errors:
            return answer.codes[0]
        [payload] = answer.data.values()
        return next((error["code"] for error in payload["errors"]), None)

    async def starts(self, agent: str, day: datetime) -> set[datetime]:
        """What the public can have of the agent on that day."""
        date = str(day.date())
        asked = {**self.target(agent), "from": date, "to": date, "timeZone": "Europe/Rome"}
        listed = await self.public.do(SLOTS, input=asked)
        return {moment(slot["start"]) for one in listed["days"] for slot in one["slots"]}

    async def work(self, *, workers: int = 1) -> None:
        """A minute of a worker, or of several at once; what failed before is tried again."""
        for task in PERIODIC:
            await asyncio.gather(*(self.jobs.run_periodic(task) for _ in range(workers)))
        await self.jobs.hurry()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)
