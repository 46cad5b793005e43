"""What every bus promises, and what its listeners hear."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from realtime.events import Hint
from realtime.feed import Ephemeral


@dataclass(frozen=True, slots=True)
class Missed:
    """Hints of this topic may have been lost until now, and are heard from now on: compare its head."""

    topic: str


Notice = Hint | Ephemeral | Missed

Listener = Callable[[Notice], None]
"""Called on the event loop, between other work: it takes note and returns. What it raises is logged."""


class Membership(Protocol):
    """One listener's place in a topic."""

    async def live(self) -> None:
        """Return once all that is published from now on is heard; while the bus is away, that is not yet."""
        ...

    def leave(self) -> None:
        """Hear nothing more. Takes effect at once, and may be called twice."""
        ...


class Bus(Protocol):
    """Carries hints and ephemeral messages to those who joined their topic, in this process and in others."""

    @property
    def healthy(self) -> bool:
        """Whether messages presently go both ways. False degrades a process; it does not stop it."""
        ...

    async def start(self) -> None:
        """Begin. Does not wait for the other side, nor fail when there is none."""
        ...

    async def stop(self) -> None:
        """Say what is still to be said, within a second, and leave no task or connection behind."""
        ...

    async def publish(self, hints: Sequence[Hint]) -> None:
        """Tell how far topics have come. Never fails and never waits for the network."""
        ...

    async def publish_ephemeral(self, topic: str, payload: bytes) -> None:
        """Tell whoever listens to the topic at this moment. Never fails and never waits for the network."""
        ...

    def join(self, topic: str, listener: Listener) -> Membership:
        """Listen to a topic. Joining is complete when the membership is `live`."""
        ...
