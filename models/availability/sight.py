"""What a request sees: all that was committed before it came, most of it without reading a row.

Never stale, because: whatever is kept was read after the snapshot under which it is kept, so all that the snapshot saw
is in it. Before a request uses it, a look at the log of changes, which begins after the request came, tells everything
that was committed since that snapshot; what it names is forgotten. What is just being read, while such a look tells
that it has changed, is not kept; see `Memory.keep`. What is committed later than its look a request may see or not, as
if it had read its rows then.

Requests that come while a look is on its way wait for the next one, which serves all of them: under load there are far
fewer looks than requests. A look is a task of its own, so that nobody suffers when a request is cancelled.

Inside a transaction the look is taken on its own connection, so that it tells what the transaction has changed itself:
that is read through it, each time, and never kept. Nor does it wait for anybody's reading: others hold the connections
that those need.
"""

from __future__ import annotations

from asyncio import Future, Task, create_task, get_running_loop, shield, timeout
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Any, TypeVar

from tortoise import connections
from tortoise.backends.psycopg.client import PsycopgClient, TransactionWrapper

from models import changes
from models.availability.memory import Kept, Memory, Reading
from models.connection import Connection
from models.transactions import Transaction, current

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

NOTHING: frozenset[str] = frozenset()
LONGEST_LOOK = 10.0


def _anything(value: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What holds at a moment; good for the request that looked, and no longer than its transaction changes nothing.

    `own` are the topics that the transaction it is taken in has changed.
    """

    memory: Memory
    mark: int
    own: frozenset[str] = NOTHING
    is_inside: bool = False

    async def recall(self, key: Hashable, read: Callable[[], Awaitable[Kept[V]]]) -> V:
        """What is kept under the key, or else is read now."""

        async def read_it(_: Sequence[Hashable]) -> Mapping[Hashable, Kept[V]]:
            return {key: await read()}

        kept = self._kept(key)
        if kept is not None:
            value: V = kept.value
            return value
        return (await self.recall_each([key], read_it))[key]

    async def recall_each(
        self,
        keys: Sequence[K],
        read: Callable[[Sequence[K]], Awaitable[Mapping[K, Kept[V]]]],
        *,
        fits: Callable[[V], bool] = _anything,
    ) -> dict[K, V]:
        """What is kept under the keys and fits; the others are read together, but those that somebody is just reading.

        What is read must fit whoever has it read, and there must be something for every key.
        """
        found: dict[K, V] = {}
        missing: list[K] = []
        for key in keys:
            kept = self._kept(key)
            if kept is not None and fits(kept.value):
                found[key] = kept.value
            else:
                missing.append(key)
        failed = False
        while missing:
            # Others who waited for one that failed read now, too: one after the other would take as long as they are
            # many, and each would wake all the rest.
            readings = {} if self.is_inside or failed else self._readings(missing)
            mine = [key for key in missing if key not in readings]
            if mine:
                found |= await self._read(mine, read)
            missing = []
            for key, reading in readings.items():
                kept = await self._awaited(key, reading)
                if kept is not None and fits(kept.value):
                    found[key] = kept.value
                else:
                    missing.append(key)
                    failed = failed or reading.done.result()
        return found

    def _kept(self, key: Hashable) -> Kept[Any] | None:
        kept = self.memory.get(key)
        return kept if kept is None or not self.own or self.own.isdisjoint(kept.topics) else None

    def _readings(self, keys: Sequence[K]) -> dict[K, Reading]:
        """What others are just reading of it."""
        readings = self.memory.readings
        return {key: readings[key] for key in keys if key in readings}

    async def _awaited(self, key: Hashable, reading: Reading) -> Kept[Any] | None:
        """What they have found, if that was read after this look, or is kept; None otherwise."""
        await shield(reading.done)
        return reading.found.get(key) if self.mark <= reading.mark else self.memory.get(key)

    async def _read(
        self, keys: Sequence[K], read: Callable[[Sequence[K]], Awaitable[Mapping[K, Kept[V]]]]
    ) -> dict[K, V]:
        memory = self.memory
        reading = Reading(self.mark, get_running_loop().create_future())
        if not self.is_inside:
            memory.readings.update(dict.fromkeys(keys, reading))
        failed = False
        try:
            found = await read(keys)
            for key, kept in found.items():
                reading.found[key] = kept
                if self.own.isdisjoint(kept.topics):
                    memory.keep(key, kept, mark=reading.mark)
        except Exception:
            failed = True
            raise
        finally:
            reading.done.set_result(failed)
            for key in keys:
                if memory.readings.get(key) is reading:
                    del memory.readings[key]
        return {key: kept.value for key, kept in found.items()}


class Looks:
    """The looks of a process at one database: each serves all who came before it began."""

    def __init__(self, client: PsycopgClient) -> None:
        assert client._pool is not None, "the database has not been opened"
        self.memory = Memory()
        self.pool = client._pool
        self.client = client
        self._waiting: list[Future[None]] = []
        self._task: Task[None] | None = None

    async def outside(self) -> Sight:
        """A sight of everything that has been committed so far."""
        served = get_running_loop().create_future()
        self._waiting.append(served)
        if self._task is None:
            # Not in the context of whoever is the first: a transaction of theirs is none of the others' business.
            self._task = create_task(self._serve(), context=Context())
        await served
        return Sight(self.memory, self.memory.mark)

    async def inside(self, tx: Transaction) -> Sight:
        """The same, and what the transaction has changed itself."""
        await tx.connection.write()
        own = await self._look(tx.connection)
        return Sight(self.memory, self.memory.mark, own, is_inside=True)

    async def _serve(self) -> None:
        served: list[Future[None]] = []
        try:
            while self._waiting:
                served, self._waiting = self._waiting, []
                try:
                    # Over a network that is dead it would hold up everybody; who comes later gets another connection.
                    async with timeout(LONGEST_LOOK), self.pool.connection() as raw:
                        await self._look(Connection(self.client, raw))
                except Exception as error:
                    _tell(served, error)
                else:
                    _tell(served)
        finally:
            self._task = None
            for one in (*served, *self._waiting):
                one.cancel()

    async def _look(self, connection: Connection) -> frozenset[str]:
        since = self.memory.seen
        look = await changes.look(connection, since)
        self.memory.learn(look, since=since)
        return look.own


def _tell(served: Sequence[Future[None]], error: Exception | None = None) -> None:
    for one in served:
        if not one.done():
            one.set_exception(error) if error else one.set_result(None)


@dataclass(slots=True)
class Place:
    """The process's looks, as long as it has the database open that they are at."""

    looks: Looks | None = None


place = Place()


async def look() -> Sight:
    """See what has been committed before this is called and, inside a transaction, what that has changed so far."""
    tx = current()
    return await looks().outside() if tx is None else await looks().inside(tx)


async def seen(sight: Sight | None) -> Sight:
    """The sight of whoever has looked already, for this very request. Inside a transaction there is none that lasts."""
    return sight if sight is not None and current() is None else await look()


def looks() -> Looks:
    """The looks at the database that is open."""
    client = connections.get("default")
    while isinstance(client, TransactionWrapper):
        client = client._parent
    assert isinstance(client, PsycopgClient)
    if place.looks is None or place.looks.pool is not client._pool:
        place.looks = Looks(client)
    return place.looks
