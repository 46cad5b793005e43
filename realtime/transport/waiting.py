"""asyncio's Event and Queue, for sockets and subscribers of which there are thousands, most of them silent: theirs keep
deques of 760 bytes each, whether or not anybody waits."""

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class Gate:
    """Open, or closed to any number who wait."""

    __slots__ = ("_waiters", "is_open")

    def __init__(self) -> None:
        self.is_open = True
        self._waiters: list[asyncio.Future[None]] | None = None

    def is_set(self) -> bool:
        return self.is_open

    def set(self) -> None:
        self.is_open = True
        waiters, self._waiters = self._waiters, None
        for waiter in waiters or ():
            if not waiter.done():
                waiter.set_result(None)

    def clear(self) -> None:
        self.is_open = False

    async def wait(self) -> bool:
        while not self.is_open:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters = [*(one for one in self._waiters or () if not one.done()), waiter]
            await waiter
        return True


class Post(Generic[T]):
    """A queue without bounds, for one who takes."""

    __slots__ = ("_items", "_waiter")

    def __init__(self) -> None:
        self._items: list[T] = []
        self._waiter: asyncio.Future[None] | None = None

    def empty(self) -> bool:
        return not self._items

    def put_nowait(self, item: T) -> None:
        self._items.append(item)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def get(self) -> T:
        while not self._items:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._items.pop(0)
