"""Where a subscriber can be told of an event directly, without its task.

The hub knows who is to be told, the transport what is made of it and where it goes; this is what they know of each
other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Protocol, TypeAlias

from realtime.feed import Event

Wrap: TypeAlias = Callable[[bytes, int], tuple[bytes, bytes]]
"""What stands before and behind a head of so many bytes, with an encoded outcome."""

Pipe: TypeAlias = tuple[Callable[[bytes], object], Wrap, bytes]
"""How encoded outcomes go straight onto a socket: `write`, `wrap`, and the operation's own `head`. A plain tuple: of
thousands who are told of an event, each object that is looked at for each is felt."""


class Encoded(Protocol):
    """What was made of an event."""

    def encode(self) -> bytes:
        """As all who share it are told."""


class Pending(Protocol):
    """What is being made of an event, for all who share it. `began` is when, by the clock of the event loop; `outcome`
    is None until it is made, and where that has failed."""

    began: float

    @property
    def outcome(self) -> Encoded | None: ...

    def then(self, call: Callable[[], object]) -> bool:
        """Have it called in the very turn in which this is over, however it ends, unless it is left before; False where
        it is over."""

    def leave(self, call: Callable[[], object]) -> None:
        """Wait no more; what nobody waits for is given up."""


class Outlet(Protocol):
    """One subscriber's. None of its calls waits, but `drain`."""

    newest: float
    """When the last of what it was told began to be made: nothing older is told after it."""

    @property
    def is_free(self) -> bool:
        """Whether everything said so far has been handed to the network."""

    async def drain(self) -> None:
        """Wait until it is free, or the client is gone."""

    def kin(self) -> Hashable | None:
        """Equal for all who may be told the same of every event, as they are now; None for who is told alone."""

    def pipe(self, leave: Callable[[], object]) -> Pipe | None:
        """Where what is made for its kin goes; None where something said before waits, or nothing may be said any more.

        It is good until `leave` is called: by whatever makes that so, or makes the subscriber one of another kin, in
        the very call that does, and be it a `write`. From then on it must not be used.
        """

    def render(self, event: Event, *, since: float) -> Pending | None:
        """What is made of the event for all of its kin, no earlier than `since`; it is begun if it has to be. None
        where each of them is told alone; raises where this subscriber may not begin it."""
