"""Live feeds of ever more messages a second, and what a connection costs that hears nothing.

    python -m benchmarks.live [CONNECTIONS [SECONDS]]

Guests write by the API, over HTTP, to two web processes; each message is heard by the guest and by the agent of its
conversation, over their WebSockets, each on the process of their own.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles
from time import monotonic, sleep
from typing import Any

import psycopg

from benchmarks.installation import SECRET, Bus, Server, database, processor_seconds, redis, serving
from benchmarks.listening import Console, Listener, listening
from benchmarks.measuring import machine
from benchmarks.sending import Sending, send
from models import database as opened
from models.agent.agent import Agent
from models.agent.session import Session, hash_password
from models.conversation.conversation import Member
from models.conversation.link import conversation_token
from models.keyring import Keyring
from models.organization.organization import Organization
from models.words import Role
from resolvers import ids

CONNECTIONS, CONVERSATIONS, AGENTS, EARLIER = 5_000, 2_000, 100, 10
RATES, SECONDS = (100, 250, 500, 750, 1_000, 1_250, 1_500), 8.0
PAGE, PATIENCE = 4096, 60.0


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation by the API's id, and the tokens of its guest and of its agent."""

    conversation: str
    guest: str
    agent: str


@dataclass(frozen=True, slots=True)
class Step:
    """So many messages a second; processors' milliseconds are for each message, which two hear."""

    wanted: int
    sent: float
    p50: float
    p99: float
    web: float
    postgres: float
    redis: float
    client: float

    def __str__(self) -> str:
        return (
            f"{self.wanted:>5} wanted  {self.sent:>4.0f} messages/s   commit to frame: p50 {self.p50:>6.1f} ms,"
            f" p99 {self.p99:>6.1f} ms   CPU: web {self.web:.2f} ms, PostgreSQL {self.postgres:.2f} ms,"
            f" Redis {self.redis:.2f} ms, clients {self.client:.2f} ms"
        )


def report(connections: int = CONNECTIONS, seconds: float = SECONDS) -> Iterator[str]:
    """Lines, each as soon as it is known. Raises AssertionError for a message that was not heard, or twice."""
    with database() as address:
        talks = asyncio.run(_fill(address, max(connections, CONVERSATIONS)))
        yield from _idle(address, talks[:connections])
        yield from _busy(address, talks[:CONVERSATIONS], seconds)


def _idle(address: str, talks: Sequence[Talk]) -> Iterator[str]:
    """Guests who listen to a conversation each, in which nothing is said."""
    with serving(address) as server:
        empty = _resident(server)
        with listening([Console(server.port, talk.guest, [talk.conversation]) for talk in talks]):
            sleep(2)
            full, used, began = _resident(server), server.cpu_seconds, monotonic()
            sleep(10)
            share = (server.cpu_seconds - used) / (monotonic() - began)
            each = (full - empty) / len(talks) / 1024
            yield f"{len(talks):,} connections that hear nothing: {each:.1f} KiB each, {share:.0%} of a processor"


def _busy(address: str, talks: Sequence[Talk], seconds: float) -> Iterator[str]:
    with redis() as bus, ExitStack() as stack:
        servers = [stack.enter_context(serving(address, REDIS_URL=bus.address)) for _ in range(2)]
        guests = [Console(servers[n % 2].port, talk.guest, [talk.conversation]) for n, talk in enumerate(talks)]
        listener = stack.enter_context(listening([*guests, *_agents(talks, servers)]))
        feeds = Feeds(address, talks, servers, bus, listener)
        yield f"{len(talks):,} conversations, each heard by two, of two web processes: {seconds:.0f} seconds each"
        feeds.put(number=len(talks), rate=200)
        for rate in RATES:
            yield f"  {feeds.put(number=int(rate * seconds), rate=rate)}"


def _agents(talks: Sequence[Talk], servers: Sequence[Server]) -> list[Console]:
    """Each agent has one socket, on which they listen to all that is theirs."""
    theirs: dict[str, list[str]] = {}
    for talk in talks:
        theirs.setdefault(talk.agent, []).append(talk.conversation)
    return [
        Console(servers[n // 2 % 2].port, token, conversations)
        for n, (token, conversations) in enumerate(theirs.items())
    ]


class Feeds:
    """What is said in the conversations, one after the other, and heard by those who listen."""

    def __init__(
        self, address: str, talks: Sequence[Talk], servers: Sequence[Server], bus: Bus, listener: Listener
    ) -> None:
        self._address = address
        self._requests = cycle([talk.guest, _body(talk.conversation)] for talk in talks)
        self._servers = servers
        self._bus = bus
        self._listener = listener

    def put(self, *, number: int, rate: int) -> Step:
        """So many messages, so many a second. Raises AssertionError unless each is heard twice."""
        before, client = self._used(), self._listener.heard().cpu
        ports = [server.port for server in self._servers]
        sent = send(Sending(ports, list(islice(self._requests, number)), rate))
        latencies, cpu = self._heard(2 * number)
        after = self._used()
        web, postgres, redis = (1000 * (now - was) / number for now, was in zip(after, before, strict=True))
        percentiles = quantiles(latencies, n=100)
        p50, p99 = 1000 * percentiles[49], 1000 * percentiles[98]
        return Step(
            rate,
            number / sent.passed,
            p50,
            p99,
            web,
            postgres,
            redis,
            1000 * (sent.cpu + cpu - client) / number,
        )

    def _heard(self, number: int) -> tuple[list[float], float]:
        """The latencies, all of them, and what the listening client has used so far."""
        latencies: list[float] = []
        until = monotonic() + PATIENCE
        while True:
            heard = self._listener.heard()
            latencies += heard.latencies
            if len(latencies) >= number:
                assert len(latencies) == number, f"{len(latencies)} of {number} were heard"
                return latencies, heard.cpu
            assert monotonic() < until, f"{len(latencies)} of {number} were heard"
            sleep(0.2)

    def _used(self) -> tuple[float, float, float]:
        """The processors' seconds of the web processes, PostgreSQL and Redis."""
        with psycopg.connect(self._address) as connection:
            found = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            ).fetchall()
        web = sum(server.cpu_seconds for server in self._servers)
        return web, sum(processor_seconds(pid) for [pid] in found), processor_seconds(self._bus.process)


def _body(conversation: str) -> str:
    query = "mutation Say($input: SendMessageInput!) { sendMessage(input: $input) { message { id } errors { code } } }"
    said = {"conversationId": conversation, "text": "Is there anything new about the delivery of Tuesday?"}
    return json.dumps({"query": query, "variables": {"input": said}})


def _resident(server: Server) -> int:
    """Bytes of memory that the process holds."""
    return int(Path(f"/proc/{server.process}/statm").read_text().split()[1]) * PAGE


async def _fill(address: str, number: int) -> list[Talk]:
    """The organization, its agents, and so many conversations, each of one of them with a guest of its own, who has
    written before: in tables that were empty, plans are others than where somebody works."""
    keys, now = Keyring(SECRET.encode()), datetime.now(UTC)
    await opened.migrate(address)
    async with opened.database(address):
        organization = await Organization.create(slug="bench", name="Bench", time_zone="Europe/Rome")
        secret = await hash_password(SECRET)
        for n in range(AGENTS):
            name = f"agent{n}"
            own: dict[str, Any] = {
                "role": Role.AGENT,
                "password_hash": secret,
                "email": f"{name}@bench.example",
            }
            await Agent.create(organization=organization, name=name, slug=name, time_zone="Europe/Rome", **own)
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in _ROWS:
            connection.execute(statement, {"count": number, "agents": AGENTS, "earlier": EARLIER})
    async with opened.database(address):
        tokens = {}
        for agent in await Agent.all():
            tokens[agent.id] = (
                await Session.sign_in("bench", agent.email, SECRET, keys=keys, now=now)
            ).access_token
        guests = {row.conversation_id: row.id for row in await Member.filter(contact_id__isnull=False)}
        agents = {row.conversation_id: row.agent_id for row in await Member.filter(agent_id__isnull=False)}
        return [
            Talk(ids.encode("Conversation", id), conversation_token(guests[id], keys=keys), tokens[agents[id]])
            for id in sorted(guests)
        ]


_ROWS = (
    """
INSERT INTO contact (organization_id, name, email, custom_fields, version, created_at)
SELECT id, 'Guest ' || n, 'guest' || n || '@guests.example', '{}', 1, now()
FROM organization, generate_series(1, %(count)s) n
""",
    """
INSERT INTO conversation (id, organization_id, number, channel, status, assignee_id, contact_id, language, created_at,
    last_seq, last_message_at, last_message_direction)
SELECT n, organization.id, n, 'WEB', 'OPEN', n %% %(agents)s + 1, n, 'en', now(), %(earlier)s, now(), 'INBOUND'
FROM organization, generate_series(1, %(count)s) n
""",
    """
INSERT INTO member (organization_id, conversation_id, agent_id, contact_id, role, stays, last_read_seq, joined_at)
SELECT organization_id, id, assignee_id, NULL, 'ASSIGNEE', true, 0, created_at FROM conversation
UNION ALL SELECT organization_id, id, NULL, contact_id, 'GUEST', true, 0, created_at FROM conversation
""",
    """
INSERT INTO message (organization_id, conversation_id, seq, kind, direction, author_contact_id, text, at, redacted)
SELECT organization_id, id, seq, 'TEXT', 'INBOUND', contact_id,
    'Where is the parcel ' || id || ' that was to come on the ' || seq || 'th?', created_at, false
FROM conversation, generate_series(1, %(earlier)s) seq
""",
    """
INSERT INTO feed (organization_id, topic, head, floor)
SELECT organization_id, 'conversation:' || id, %(earlier)s, 0 FROM conversation
""",
    """
INSERT INTO event (organization_id, topic, seq, kind, audience, ids, at)
SELECT m.organization_id, 'conversation:' || m.conversation_id, m.seq, 'MESSAGE_ADDED', 'EVERYONE',
    jsonb_build_object('message', m.id, 'conversation', m.conversation_id), m.at
FROM message m
""",
    "VACUUM ANALYZE",
)


def main() -> None:
    sys.stdout.write(f"{machine()}\n")
    connections, seconds = (*sys.argv[1:], *(str(CONNECTIONS), str(SECONDS))[len(sys.argv) - 1 :])
    for line in report(int(connections), float(seconds)):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
