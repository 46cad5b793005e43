"""The bus: carries hints and passing signals between processes. It may lose, double and reorder."""

from realtime.bus.memory import MemoryBus
from realtime.bus.protocol import Bus, Listener, Membership, Missed, Notice
from realtime.bus.redis import RedisBus
from realtime.bus.timings import RedisTimings

__all__ = ["Bus", "Listener", "Membership", "MemoryBus", "Missed", "Notice", "RedisBus", "RedisTimings"]
