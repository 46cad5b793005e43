"""What an operation says by the protocol GraphQL over SSE (distinct connections mode), as bytes of text/event-stream.

Specification: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. An event has no `id`: where a client
goes on is said by the cursors of its feed, in its variables.
"""

from typing import Protocol

import orjson

from realtime.outlet import Pipe
from realtime.transport.shaping import FormattedError

COMPLETE = b"event: complete\ndata:\n\n"
"""With the empty data, without which an EventSource would not tell of it."""

COMMENT = b":\n\n"
_HEAD, _TAIL = b"event: next\ndata: ", b"\n\n"


class EventWire(Protocol):
    """What an event stream needs of its connection."""

    @property
    def is_free(self) -> bool:
        """Whether everything written is handed to the network."""

    def write(self, data: bytes) -> None:
        """Queue a part of the response; a client with too much unsent is dropped instead. Nothing after the end."""

    async def drain(self) -> None:
        """Wait until everything written is handed to the network, or the connection is gone."""


class ServerEvents:
    """The events of one operation."""

    __slots__ = ("_wire",)

    def __init__(self, wire: EventWire) -> None:
        self._wire = wire

    @property
    def is_free(self) -> bool:
        return self._wire.is_free

    def next(self, payload: bytes) -> None:
        self._wire.write(next_event(payload))

    def pipe(self) -> Pipe | None:
        return (self._wire.write, _wrap, b"") if self._wire.is_free else None

    def error(self, errors: list[FormattedError]) -> None:
        # The protocol has no event of its own for errors.
        self._wire.write(next_event(orjson.dumps({"errors": errors})) + COMPLETE)

    def complete(self) -> None:
        self._wire.write(COMPLETE)

    async def drain(self) -> None:
        await self._wire.drain()


def next_event(payload: bytes) -> bytes:
    """An outcome; its JSON is one line."""
    return b"".join((_HEAD, payload, _TAIL))


def _wrap(payload: bytes, head: int) -> tuple[bytes, bytes]:
    return _HEAD, payload + _TAIL
