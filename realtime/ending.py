"""The end of a right on which a subscription depends: it is heard of in the very call that ends it, so that nothing is
told in between. A future would say so a turn of the event loop later."""

from __future__ import annotations

from collections.abc import Callable

Call = Callable[[Exception], object]


class Ending:
    """It comes at most once; `error`, once it has come, is what the client is told."""

    __slots__ = ("_calls", "error")

    def __init__(self) -> None:
        self.error: Exception | None = None
        self._calls: list[Call] = []

    def come(self, error: Exception) -> None:
        if self.error is None:
            self.error = error
            for call in tuple(self._calls):
                call(error)

    def then(self, call: Call) -> None:
        """Have it called as the end comes; at once where it has come."""
        self._calls.append(call)
        if self.error is not None:
            call(self.error)

    def forget(self, call: Call) -> None:
        """Do not call it any more."""
        self._calls.remove(call)
