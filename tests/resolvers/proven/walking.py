"""What guests do at a house, one thing after the other, and what must come of it; the sketch follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from models.claim import Claim
from models.meeting.meeting import Meeting as MeetingRow
from resolvers import ids
from tests.resolvers.proven import sketch
from tests.resolvers.proven.asking import Asking, moment
from tests.resolvers.proven.planned import kind_of, names_subject
from tests.resolvers.proven.reckoning import free_at, limits_of, oracle, oracle_of_moving
from tests.resolvers.proven.sketch import House, Meeting

REGULAR = "regular"


@dataclass(slots=True)
class Booking:
    """A place that somebody has: in which meeting, and of how many seats."""

    place: int
    seats: int
    payload: dict[str, Any]
    name: str | None


@dataclass(slots=True)
class Held:
    """What somebody holds: time, or seats of the meeting at that place."""

    token: str
    start: datetime
    hold: sketch.Hold | None
    place: int | None = None
    seats: tuple[datetime, int] | None = None

    @property
    def expires_at(self) -> datetime:
        if self.hold is not None:
            return self.hold.expires_at
        assert self.seats is not None
        return self.seats[0]


@dataclass(slots=True)
class Walk:
    """The house as it is by now."""

    asking: Asking
    house: House
    bookings: list[Booking] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)

    async def assert_listed(self) -> None:
        assert await self.asking.starts() == oracle(self.house).slots()

    def of_regular(self) -> list[Meeting]:
        return [self.house.meetings[one.place] for one in self.bookings if one.name == REGULAR]

    def put(self, place: int, **changes: Any) -> None:
        meetings = list(self.house.meetings)
        meetings[place] = replace(meetings[place], **changes)
        self.house = replace(self.house, meetings=tuple(meetings))

    def pass_time(self, time: timedelta) -> None:
        self.house = replace(self.house, now=self.house.now + time)
        self.asking.street.clock.now = self.house.now

    async def book(self, start: datetime, name: str | None) -> None:
        """A guest who is known may have as many meetings as the limits say; for others there are none."""
        limits = limits_of(self.house, self.of_regular()) if name else None
        truth = oracle(self.house, limits)
        joined = truth.joined_at(start)
        payload = await self.asking.book(start, name=name)
        if start not in truth.slots() or self._takes_part(joined, name):
            assert payload["errors"], (start, name)
            return
        assert not payload["errors"], (start, name, payload)
        await self._note(start, payload, name, joined)

    def _takes_part(self, joined: int | None, name: str | None) -> bool:
        return name is not None and any(one.place == joined and one.name == name for one in self.bookings)

    async def _note(
        self, start: datetime, payload: dict[str, Any], name: str | None, joined: int | None
    ) -> None:
        seats, kind, wish = self.house.wish.seats, kind_of(self.house), self.house.wish
        id = ids.decode(payload["meeting"]["id"], "Meeting")
        if joined is not None:
            assert id == self.asking.built.meetings[joined].id
            self.put(joined, taken=self.house.meetings[joined].taken + seats)
        else:
            joined = len(self.house.meetings)
            row = await MeetingRow.get(id=id).prefetch_related("agents")
            new = Meeting(
                agents=self._numbers([agent.id for agent in row.agents]),
                start=start,
                minutes=kind.minutes,
                before=kind.before,
                after=kind.after,
                subject=1 if names_subject(self.house) else None,
                meeting_type=kind.meeting_type,
                at_office=wish.office,
                of_service=wish.of is None,
                status=payload["meeting"]["status"],
                seats=kind.seats,
                taken=seats,
            )
            self.asking.built.meetings.append(row)
            self.house = replace(self.house, meetings=(*self.house.meetings, new))
        self.bookings.append(Booking(joined, seats, payload, name))

    def _numbers(self, agents: Iterable[int]) -> frozenset[int]:
        known = {agent.id: number for number, agent in self.asking.built.agents.items()}
        return frozenset(known[id] for id in agents)

    async def hold(self, start: datetime) -> None:
        """Of what is listed; what it takes is what a booking would."""
        truth, kind = oracle(self.house), kind_of(self.house)
        joined = truth.joined_at(start)
        last = max([one.id for one in await Claim.all()], default=0)
        payload = await self.asking.hold(start)
        assert not payload["errors"], (start, payload)
        token, expires_at = payload["hold"]["token"], self.house.now + timedelta(minutes=10)
        if joined is not None:
            held = (expires_at, self.house.wish.seats)
            self.put(joined, held=(*self.house.meetings[joined].held, held))
            self.held.append(Held(token, start, None, joined, held))
            return
        claims = await Claim.filter(id__gt=last)
        agents = self._numbers([claim.agent_id for claim in claims])
        assert agents <= free_at(truth, start, by_hold=True)
        assert len(agents) == truth.needed()
        meeting = Meeting(
            agents=agents,
            start=start,
            minutes=kind.minutes,
            before=kind.before,
            after=kind.after,
            subject=1 if names_subject(self.house) else None,
            meeting_type=kind.meeting_type,
        )
        hold = sketch.Hold(meeting=meeting, expires_at=expires_at)
        self.house = replace(self.house, holds=(*self.house.holds, hold))
        self.held.append(Held(token, start, hold))

    async def use(self, held: Held) -> None:
        """It becomes the meeting, as long as it lasts."""
        payload = await self.asking.book(held.start, held.token)
        if held.expires_at <= self.house.now or held.start < self.house.now:
            assert payload["errors"]
            return
        assert not payload["errors"], (held, payload)
        self._let_go(held)
        await self._note(held.start, payload, None, held.place)
        if held.hold is not None and self.house.meetings[-1].agents:
            assert self.house.meetings[-1].agents == held.hold.meeting.agents

    async def release(self, held: Held) -> None:
        """It is free at once. A group meeting that nobody is in, or holds seats of, ends."""
        lasted = held.expires_at > self.house.now
        assert (await self.asking.release(held.token))["released"] == lasted
        self._let_go(held)
        if held.place is not None:
            self._end_if_empty(held.place)

    def _let_go(self, held: Held) -> None:
        self.held.remove(held)
        if held.hold is not None:
            holds = list(self.house.holds)
            holds.remove(held.hold)
            self.house = replace(self.house, holds=tuple(holds))
        elif held.place is not None:
            others = list(self.house.meetings[held.place].held)
            assert held.seats is not None
            others.remove(held.seats)
            self.put(held.place, held=tuple(others))

    def _end_if_empty(self, place: int) -> None:
        meeting = self.house.meetings[place]
        live = any(expires_at > self.house.now for expires_at, _ in meeting.held)
        if meeting.taken == 0 and not live and meeting.start > self.house.now:
            self.put(place, status="CANCELLED")

    async def cancel(self, booking: Booking) -> None:
        """Of a group meeting the guest leaves; any other ends."""
        meeting = self.house.meetings[booking.place]
        payload = await self.asking.cancel(booking.payload)
        if meeting.start <= self.house.now:
            assert payload["errors"]
            return
        assert not payload["errors"], payload
        self.bookings.remove(booking)
        if meeting.seats > 1:
            self.put(booking.place, taken=meeting.taken - booking.seats)
            self._end_if_empty(booking.place)
        else:
            self.put(booking.place, status="CANCELLED")

    async def movable(self, booking: Booking) -> dict[datetime, tuple[int, int]]:
        """What is listed for moving it, which must be what the rules allow where its own time is free."""
        listed = await self.asking.movable(await self._mover(booking), booking.payload)
        assert listed == self._where(booking).slots()
        return listed

    async def move(self, booking: Booking, start: datetime) -> None:
        meeting = self.house.meetings[booking.place]
        truth = self._where(booking)
        payload = await self.asking.move(await self._mover(booking), booking.payload, start)
        if start not in truth.slots() and start != meeting.start:
            assert payload["errors"], start
            return
        assert not payload["errors"], (start, payload)
        assert moment(payload["meeting"]["start"]) == start
        asked = truth.question
        if start != meeting.start:
            buffers = {"before": asked.buffer_before_minutes, "after": asked.buffer_after_minutes}
            self.put(booking.place, start=start, **buffers)

    async def _mover(self, booking: Booking) -> Any:
        """Group meetings are moved by agents only."""
        return await self.asking.mover(booking.payload, by_agent=self._by_agent(booking))

    def _by_agent(self, booking: Booking) -> bool:
        return self.house.meetings[booking.place].seats > 1

    def _where(self, booking: Booking) -> Any:
        others = [one for one in self.bookings if one is not booking and one.name == booking.name]
        limits = None
        if booking.name and not self._by_agent(booking):
            as_guest = replace(self.house, wish=replace(self.house.wish, by_agent=False))
            limits = limits_of(as_guest, [self.house.meetings[one.place] for one in others])
        return oracle_of_moving(self.house, booking.place, by_agent=self._by_agent(booking), limits=limits)
