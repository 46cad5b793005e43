"""What an operation of a WebSocket says: frames of graphql-transport-ws, each with its id."""

from realtime.transport.messages import complete_frame, encoded_id, error_frame, next_frame
from realtime.transport.shaping import FormattedError
from realtime.transport.wire import Wire


class Frames:
    __slots__ = ("_key", "_wire")

    def __init__(self, operation_id: str, *, wire: Wire) -> None:
        self._key = encoded_id(operation_id)
        self._wire = wire

    @property
    def is_free(self) -> bool:
        return self._wire.is_free

    def next(self, payload: bytes) -> None:
        self._wire.write(next_frame(self._key, payload))

    def tell(self, payload: bytes) -> bool:
        return self._wire.tell(next_frame(self._key, payload))

    def error(self, errors: list[FormattedError]) -> None:
        self._wire.write(error_frame(self._key, errors))

    def complete(self) -> None:
        self._wire.write(complete_frame(self._key))

    async def drain(self) -> None:
        await self._wire.drain()
