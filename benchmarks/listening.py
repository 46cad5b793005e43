"""The listening client of the live measurements, in a process of its own: `python -m benchmarks.listening`.

It reads a line with its Consoles, opens them all and prints a line once each of them listens. For every further line it
reads it prints what was heard since the last one, as a Heard. It ends with its standard input.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from time import process_time, time
from typing import IO, Any, cast

import uvloop

from benchmarks.installation import HOUSE
from benchmarks.lines import CLOSE, HANDSHAKE, PING, PONG, TEXT, frame, frames

LISTEN = """subscription Listen($id: ID!) {
  conversationEvents(conversationId: $id, after: "") {
    __typename ... on MessageAdded { cursor at message { id seq kind text author { __typename } } }
  }
}"""
AT_ONCE = 50
_AT = re.compile(rb'"at":"([^"]+)"')


@dataclass(frozen=True, slots=True)
class Console:
    """One socket: whose token it shows, and the conversations that are listened to on it."""

    port: int
    token: str
    conversations: list[str]


@dataclass(frozen=True, slots=True)
class Heard:
    """For each message that was heard, the seconds from its commit to here; what the client used of a processor."""

    latencies: list[float] = field(default_factory=list)
    cpu: float = 0.0


class Listening(asyncio.Protocol):
    """One socket, by hand: what a library does with a frame would be most of what the client does."""

    def __init__(self, console: Console, heard: Heard, ready: asyncio.Future[None]) -> None:
        self._console = console
        self._heard = heard
        self._ready = ready
        self._data = bytearray()
        self._upgraded = False
        self._begun = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(HANDSHAKE)

    def data_received(self, data: bytes) -> None:
        self._data += data
        if not self._upgraded:
            head, found, rest = self._data.partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                raise ConnectionError(head.decode())
            self._upgraded, self._data = True, rest
            introduction = {"authorization": f"Bearer {self._console.token}"}
            self._send({"type": "connection_init", "payload": introduction})
        for kind, payload in frames(self._data):
            self._take(kind, payload)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._ready.done():
            self._ready.set_exception(exc or ConnectionError("The server has closed the connection."))

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == PING:
            self._transport.write(frame(PONG, payload))
        elif kind == CLOSE:
            raise ConnectionError(payload.decode(errors="replace"))
        elif at := _AT.search(payload):
            self._heard.latencies.append(time() - datetime.fromisoformat(at[1].decode()).timestamp())
        elif b'"connection_ack"' in payload:
            for number, conversation in enumerate(self._console.conversations):
                asked = {"query": LISTEN, "variables": {"id": conversation}}
                self._send({"id": str(number), "type": "subscribe", "payload": asked})
        elif b'"Resync"' in payload:
            self._begin()
        elif b'"error"' in payload:
            raise ConnectionError(payload.decode())

    def _begin(self) -> None:
        """Each feed begins with a Resync, as it was asked for from nowhere on."""
        self._begun += 1
        if self._begun == len(self._console.conversations):
            self._ready.set_result(None)

    def _send(self, message: object) -> None:
        self._transport.write(frame(TEXT, json.dumps(message).encode()))


@contextmanager
def listening(consoles: Sequence[Console]) -> Iterator[Listener]:
    """The consoles, all of them listening, in another process until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.listening"], cwd=HOUSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        listener = Listener(process.stdin, process.stdout)
        listener.tell([asdict(console) for console in consoles])
        yield listener
    finally:
        process.stdin.close()
        process.wait()


@dataclass(frozen=True, slots=True)
class Listener:
    _to: IO[bytes]
    _from: IO[bytes]

    def tell(self, line: object) -> bytes:
        self._to.write(json.dumps(line).encode() + b"\n")
        self._to.flush()
        answer = self._from.readline()
        if not answer:
            raise RuntimeError("The listening client has failed.")
        return answer

    def heard(self) -> Heard:
        """What was heard since this was asked last."""
        return Heard(**json.loads(self.tell(None)))


async def _listen() -> None:
    loop, heard, began = asyncio.get_running_loop(), Heard(), process_time()
    broken = loop.create_future()

    def fail(_: object, about: dict[str, Any]) -> None:
        if not broken.done():
            broken.set_exception(about.get("exception") or RuntimeError(about["message"]))

    loop.set_exception_handler(fail)
    reader = asyncio.create_task(_answer(heard, began))
    await asyncio.wait((reader, broken), return_when=asyncio.FIRST_COMPLETED)
    (broken if broken.done() else reader).result()


async def _answer(heard: Heard, began: float) -> None:
    loop = asyncio.get_running_loop()
    consoles = [Console(**one) for one in json.loads(await asyncio.to_thread(sys.stdin.readline))]
    turns = asyncio.Semaphore(AT_ONCE)

    async def open_one(console: Console) -> None:
        async with turns:
            ready = loop.create_future()
            listening = Listening(console, heard, ready)
            await loop.create_connection(lambda: listening, "127.0.0.1", console.port)
            await ready

    await asyncio.gather(*map(open_one, consoles))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while await asyncio.to_thread(sys.stdin.readline):
        latencies = heard.latencies.copy()
        heard.latencies.clear()
        sys.stdout.write(json.dumps(asdict(Heard(latencies, process_time() - began))) + "\n")
        sys.stdout.flush()


def main() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_listen())


if __name__ == "__main__":
    main()
