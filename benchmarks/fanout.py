"""One conversation's messages to 500 subscribers over real sockets: of ours, with what is executed for all and without,
and of npm's mercurius with Redis. Same client, same machine, one after the other.

    python -m benchmarks.fanout [ROUNDS]

Two processes each: one serves the subscribers, and is measured; the other is sent the messages, which Redis tells the
first one of. The next message is sent when everyone has been told of the one before. Needs Node and npm for the
comparison, and a Redis: that of REDIS_URL, or on 127.0.0.1:6379.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import uvloop

from benchmarks.installation import Server, database, free_port, serving, wait_for
from benchmarks.listeners import Listener, Tally, listening
from benchmarks.measuring import machine
from models import database as opened
from models.agent.agent import Agent
from models.agent.session import hash_password
from models.contact.contact import Contact
from models.conversation.conversation import Conversation, Member
from models.organization.organization import Organization
from models.words import Channel, ConversationStatus, MemberRole, Role
from resolvers import ids

SUBSCRIBERS, EVENTS, ROUNDS, SUPERVISORS = 500, 20, 5, 50
MOST_MICROSECONDS, LEAST_FACTOR = 10, 2
PACKAGES = Path(__file__).parent / "node"
PASSWORD = "benchmarks only"
MARK = b'"MessageAdded"'
EVENTS_OF = """subscription %s($id: ID!) { conversationEvents(conversationId: $id) { __typename
  ... on MessageAdded { cursor at message { id seq kind text at author { __typename ... on Agent { name }
    ... on Contact { name } } } } ... on Resync { cursor reason } } }"""
SEND = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { message { id } errors { code message } } }"
SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { accessToken errors { code } } }"


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


@dataclass(frozen=True, slots=True)
class Pair:
    """Who tells, and who is sent the messages."""

    telling: Server
    sending: Server
    conversation: str
    tokens: Sequence[str | None]

    def send(self, text: str) -> None:
        given = {"conversationId": self.conversation, "text": text}
        sent = ask(self.sending.port, SEND, {"input": given}, token=self.tokens[0])
        assert sent["sendMessage"]["errors"] == [], sent

    def operations(self, *, named: bool) -> list[dict[str, Any]]:
        """`named`, no two documents are the same, so that nobody shares anything."""
        names = [f"S{number}" if named else "" for number in range(SUBSCRIBERS)]
        return [{"query": EVENTS_OF % name, "variables": {"id": self.conversation}} for name in names]


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
    yield "ours", lambda: _ours(redis), False
    yield "ours, every document another: nothing shared", lambda: _ours(redis), True
    if shutil.which("node") and shutil.which("npm"):
        yield "mercurius", lambda: _mercurius(redis), False


def _measured(name: str, pair: Pair, *, rounds: int, named: bool) -> Figure:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_listened(name, pair, rounds=rounds, named=named))


async def _listened(name: str, pair: Pair, *, rounds: int, named: bool) -> Figure:
    operations = pair.operations(named=named)
    async with listening(pair.telling.port, operations, tokens=pair.tokens, mark=MARK) as (
        listeners,
        tally,
    ):
        await _all_there(pair, tally)
        _check(listeners, text="warm up")
        await _round(pair, tally, "warm")
        before, size, told = pair.telling.cpu_seconds, tally.bytes, tally.told
        taken = [await _round(pair, tally, f"round {number}") for number in range(rounds)]
        used, messages = pair.telling.cpu_seconds - before, tally.told - told
        _check(listeners, text=f"round {rounds - 1}, {EVENTS - 1}")
    assert messages == rounds * EVENTS * SUBSCRIBERS, messages
    return Figure(name, 1e6 * used / messages, 1000 * median(taken), (tally.bytes - size) / messages)


async def _all_there(pair: Pair, tally: Tally) -> None:
    """Everyone hears one message: before, some may not have subscribed yet."""
    for _ in range(20):
        told = tally.told
        await asyncio.to_thread(pair.send, "warm up")
        with suppress(TimeoutError):
            await tally.wait(told + SUBSCRIBERS, seconds=5)
            return
    raise RuntimeError(f"Only {tally.told - told} of {SUBSCRIBERS} are told.")


async def _round(pair: Pair, tally: Tally, name: str) -> float:
    """The median of seconds that an event took."""
    taken = []
    for number in range(EVENTS):
        began, wanted = perf_counter(), tally.told + SUBSCRIBERS
        await asyncio.to_thread(pair.send, f"{name}, {number}")
        await tally.wait(wanted)
        taken.append(perf_counter() - began)
    return median(taken)


def _check(listeners: Sequence[Listener], *, text: str) -> None:
    """Each has the whole of the last message, under its own id."""
    for number, listener in enumerate(listeners):
        heard = json.loads(listener.last)
        message = heard["payload"]["data"]["conversationEvents"]["message"]
        assert (heard["id"], message["text"], message["author"]["__typename"] in ("Agent", "Contact")) == (
            f"{number}", text, True,
        ), heard  # fmt: skip


@contextmanager
def _ours(redis: str) -> Iterator[Pair]:
    with database() as address:
        conversation = asyncio.run(_fill(address))
        shared = {"REDIS_URL": redis, "SECRET_KEY": secrets.token_urlsafe(48)}
        with serving(address, **shared) as telling, serving(address, **shared) as sending:
            tokens = [_token(sending.port, number) for number in range(SUPERVISORS)]
            yield Pair(telling, sending, conversation, tokens)


def _token(port: int, number: int) -> str:
    given = {"organization": "bench", "email": f"agent{number}@bench.example", "password": PASSWORD}
    signed_in: str = ask(port, SIGN_IN, {"input": given})["signIn"]["accessToken"]
    return signed_in


async def _fill(address: str) -> str:
    """An organization with its supervisors, and a conversation with a guest; the conversation's id."""
    await opened.migrate(address)
    async with opened.database(address):
        organization = await Organization.create(slug="bench", name="Bench", time_zone="Europe/Rome")
        secret = await hash_password(PASSWORD)
        for number in range(SUPERVISORS):
            name = f"agent{number}"
            await Agent.create(
                organization=organization, name=name, slug=name, email=f"{name}@bench.example",
                time_zone="Europe/Rome", role=Role.SUPERVISOR, password_hash=secret,
            )  # fmt: skip
        guest = await Contact.create(organization=organization, name="Grace Guest", email="g@guests.example")
        conversation = await _conversation(organization, guest, await Agent.get(slug="agent0"))
    return ids.encode("Conversation", conversation.id)


async def _conversation(organization: Organization, guest: Contact, owner: Agent) -> Conversation:
    own: dict[str, Any]
    own, now = {"organization": organization}, datetime.now(UTC)
    conversation = await Conversation.create(
        **own, number=1, channel=Channel.WEB, status=ConversationStatus.OPEN, contact=guest, assignee=owner,
        created_at=now, last_message_at=now,
    )  # fmt: skip
    member: dict[str, Any] = {**own, "conversation": conversation, "joined_at": now}
    await Member.create(**member, agent=owner, role=MemberRole.AGENT)
    await Member.create(**member, contact=guest, role=MemberRole.GUEST)
    return conversation


@contextmanager
def _mercurius(redis: str) -> Iterator[Pair]:
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        for name in ("package.json", "package-lock.json", "server.mjs"):
            shutil.copy(PACKAGES / name, folder)
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True)
        with _node(folder, redis) as telling, _node(folder, redis) as sending:
            yield Pair(telling, sending, "1", [None])


@contextmanager
def _node(folder: str, redis: str) -> Iterator[Server]:
    port = free_port()
    process = subprocess.Popen(
        ["node", "server.mjs", str(port), str(urlsplit(redis).port or 6379)],
        cwd=folder, env=os.environ | {"NODE_ENV": "production"},
    )  # fmt: skip
    try:
        wait_for(process, f"http://127.0.0.1:{port}/graphql?query=%7Bhello%7D")
        yield Server(process.pid, port)
    finally:
        process.terminate()
        process.wait()


def ask(port: int, query: str, variables: dict[str, Any], *, token: str | None = None) -> dict[str, Any]:
    body = json.dumps({"query": query, "variables": variables}).encode()
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", body, headers)
    with urllib.request.urlopen(asked, timeout=60) as response:
        answer: dict[str, Any] = json.load(response)
    assert "errors" not in answer, answer["errors"]
    data: dict[str, Any] = answer["data"]
    return data


def main() -> None:
    sys.stdout.write(f"{machine()}\n")
    for line in report(*map(int, sys.argv[1:2])):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
