"""The house asked through the API, as the public or as an agent of it, and its answers as the oracle gives them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from tortoise import connections

from tests.builders import Clock, acting
from tests.resolvers.conftest import Answer, Client, SignIn
from tests.resolvers.documents import CANCEL, EXPLAIN, MOVE, RELEASE
from tests.resolvers.proven.rows import Built, build
from tests.resolvers.proven.sketch import House

DAY = timedelta(days=1)
SLOTS = """query($input: SlotsInput!) {
  slots(input: $input) {
    total nextAvailable timeZone durationMinutes days { date slots { start end agentCount seatsLeft } }
  }
}"""
HOLD = """mutation($input: HoldSlotInput!) {
  holdSlot(input: $input) { hold { token start end } errors { code message } }
}"""
BOOK = """mutation($input: BookMeetingInput!) {
  bookMeeting(input: $input) {
    meeting { id start end status agents { name } } manageToken alternatives { start } errors { code message }
  }
}"""
_guests = count(1)


@dataclass(frozen=True, slots=True)
class Street:
    """Where houses are built, one after the other: the database, its clock and the world of a test."""

    empty: str
    clock: Clock
    sign_in: SignIn
    public: Client

    async def house(self, house: House) -> Asking:
        await connections.get("default").execute_script(self.empty)
        self.clock.now = house.now
        return Asking(self, house, await build(house))


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody at the house's desk."""

    street: Street
    house: House
    built: Built

    @property
    def client(self) -> Client:
        asks = self.house.wish.by_agent
        return Client(self.street.public.world, acting(self.built.planner)) if asks else self.street.public

    def dates(self, first: date | None = None, last: date | None = None) -> dict[str, Any]:
        """The input for some dates, or for all on which there could be slots."""
        today = self.house.now.date()
        asked = {"from": str(first or today - 2 * DAY), "to": str(last or today + 8 * DAY)}
        return {**self.built.target(), **asked, "timeZone": self.house.wish.zone.key}

    async def run(self, query: str, **variables: Any) -> Answer:
        return await self.client.run(query, **variables)

    async def listed(self, first: date | None = None, last: date | None = None) -> dict[str, Any]:
        return await self.client.do(SLOTS, input=self.dates(first, last))

    async def starts(self) -> dict[datetime, tuple[int, int]]:
        return starts_of(await self.listed())

    async def explained(
        self, at: datetime | None = None, first: date | None = None, last: date | None = None
    ) -> dict[str, Any]:
        return await self.client.do(EXPLAIN, input=self.dates(first, last), at=at and at.isoformat())

    async def hold(self, start: datetime) -> dict[str, Any]:
        return await self.client.do(HOLD, input={"slots": self.built.target(), "start": start.isoformat()})

    async def release(self, token: str) -> dict[str, Any]:
        return await self.client.do(RELEASE, input={"token": token})

    async def book(
        self, start: datetime, token: str | None = None, *, name: str | None = None
    ) -> dict[str, Any]:
        """As the guest of that name, or as one who has not been there before."""
        who = name or f"guest{next(_guests)}"
        guest = {"name": who, "email": f"{who}@guests.example"}
        wish = {"slots": self.built.target(), "start": start.isoformat(), "holdToken": token}
        guest["timeZone"] = self.house.wish.zone.key
        return await self.client.do(BOOK, input={**wish, "guest": guest})

    async def cancel(self, booked: dict[str, Any]) -> dict[str, Any]:
        guest = await self.street.sign_in.bearer(booked["manageToken"])
        return await guest.do(CANCEL, input={"meetingId": booked["meeting"]["id"]})

    async def mover(self, booked: dict[str, Any], *, by_agent: bool) -> Client:
        """Who may move the meeting: its guest, or an agent."""
        if by_agent:
            return Client(self.street.public.world, acting(self.built.planner))
        return await self.street.sign_in.bearer(booked["manageToken"])

    async def movable(self, mover: Client, booked: dict[str, Any]) -> dict[datetime, tuple[int, int]]:
        """What is listed for moving the meeting."""
        dates = {name: self.dates()[name] for name in ("from", "to", "timeZone")}
        wanted = {**dates, "reschedulingMeetingId": booked["meeting"]["id"]}
        return starts_of(await mover.do(SLOTS, input=wanted))

    async def move(self, mover: Client, booked: dict[str, Any], start: datetime) -> dict[str, Any]:
        wanted = {"meetingId": booked["meeting"]["id"], "start": start.isoformat()}
        return await mover.do(MOVE, input=wanted)


def starts_of(listed: dict[str, Any]) -> dict[datetime, tuple[int, int]]:
    """How many agents, and how many seats, each listed start has."""
    slots = [slot for day in listed["days"] for slot in day["slots"]]
    return {moment(slot["start"]): (slot["agentCount"], slot["seatsLeft"]) for slot in slots}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
