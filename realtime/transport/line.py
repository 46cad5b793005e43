"""What stays open between a client and the server while it follows something: a WebSocket, or an event stream."""

from collections.abc import Callable
from typing import Protocol, TypeVar

IdentityT = TypeVar("IdentityT")


class Line(Protocol[IdentityT]):
    """`identity` is who it is; read it only once they were let in."""

    identity: IdentityT

    def __hash__(self) -> int:
        """Each is itself and no other."""

    @property
    def has_subscriptions(self) -> bool:
        """Whether anything is followed on it."""

    def show_out(self, reason: str) -> None:
        """End it, because whoever it is may not go on; the client is told why."""

    def on_end(self, farewell: Callable[[], object]) -> None:
        """Call `farewell` once it has ended, and with it what ran on it; at once where it has."""


class Farewells:
    """What is called at the end of a line, once each, however late it is asked for."""

    __slots__ = ("_pending",)

    def __init__(self) -> None:
        self._pending: list[Callable[[], object]] | None = []

    def add(self, farewell: Callable[[], object]) -> None:
        if self._pending is None:
            farewell()
        else:
            self._pending.append(farewell)

    def say(self) -> None:
        pending, self._pending = self._pending or [], None
        for farewell in pending:
            farewell()
