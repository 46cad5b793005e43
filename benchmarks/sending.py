"""The sending client of the live measurements, in a process of its own: `python -m benchmarks.sending`.

It reads a Sending, sends its requests at an even pace whatever becomes of them, and prints a Sent.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from time import perf_counter, process_time
from typing import cast

import uvloop

from benchmarks.installation import HOUSE

CONNECTIONS = 32
PATIENCE = 60.0
GOOD = b'"errors":[]'


@dataclass(frozen=True, slots=True)
class Sending:
    """Requests, each a token and a body, so many a second, over all the ports."""

    ports: list[int]
    requests: list[list[str]]
    rate: int


@dataclass(frozen=True, slots=True)
class Sent:
    """How many were sent, and answered without errors; in how many seconds; what the client used of a processor."""

    number: int
    passed: float
    cpu: float


class Asking(asyncio.Protocol):
    """One connection: sends what it is given next, as soon as it has its answer."""

    def __init__(self, queue: asyncio.Queue[bytes | None], done: asyncio.Future[None]) -> None:
        self._queue = queue
        self._done = done
        self._answer = bytearray()
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        if not head.startswith(b"HTTP/1.1 200") or GOOD not in body:
            self._fail(RuntimeError(self._answer.decode()))
            return
        self._answer.clear()
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc or ConnectionError("The server has closed the connection."))

    def _next(self) -> None:
        self._task = asyncio.create_task(self._send())

    async def _send(self) -> None:
        request = await self._queue.get()
        if request is not None:
            self._transport.write(request)
        elif not self._done.done():
            self._done.set_result(None)

    def _fail(self, error: Exception) -> None:
        if not self._done.done():
            self._done.set_exception(error)


async def put(sending: Sending) -> Sent:
    """Send all; raises for an answer that is not good, and where the server hangs up."""
    loop, requests = asyncio.get_running_loop(), [_request(*one) for one in sending.requests]
    queue: asyncio.Queue[bytes | None] = asyncio.Queue()
    dones = [loop.create_future() for _ in range(CONNECTIONS)]
    for n, done in enumerate(dones):
        asking = Asking(queue, done)
        port = sending.ports[n % len(sending.ports)]
        await loop.create_connection(lambda asking=asking: asking, "127.0.0.1", port)  # type: ignore[misc]
    began, used = perf_counter(), process_time()
    for number, request in enumerate(requests):
        ahead = began + number / sending.rate - perf_counter()
        if ahead > 0:
            await asyncio.sleep(ahead)
        queue.put_nowait(request)
    for _ in dones:
        queue.put_nowait(None)
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*dones)
    return Sent(len(requests), perf_counter() - began, process_time() - used)


def send(sending: Sending) -> Sent:
    """All of it, sent by a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.sending"],
        input=json.dumps(asdict(sending)).encode(), cwd=HOUSE, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    return Sent(**json.loads(done.stdout))


def _request(token: str, body: str) -> bytes:
    encoded = body.encode()
    head = (
        "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nconnection: keep-alive\r\n"
        f"authorization: Bearer {token}\r\n"
    )
    return f"{head}content-length: {len(encoded)}\r\n\r\n".encode() + encoded


def main() -> None:
    sending = Sending(**json.load(sys.stdin))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.stdout.write(json.dumps(asdict(runner.run(put(sending)))))


if __name__ == "__main__":
    main()
