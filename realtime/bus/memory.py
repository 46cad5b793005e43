"""The bus of a single process: for development, for tests, and for an installation without Redis."""

from collections.abc import Sequence

from realtime.bus.channels import Channels
from realtime.bus.protocol import Listener, Membership
from realtime.events import Hint
from realtime.feed import Ephemeral


class MemoryBus:
    """Hands every message to the listeners of this process before `publish` returns."""

    def __init__(self) -> None:
        self._running = False
        self._channels = Channels(self._changed)

    @property
    def healthy(self) -> bool:
        return self._running

    async def start(self) -> None:
        self._running = True
        for topic in tuple(self._channels):
            self._channels.go_live(topic)

    async def stop(self) -> None:
        self._running = False
        self._channels.go_dark()

    async def publish(self, hints: Sequence[Hint]) -> None:
        for hint in hints if self._running else ():
            self._channels.tell(hint)

    async def publish_ephemeral(self, topic: str, payload: bytes) -> None:
        if self._running:
            self._channels.tell(Ephemeral(topic, payload))

    def join(self, topic: str, listener: Listener) -> Membership:
        return self._channels.join(topic, listener)

    def _changed(self, topic: str) -> None:
        if self._running and topic in self._channels:
            self._channels.go_live(topic)
