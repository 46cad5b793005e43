"""How notices look on a Redis channel: a hint is its seq in digits, with its facts behind a space, as JSON; an
ephemeral message is `~` and a payload."""

from collections.abc import Sequence
from datetime import datetime

import orjson

from realtime.events import Audience, Fact, Hint
from realtime.feed import Ephemeral

_EPHEMERAL = b"~"


def encode(notice: Hint | Ephemeral) -> bytes:
    if isinstance(notice, Ephemeral):
        return _EPHEMERAL + notice.payload
    if not notice.facts:
        return b"%d" % notice.seq
    return b"%d %b" % (notice.seq, orjson.dumps([(f.kind, f.audience, f.ids, f.at) for f in notice.facts]))


def decode(topic: str, data: bytes) -> Hint | Ephemeral | None:
    """The notice in a message; None for one that is not ours. Facts that cannot be read are there in the database."""
    if data.startswith(_EPHEMERAL):
        return Ephemeral(topic, data[1:])
    seq, _, facts = data.partition(b" ")
    if seq.isdigit() and len(seq) < 20:
        return Hint(topic, int(seq), _facts(facts))
    return None


def _facts(data: bytes) -> Sequence[Fact]:
    try:
        return tuple(
            Fact(
                str(kind),
                Audience(audience),
                {str(name): int(id) for name, id in ids.items()},
                datetime.fromisoformat(at),
            )
            for kind, audience, ids, at in (orjson.loads(data) if data else ())
        )
    except (ValueError, TypeError, AttributeError):
        return ()
