"""Saying PUBLISH to Redis, many at a time. redis's own pipeline takes three times as long to put them together as it
takes to send them."""

import asyncio
from collections.abc import Sequence

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import ConnectionError as RedisConnectionError

PING = b"*1\r\n$4\r\nPING\r\n"


def publish(channel: str, data: bytes) -> bytes:
    """The command, as Redis reads it."""
    name = channel.encode()
    return b"*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n" % (len(name), name, len(data), data)


class Line:
    """One connection, for one task at a time; made when there is something to say."""

    def __init__(self, pool: ConnectionPool, *, patience: float) -> None:
        self._pool = pool
        self._patience = patience
        self._connection: AbstractConnection | None = None

    async def say(self, commands: Sequence[bytes]) -> None:
        """Say them all, and hear that each was taken; raises what Redis raises, and TimeoutError. Some are said twice
        where the server has hung up."""
        if self._connection is not None:
            try:
                await self._exchange(self._connection, commands)
            except (RedisConnectionError, ConnectionError):
                pass  # it may have been silent for too long
            else:
                return
        connection: AbstractConnection = self._pool.make_connection()  # type: ignore[no-untyped-call]
        await self._exchange(connection, commands)
        self._connection = connection

    async def hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect(nowait=True)

    async def _exchange(self, connection: AbstractConnection, commands: Sequence[bytes]) -> None:
        try:
            async with asyncio.timeout(self._patience):
                if not connection.is_connected:
                    await connection.connect()  # type: ignore[no-untyped-call]
                await connection.send_packed_command(b"".join(commands), check_health=False)
                for _ in commands:
                    await connection.read_response(disconnect_on_error=False)
        except BaseException:
            # Answers may be on their way that the next one would take for its own.
            self._connection = None
            await connection.disconnect(nowait=True)
            raise
