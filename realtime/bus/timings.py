"""How long Redis is waited for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RedisTimings:
    """Seconds: until a silent server counts as away, and between two questions whether it is there."""

    patience: float = 2.0
    heartbeat: float = 5.0
