"""One conversation's messages to 500 subscribers over real sockets: of ours, with what is executed for all and without,
and of npm's mercurius with Redis. Same client, same machine, one after the other.

    python -m benchmarks.fanout [ROUNDS]

Two processes each: one serves the subscribers, and is measured; the other is sent the messages, which Redis tells the
first one of. The next message is sent when everyone has been told of the one before. Needs Node and npm for the
comparison, and a Redis: that of REDIS_URL, or on 127.0.0.1:6379.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.contestants import Pair, bare, mercurius, ours
from benchmarks.listeners import Crowd, listening
from benchmarks.measuring import machine

SUBSCRIBERS, EVENTS, ROUNDS = 500, 20, 5
MOST_MICROSECONDS, LEAST_FACTOR = 10, 2
MARK = b'"MessageAdded"'


@dataclass(frozen=True, slots=True)
class Figure:
    """What the serving process used of a processor for each message to a subscriber, in microseconds; how long an event
    took from its sending to the last subscriber, in milliseconds; and a frame's bytes."""

    name: str
    cpu: float
    event: float
    frame: float

    def __str__(self) -> str:
        return f"{self.name:<46}{self.cpu:>7.1f} µs a message{self.event:>8.1f} ms an event   {self.frame:.0f} bytes"


def report(rounds: int = ROUNDS) -> Iterator[str]:
    """Lines, each as soon as it is known."""
    redis = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
    yield f"{SUBSCRIBERS} subscribers x {EVENTS} messages, {rounds} times; load {os.getloadavg()[0]:.1f}"
    figures = []
    for name, open_pair, named in _contestants(redis):
        with open_pair() as pair:
            figures.append(_measured(name, pair, rounds=rounds, named=named))
            yield f"  {figures[-1]}; load {os.getloadavg()[0]:.1f}"
    ours, *others = figures
    yield f"  at most {MOST_MICROSECONDS} µs a message, and {LEAST_FACTOR} times better than mercurius"
    for other in others:
        yield f"  {other.name}: {other.cpu / ours.cpu:.1f} times the CPU, {other.event / ours.event:.1f} times the time"


def _contestants(redis: str) -> Iterator[tuple[str, Callable[[], Any], bool]]:
    yield "ours", lambda: ours(redis), False
    yield "ours, every document another: nothing shared", lambda: ours(redis), True
    if shutil.which("node") and shutil.which("npm"):
        yield "mercurius", lambda: mercurius(redis), False
    yield "nothing but the writing, by uvloop alone", bare, False


def _measured(name: str, pair: Pair, *, rounds: int, named: bool) -> Figure:
    operations = pair.operations(SUBSCRIBERS, named=named)
    with listening(pair.telling.port, operations, tokens=pair.tokens, mark=MARK) as crowd:
        _all_there(pair, crowd)
        _round(pair, crowd, "warm")
        before = pair.telling.cpu_seconds
        taken = [_round(pair, crowd, f"round {number}") for number in range(rounds)]
        used = pair.telling.cpu_seconds - before
        frame = sum(len(one.last) for one in crowd.listeners) / SUBSCRIBERS
    return Figure(name, 1e6 * used / (rounds * EVENTS * SUBSCRIBERS), 1000 * median(taken), frame)


def _all_there(pair: Pair, crowd: Crowd) -> None:
    """Everyone hears one message: before, some may not have subscribed yet."""
    for _ in range(20):
        pair.line.close()  # it is opened again: the server does not keep it for as long as this may take
        pair.send("hello")
        with suppress(TimeoutError):
            crowd.hear(SUBSCRIBERS, seconds=5)
            break
        crowd.forget()
    else:
        raise RuntimeError("Not all are told.")
    _check(crowd, "hello")


def _round(pair: Pair, crowd: Crowd, name: str) -> float:
    """The median of seconds that an event took; what was told is looked at when the clock has stopped."""
    taken = []
    for number in range(EVENTS):
        text = f"{name}, {number}"
        began = perf_counter()
        pair.send(text)
        crowd.hear(SUBSCRIBERS)
        taken.append(perf_counter() - began)
        _check(crowd, text)
    return median(taken)


def _check(crowd: Crowd, text: str) -> None:
    """Each has heard the whole of this one message, under its own id, and no other."""
    for number, listener in enumerate(crowd.listeners):
        [heard] = map(json.loads, listener.taken())
        message = heard["payload"]["data"]["conversationEvents"]["message"]
        assert (heard["id"], message["text"]) == (f"{number}", text), heard
        assert message["author"]["__typename"] in ("Agent", "Contact"), heard


def main() -> None:
    sys.stdout.write(f"{machine()}\n")
    for line in report(*map(int, sys.argv[1:2])):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
