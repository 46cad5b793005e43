"""Many clients of one conversation, in one thread: each on a socket of its own. While the clock runs they do no more
than to see that a whole message has come; what it says is read afterwards, so that the server is measured."""

from __future__ import annotations

import json
import select
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from benchmarks.lines import HANDSHAKE, PING, PONG, TEXT, frame, frames

_AT_ONCE = 10
_CHUNK = 4096


class Listener:
    """One client: says hello, subscribes, and is told. `last` is the newest message."""

    __slots__ = ("_heard", "_mark", "_unread", "last", "socket")

    def __init__(self, port: int, *, mark: bytes) -> None:
        self.last = b""
        self._heard: list[bytes] = []
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._mark = mark
        self._unread = bytearray()

    def begin(self, subscribe: bytes, *, token: str | None) -> None:
        payload = {} if token is None else {"authorization": f"Bearer {token}"}
        self.socket.sendall(HANDSHAKE)
        while b"\r\n\r\n" not in self._unread:
            self._unread += self._more()
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        assert b" 101 " in head, head
        self.socket.sendall(frame(TEXT, json.dumps({"type": "connection_init", "payload": payload}).encode()))
        while not (answer := frames(self._unread)):
            self._unread += self._more()
        assert b'"connection_ack"' in answer[0][1], answer
        self.socket.sendall(frame(TEXT, subscribe))
        self.socket.setblocking(False)

    def take(self, data: bytes) -> int:
        """How many messages have come whole with this."""
        if not self._unread and data[:2] == b"\x81\x7e" and len(data) == 4 + (data[2] << 8 | data[3]):
            return self._take(data[4:])  # as nearly always
        self._unread += data
        return sum(self._take_frame(kind, payload) for kind, payload in frames(self._unread))

    def taken(self) -> list[bytes]:
        """The messages that have come since this was asked last."""
        heard, self._heard = self._heard, []
        self.last = heard[-1] if heard else self.last
        return heard

    def _take_frame(self, kind: int, payload: bytes) -> int:
        if kind == PING:
            self.socket.sendall(frame(PONG, payload))
            return 0
        assert kind == TEXT, f"The server has hung up: {payload!r}"
        return self._take(payload)

    def _take(self, payload: bytes) -> int:
        if self._mark not in payload:
            assert b'"error' not in payload, payload
            return 0
        self._heard.append(payload)
        return 1

    def _more(self) -> bytes:
        data = self.socket.recv(_CHUNK)
        assert data, "The server has hung up."
        return data


class Crowd:
    """All of them."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self.listeners = listeners
        self._by_descriptor = {one.socket.fileno(): one for one in listeners}
        self._poll = select.epoll()
        for descriptor in self._by_descriptor:
            self._poll.register(descriptor, select.EPOLLIN | select.EPOLLET)

    def hear(self, wanted: int, *, seconds: float = 60) -> None:
        """Read until so many messages have come; raises TimeoutError. It does not sleep meanwhile: whoever wrote the
        next message would pay for waking it, which is no work of a server whose clients are elsewhere."""
        until = perf_counter() + seconds
        while wanted > 0:
            if perf_counter() > until:
                raise TimeoutError(f"{wanted} messages have not come.")
            for descriptor, _ in self._poll.poll(0):
                listener = self._by_descriptor[descriptor]
                wanted -= _all_of(listener)

    def forget(self) -> None:
        for listener in self.listeners:
            listener.taken()

    def close(self) -> None:
        self._poll.close()
        for listener in self.listeners:
            listener.socket.close()


def _all_of(listener: Listener) -> int:
    """Whatever waits: of what is left there, the poll would not tell a second time."""
    came = 0
    while True:
        try:
            data = listener.socket.recv(_CHUNK)
        except BlockingIOError:
            return came
        assert data, "The server has hung up."
        came += listener.take(data)
        if len(data) < _CHUNK:
            return came


@contextmanager
def listening(
    port: int, operations: Sequence[dict[str, Any]], *, tokens: Sequence[str | None], mark: bytes
) -> Iterator[Crowd]:
    """A client for each operation; those who show a token take turns at the tokens. What has the mark is a message."""

    def connect(number: int) -> Listener:
        listener = Listener(port, mark=mark)
        subscribe = {"type": "subscribe", "id": f"{number}", "payload": operations[number]}
        listener.begin(json.dumps(subscribe).encode(), token=tokens[number % len(tokens)])
        return listener

    with ThreadPoolExecutor(_AT_ONCE) as opening:
        crowd = Crowd(list(opening.map(connect, range(len(operations)))))
    try:
        yield crowd
    finally:
        crowd.close()
