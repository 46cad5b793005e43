"""What a subscription's client is told, event by event: executed for all who share it, or for them alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Final, Protocol

from graphql import ExecutionResult, Executor, create_source_event_stream

from realtime.feed import Event
from realtime.outlet import Pipe
from realtime.sharing import Scoped, Shared
from realtime.transport.outcome import Outcome
from realtime.transport.rendering import Reading, Rendering
from realtime.transport.running import bound, made, run
from realtime.transport.shaping import Rejected, execution_errors
from realtime.transport.terms import Common, Key, key_of


class Speaker(Protocol):
    """Who says the outcomes of a subscription to its client."""

    @property
    def is_free(self) -> bool:
        """Whether everything said so far has been handed to the network."""

    async def drain(self) -> None:
        """Wait until it is free, or the client is gone."""

    def pipe(self) -> Pipe | None:
        """For encoded outcomes, if it is free; None where it is not, or may say nothing any more. That this is so no
        longer it says by `Telling.disturb`."""


class Viewer(Protocol):
    """Whom a subscription is for."""

    @property
    def identity(self) -> object:
        """Another object whenever anything about them may be another."""


class _Strangers:
    """Of whom nothing is known: each time, it may be somebody else."""

    @property
    def identity(self) -> object:
        return object()


STRANGERS: Final = _Strangers()


class Telling(AsyncIterator[Outcome]):
    """The outcomes of one subscription, each executed in a context of its own, or taken from who shares it.

    With a `speaker` it is an Outlet, too: of what is shared, the source may have said that while it is asked for the
    next event.

    `common` is what those have to have in common with it who share its events with it; None where it shares none.
    While the `viewer` has the same identity, the contexts are for the same one in the same state. `events` are the
    source, where it is there already.
    """

    __slots__ = (
        "_common",
        "_events",
        "_executor",
        "_has_begun",
        "_keys",
        "_kin",
        "_leave",
        "_make_context",
        "_reading",
        "_speaker",
        "_viewer",
        "_who",
    )

    def __init__(
        self,
        executor: Executor[Any],
        *,
        common: Common | None,
        make_context: Callable[[], object],
        viewer: Viewer = STRANGERS,
        events: AsyncIterator[Any] | None = None,
        speaker: Speaker | None = None,
    ) -> None:
        self._executor = executor
        self._common = common
        self._make_context = make_context
        self._viewer = viewer
        self._who: object = None
        self._keys: dict[Shared, Key | None] = {}
        self._kin: Key | None = None
        self._leave: Callable[[], object] | None = None
        self._speaker = speaker
        self._has_begun = events is not None
        self._events = events
        self._reading: Reading[Outcome] = Reading()

    async def __anext__(self) -> Outcome:
        """A stream that cannot be made is one outcome without data; one that breaks raises Rejected."""
        if not self._has_begun:
            self._has_begun = True
            refused = await self._begin()
            if refused is not None:
                return refused
        if self._events is None:
            raise StopAsyncIteration
        try:
            event = await self._events.__anext__()
        except StopAsyncIteration:
            raise
        except Exception as error:
            raise Rejected.by(error) from error
        return await self._tell(event)

    async def aclose(self) -> None:
        """Close the source, which has kept the first context for as long as it lived."""
        self._has_begun = True
        events, self._events = self._events, None
        close = getattr(events, "aclose", None)
        if close is not None:
            await close()

    @property
    def is_free(self) -> bool:
        return self._speaker is None or self._speaker.is_free

    async def drain(self) -> None:
        if self._speaker is not None:
            await self._speaker.drain()

    @property
    def newest(self) -> float:
        return self._reading.newest

    @newest.setter
    def newest(self, began: float) -> None:
        self._reading.newest = began

    def kin(self) -> Key | None:
        self._recognise()
        return self._kin

    def pipe(self, leave: Callable[[], object]) -> Pipe | None:
        self._leave = leave
        return None if self._speaker is None else self._speaker.pipe()

    def disturb(self) -> None:
        """Nothing is told directly any more."""
        if self._leave is not None:
            self._leave()

    def recognise(self) -> None:
        """The viewer may be another, of another kin."""
        if self._leave is None:
            return
        try:
            is_still = self._is_still(self._kin)
        except Exception:
            is_still = False  # they are told why in their own task
        if not is_still:
            self._leave()

    def render(self, event: Event, *, since: float) -> Rendering[Outcome] | None:
        self._reading.newest = max(self._reading.newest, since)
        return self._rendered(event)

    async def _begin(self) -> Outcome | None:
        context = made(self._make_context)
        if isinstance(context, Scoped) and self._common is not None and self._speaker is not None:
            context.outlet = self
        executor = bound(self._executor, context)
        source = create_source_event_stream(executor)
        if executor.is_awaitable(source):
            source = await source
        if isinstance(source, ExecutionResult):
            return Outcome(None, execution_errors(source.errors or []), ran=False)
        self._events = aiter(source)  # type: ignore[arg-type]  # it is no awaitable any more
        return None

    async def _tell(self, event: Any) -> Outcome:
        """As who they are when it is there."""
        if hasattr(event, "renderings"):
            self._recognise()
            while (rendering := self._rendered(event)) is not None:
                kin = self._kin
                outcome = rendering.outcome or await rendering.wait()
                if self._is_still(kin):
                    return outcome
        self._reading.alone()
        return await self._executed(event)

    def _rendered(self, event: Any) -> Rendering[Outcome] | None:
        """By what the viewer was when they were recognised."""
        among = None if self._common is None else self._common.among(event, event.renderings)
        key = None if among is None else self._keys.get(among)
        if key is None:
            return None
        rendering: Rendering[Outcome] | None = self._reading.find(event.renderings, key)
        return rendering or self._reading.begin(event.renderings, key, self._executed(event))

    def _is_still(self, kin: Key | None) -> bool:
        """Whether they share with the same as when they were of this kin."""
        self._recognise()
        return self._kin is kin

    def _recognise(self) -> None:
        """Find out with whom the viewer shares, if they may be another than before."""
        common, who = self._common, self._viewer.identity
        if common is None or who is self._who:
            return
        context = made(self._make_context)
        keys: dict[Shared, Key | None] = {}
        for among in common.terms.circles:
            scope = context.scope(among) if isinstance(context, Scoped) else None
            keys[among] = None if scope is None else key_of((common.what, scope))
        self._keys = keys
        self._kin = key_of((common.what, *keys.values())) if any(keys.values()) else None
        self._who = who

    def _executed(self, event: Any) -> Coroutine[Any, Any, Outcome]:
        return run(bound(self._executor, made(self._make_context), root=event), serially=False)
