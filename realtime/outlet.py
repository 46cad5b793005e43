"""Where a subscriber can be told of an event directly, without its task.

The hub knows who is to be told, the transport what is made of it and where it goes; this is what they know of each
other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from typing import Any, Protocol

from realtime.feed import Event


class Pending(Protocol):
    """What is being made of an event, for all who share it."""

    def join(self) -> asyncio.Future[None]:
        """Done when it is made, or has failed; whoever may not wait so long cancels it. To be left in any case."""

    def leave(self, waiting: asyncio.Future[None]) -> None:
        """Wait no more; what nobody waits for is given up."""


class Outlet(Protocol):
    """One subscriber's. None of its calls waits, but `drain`."""

    @property
    def is_free(self) -> bool:
        """Whether everything said so far has been handed to the network."""

    async def drain(self) -> None:
        """Wait until it is free, or the client is gone."""

    def key(self, event: Event) -> Hashable | None:
        """Equal for all who may be told the same of the event; None for who is told alone."""

    def render(self, event: Event, key: Hashable) -> Pending:
        """What is made of the event, which is begun if it has to be; raises where this subscriber may not begin it, or
        the key is another now."""

    def tell(self, event: Event, pending: Any, key: Hashable) -> bool:
        """Say what was made of the event by `render` of an outlet with this key; False where this one is to be told
        otherwise."""
