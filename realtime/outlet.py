"""Where a subscriber can be told of an event directly, without its task.

The hub knows who is to be told, the transport what is made of it and where it goes; this is what they know of each
other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Protocol

from realtime.feed import Event


class Pending(Protocol):
    """What is being made of an event, for all who share it. `began` is when, by the clock of the event loop; `outcome`
    is None until it is made, and where that has failed."""

    began: float
    outcome: Any

    def then(self, call: Callable[[], object]) -> bool:
        """Have it called in the very turn in which this is over, however it ends, unless it is left before; False where
        it is over."""

    def leave(self, call: Callable[[], object]) -> None:
        """Wait no more; what nobody waits for is given up."""


class Outlet(Protocol):
    """One subscriber's. None of its calls waits, but `drain`."""

    newest: float
    """When the last of what it has told began to be made: nothing older is told after it."""

    @property
    def is_free(self) -> bool:
        """Whether everything said so far has been handed to the network."""

    async def drain(self) -> None:
        """Wait until it is free, or the client is gone."""

    def kin(self) -> Hashable | None:
        """Equal for all who may be told the same of every event, as they are now; None for who is told alone. From here
        on until it is asked again, `render` and `tell` are for who they are now, and no other."""

    def render(self, event: Event, *, since: float) -> Pending | None:
        """What is made of the event for all of the same kin, no earlier than `since`; it is begun if it has to be. None
        where each of them is told alone; raises where this subscriber may not begin it, or is another now."""

    def tell(self, pending: Any) -> bool:
        """Say what was made of an event for the same kin; False where this one is to be told otherwise, as they are
        another now, or something said before still waits."""
