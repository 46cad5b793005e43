"""The topics that are listened to in this process: who listens, and whether the other side knows of it."""

import asyncio
import logging
from collections.abc import Callable, Iterator

from realtime.bus.protocol import Listener, Missed, Notice

log = logging.getLogger(__name__)


class Channel:
    """One topic's listeners. It exists from the first one's joining to the last one's leaving."""

    __slots__ = ("live", "members", "topic")

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.members: dict[ChannelMembership, Listener] = {}
        self.live = asyncio.Event()


class ChannelMembership:
    """One listener's place in a channel."""

    __slots__ = ("_channel", "_channels")

    def __init__(self, channels: "Channels", channel: Channel) -> None:
        self._channels = channels
        self._channel = channel

    async def live(self) -> None:
        await self._channel.live.wait()

    def leave(self) -> None:
        self._channels.leave(self._channel, self)


class Channels:
    """All channels by topic. `changed` is told of each topic that is newly joined or no longer is."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        self._changed = changed
        self._channels: dict[str, Channel] = {}

    def __contains__(self, topic: str) -> bool:
        return topic in self._channels

    def __iter__(self) -> Iterator[str]:
        return iter(self._channels)

    def __len__(self) -> int:
        return len(self._channels)

    def join(self, topic: str, listener: Listener) -> ChannelMembership:
        channel = self._channels.get(topic)
        first = channel is None
        if channel is None:
            channel = self._channels[topic] = Channel(topic)
        membership = ChannelMembership(self, channel)
        channel.members[membership] = listener
        if first:
            self._changed(topic)
        return membership

    def leave(self, channel: Channel, membership: ChannelMembership) -> None:
        left = channel.members.pop(membership, None)
        if left is not None and not channel.members:
            del self._channels[channel.topic]
            self._changed(channel.topic)

    def go_live(self, topic: str) -> None:
        """From now on nothing published to the topic is missed; until now something may have been."""
        channel = self._channels[topic]
        if not channel.live.is_set():
            channel.live.set()
            self.tell(Missed(topic))

    def go_dark(self) -> None:
        """Nothing is heard of any topic until it goes live again."""
        for channel in self._channels.values():
            channel.live.clear()

    def tell(self, notice: Notice) -> None:
        """Hand a notice to its topic's listeners; one that raises does not keep it from the others."""
        channel = self._channels.get(notice.topic)
        if channel is None:
            return
        for listener in tuple(channel.members.values()):
            try:
                listener(notice)
            except Exception:
                log.exception("a listener of %s failed", notice.topic)
