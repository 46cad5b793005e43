"""A storm: readers and writers at several processes, lines that are cut at random, and what each reader is owed."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import psycopg

from resolvers import ids
from tests.journeys.clients import Person
from tests.journeys.fleet import Fleet
from tests.journeys.readers import HEAR, HEAR_INBOX, Reader, Writer
from tests.journeys.test_main_job import BOOK, a_free_day, at, sign_in
from tests.waiting import PATIENCE_SECONDS

TALKS = 3


class Storm:
    """Faults are brought about by the test, and last until so much more has been written."""

    def __init__(self, fleet: Fleet, dice: random.Random) -> None:
        self._fleet = fleet
        self._dice = dice
        self.readers: list[Reader] = []
        self.writers: list[Writer] = []

    async def gather(self) -> None:
        """Two guests' and two agents' clients for each of some conversations, and the agent's inbox."""
        anna, agent_id = await sign_in(self._fleet.public(), "anna")
        for number in range(TALKS):
            guest, conversation = await booked(self._fleet, number)
            people = [(anna, conversation), (guest, conversation)]
            self.writers += [Writer(people, self._dice), Writer(people, self._dice)]
            topic = f"conversation:{ids.decode(conversation, 'Conversation')}"
            for person in (anna, anna, guest, guest):
                self.readers.append(self._reader(person, HEAR, topic, id=conversation))
        inbox = f"inbox:{ids.decode(agent_id, 'Agent')}"
        self.readers += [self._reader(anna, HEAR_INBOX, inbox) for _ in range(2)]

    def _reader(self, person: Person, query: str, topic: str, **variables: str) -> Reader:
        return Reader(person.token, query, variables, topic, self._fleet.cursors, self._dice)

    @asynccontextmanager
    async def raging(self) -> AsyncIterator[None]:
        """All read and write, and lines are cut, until the block ends; then all that was written is read."""
        webs = self._fleet.webs
        async with asyncio.TaskGroup() as group:
            reading = [group.create_task(reader.read(webs)) for reader in self.readers]
            await until(lambda: all(reader.start is not None for reader in self.readers))
            writing = [group.create_task(writer.write(webs)) for writer in self.writers]
            cutting = group.create_task(self._cut())
            yield
            await _stop([cutting])
            for writer in self.writers:
                writer.is_done = True
            await asyncio.gather(*writing)
            with suppress(TimeoutError):  # what is missing is told by whoever checks
                await self.all_read()
            await _stop(reading)

    async def more(self, messages: int) -> None:
        """Wait until so much more has been written."""
        wanted = self._written + messages
        await until(lambda: self._written >= wanted)

    async def all_read(self) -> None:
        """Wait until all have what was written by now."""
        owed = [(reader, len(seqs)) for reader, seqs in await self.owed()]
        await until(lambda: all(len(reader.received) >= number for reader, number in owed))

    async def owed(self) -> list[tuple[Reader, list[int]]]:
        """The seqs of what each reader should have, as the table has them: here everything is for everyone."""
        owed = []
        async with await psycopg.AsyncConnection.connect(self._fleet.database) as connection:
            for reader in self.readers:
                rows = await connection.execute(
                    "SELECT seq FROM event WHERE topic = %s AND seq > %s ORDER BY seq",
                    [reader.topic, reader.start],
                )
                owed.append((reader, [seq for (seq,) in await rows.fetchall()]))
        return owed

    @property
    def _written(self) -> int:
        return sum(writer.written for writer in self.writers)

    async def _cut(self) -> None:
        while True:
            await self.more(self._dice.randrange(4))
            self._dice.choice(self.readers).cut()
            await asyncio.sleep(0.02)


async def booked(fleet: Fleet, number: int) -> tuple[Person, str]:
    """A guest who has booked with Anna, each number at another hour, and their conversation."""
    name = f"guest{number}"
    who = {"name": name, "email": f"{name}.{secrets.token_hex(4)}@guests.example", "timeZone": "Europe/Rome"}
    wish = {"slots": {"link": "acme/anna"}, "start": at(a_free_day(), 9 + number), "guest": who}
    answer = await fleet.public().take(BOOK, input=wish)
    return fleet.public().with_token(answer["manageToken"]), answer["meeting"]["conversation"]["id"]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.02)


async def _stop(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
