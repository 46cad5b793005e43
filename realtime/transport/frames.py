"""What an operation of a WebSocket says: frames of graphql-transport-ws, each with its id."""

from realtime.outlet import Pipe
from realtime.transport.messages import NEXT_TAIL, complete_frame, encoded_id, error_frame, next_head
from realtime.transport.shaping import FormattedError
from realtime.transport.wire import Wire, text_header


class Frames:
    __slots__ = ("_head", "_key", "_wire")

    def __init__(self, operation_id: str, *, wire: Wire) -> None:
        self._key = encoded_id(operation_id)
        self._head = next_head(self._key)
        self._wire = wire

    @property
    def is_free(self) -> bool:
        return self._wire.is_free

    def next(self, payload: bytes) -> None:
        self._wire.write(b"".join((self._head, payload, NEXT_TAIL)))

    def pipe(self) -> Pipe | None:
        write = self._wire.writer()
        return None if write is None else (write, _wrap, self._head)

    def error(self, errors: list[FormattedError]) -> None:
        self._wire.write(error_frame(self._key, errors))

    def complete(self) -> None:
        self._wire.write(complete_frame(self._key))

    async def drain(self) -> None:
        await self._wire.drain()


def _wrap(payload: bytes, head: int) -> tuple[bytes, bytes]:
    behind = payload + NEXT_TAIL
    return text_header(head + len(behind)), behind
