"""How notices look on a Redis channel: a hint is its seq in digits, an ephemeral message `~` and a payload."""

from realtime.events import Hint
from realtime.feed import Ephemeral

_EPHEMERAL = b"~"


def encode(notice: Hint | Ephemeral) -> bytes:
    return _EPHEMERAL + notice.payload if isinstance(notice, Ephemeral) else b"%d" % notice.seq


def decode(topic: str, data: bytes) -> Hint | Ephemeral | None:
    """The notice in a message; None for one that is not ours."""
    if data.startswith(_EPHEMERAL):
        return Ephemeral(topic, data[1:])
    if data.isdigit() and len(data) < 20:
        return Hint(topic=topic, seq=int(data))
    return None
