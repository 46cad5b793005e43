"""The client of the HTTP measurements, in a process of its own: `python -m benchmarks.load` reads a Load from standard
input, keeps so many connections busy for so many seconds, each with one request at a time, and prints a Result."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle
from time import perf_counter, process_time
from typing import cast

import uvloop

from benchmarks.installation import HOUSE

LENGTH, END = b"content-length: ", b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked: the bodies again and again or, `once`, each one time, until the time is up or none is left. The
    connections are spread over the ports; of the answers, those that have the `mark` in them are counted."""

    ports: list[int]
    bodies: list[str]
    connections: int
    seconds: float
    once: bool = False
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """The seconds that each answer took; `lengths` are those of the shortest and the longest body. `cpu` is what the
    client used of a processor, and `passed` how long it all took, in seconds."""

    latencies: list[float]
    lengths: tuple[int, int]
    marked: int
    cpu: float
    passed: float


class Asking(asyncio.Protocol):
    """One connection: asks, takes the whole answer, asks again until the time is up."""

    def __init__(
        self, requests: Iterator[bytes], mark: bytes, until: float, done: asyncio.Future[None]
    ) -> None:
        self.latencies: list[float] = []
        self.lengths: list[int] = []
        self.marked = 0
        self._requests = requests
        self._mark = mark
        self._until = until
        self._done = done
        self._answer = bytearray()
        self._whole = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not self._whole:
            self._read_head()
        if self._whole and len(self._answer) >= self._whole:
            self.latencies.append(perf_counter() - self._asked)
            self.marked += self._mark in self._answer
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("The server has closed the connection."))

    def _read_head(self) -> None:
        end = self._answer.find(END)
        if end < 0:
            return
        head = bytes(self._answer[:end]).lower()
        if not head.startswith(b"http/1.1 200"):
            self._done.set_exception(RuntimeError(head.decode()))
            self._transport.close()
            return
        length = int(head.partition(LENGTH)[2].partition(b"\r\n")[0])
        self.lengths.append(length)
        self._whole = end + len(END) + length

    def _ask(self) -> None:
        self._asked = perf_counter()
        request = next(self._requests, None) if self._asked < self._until else None
        if request is None:
            self._done.set_result(None)
            self._transport.close()
            return
        self._answer.clear()
        self._whole = 0
        self._transport.write(request)


async def put(load: Load) -> Result:
    """The result of the load; raises for an answer that is not 200, and where the server hangs up."""
    loop, all_once = asyncio.get_running_loop(), [request(body) for body in load.bodies]
    requests = iter(all_once) if load.once else cycle(all_once)
    began, used = perf_counter(), process_time()
    dones = [loop.create_future() for _ in range(load.connections)]
    asking = [Asking(requests, load.mark.encode(), began + load.seconds, done) for done in dones]
    for one, port in zip(asking, cycle(load.ports), strict=False):
        await loop.create_connection(lambda one=one: one, "127.0.0.1", port)  # type: ignore[misc]
    async with asyncio.timeout(load.seconds + 30):
        await asyncio.gather(*dones)
    lengths = [length for one in asking for length in one.lengths]
    return Result(
        [taken for one in asking for taken in one.latencies],
        (min(lengths), max(lengths)),
        sum(one.marked for one in asking),
        process_time() - used,
        perf_counter() - began,
    )


def run(load: Load) -> Result:
    """The result of the load, put by a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=json.dumps(asdict(load)).encode(), cwd=HOUSE, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    return Result(**json.loads(done.stdout))


def request(body: str) -> bytes:
    encoded = body.encode()
    head = "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nconnection: keep-alive\r\n"
    return f"{head}content-length: {len(encoded)}\r\n\r\n".encode() + encoded


def main() -> None:
    load = Load(**json.load(sys.stdin))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.stdout.write(json.dumps(asdict(runner.run(put(load)))))


if __name__ == "__main__":
    main()
