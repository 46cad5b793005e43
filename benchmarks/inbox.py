"""An agent's inbox with a million messages: how long lists, filters and searches of conversations take over HTTP.

python -m benchmarks.inbox [NUMBER]
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from time import perf_counter
from typing import Any

import psycopg

from benchmarks.installation import Server, database, serving
from benchmarks.measuring import Figure, machine, measure
from models import database as opened
from models.agent.agent import Agent
from models.agent.session import hash_password
from models.contact.contact import Contact
from models.organization.organization import Organization
from models.organization.service import Service, ServiceMember
from models.words import Role

MESSAGES, SENTENCES, OF_A_CONVERSATION, AGENTS, SERVICES = 1_000_000, 50_000, 20, 200, 20
INDEX = import_module("models.migrations.0040_words").INDEX
PASSWORD = "benchmarks only"
TARGET = 50.0
INBOX = """query Inbox($filter: ConversationFilter, $after: String) {
  conversations(filter: $filter, first: 20, after: $after) {
    edges { node { id number status title unreadCount contact { name } assignee { name }
      lastMessage { text at direction } } }
    pageInfo { hasNextPage endCursor }
  }
}"""
COUNT = "query($filter: ConversationFilter) { conversations(filter: $filter, first: 0) { totalCount } }"
SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { accessToken errors { code } } }"
_SYLLABLES = ("ba", "ke", "lo", "mi", "nu", "ra", "si", "to", "ve", "za", "pri", "stra", "gen", "fo", "du")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words as unequal as those of a language: the n-th is said a share of 1/n as often as the first."""

    words: tuple[str, ...]
    said: tuple[str, ...]

    @classmethod
    def of(cls, size: int, *, chance: random.Random) -> Vocabulary:
        words = [
            "".join(chance.choices(_SYLLABLES, k=2 + chance.randrange(4)))
            + chance.choice(("", "ing", "s", "ed"))
            for _ in range(size)
        ]
        weights = [1 / (place + 3) for place in range(size)]
        return cls(tuple(words), tuple(chance.choices(words, weights, k=500_000)))

    def sentence(self, chance: random.Random) -> str:
        start = chance.randrange(len(self.said) - 20)
        return " ".join(self.said[start : start + chance.randint(2, 20)])


def report(number: int = MESSAGES) -> Iterator[str]:
    """Lines, each as soon as it is known."""
    chance = random.Random(20261121)
    vocabulary = Vocabulary.of(20_000, chance=chance)
    with database() as address:
        asyncio.run(_fill(address))
        taken = _talk(address, number, vocabulary, chance)
        yield f"{number:,} messages of {number // OF_A_CONVERSATION:,} conversations ({taken:.0f} s to write)"
        with serving(address) as server:
            for role in (Role.AGENT, Role.SUPERVISOR):
                yield f"  {role.value}"
                for figure in _asked(server, sign_in(server, role.value.lower()), vocabulary):
                    yield f"    {figure}"


def _asked(server: Server, token: str, vocabulary: Vocabulary) -> Iterator[Figure]:
    frequent, usual, rare = (vocabulary.words[place] for place in (0, 200, 15_000))
    cursor = _send(server, token, INBOX, {})["conversations"]["pageInfo"]["endCursor"]
    questions: dict[str, dict[str, Any]] = {
        "the list": {},
        "the next page": {"after": cursor},
        "those that are open": {"filter": {"status": ["OPEN"]}},
        "mine": {"filter": {"assignee": "ME"}},
        "unread": {"filter": {"unread": True}},
        "of a contact": {"filter": {"search": "guest 777"}},
        "a frequent word": {"filter": {"search": frequent}},
        "a usual word": {"filter": {"search": usual}},
        "a rare word": {"filter": {"search": rare}},
        "the beginning of a word": {"filter": {"search": usual[:4]}},
        "two words": {"filter": {"search": f"{frequent} {usual}"}},
        "a word that was never said": {"filter": {"search": "qqqqq"}},
        "a usual word, of those that are open": {"filter": {"search": usual, "status": ["OPEN"]}},
    }
    for name, variables in questions.items():
        yield measure(name, lambda v=variables: _send(server, token, INBOX, v), target=TARGET)  # type: ignore[misc]
    yield measure("how many there are", lambda: _send(server, token, COUNT, {}), target=TARGET)


def _send(server: Server, token: str | None, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps({"query": query, "variables": variables}).encode()
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    asked = urllib.request.Request(f"http://127.0.0.1:{server.port}/graphql", body, headers)
    with urllib.request.urlopen(asked, timeout=60) as response:
        answer: dict[str, Any] = json.load(response)
    assert "errors" not in answer, answer["errors"]
    data: dict[str, Any] = answer["data"]
    return data


def sign_in(server: Server, name: str) -> str:
    """The access token of an agent of the benchmarks."""
    given = {"organization": "bench", "email": f"{name}@bench.example", "password": PASSWORD}
    token: str = _send(server, None, SIGN_IN, {"input": given})["signIn"]["accessToken"]
    return token


async def _fill(address: str) -> None:
    """The organization, its agents, each in two services, and one contact, of whom there will be more."""
    await opened.migrate(address)
    async with opened.database(address):
        organization = await Organization.create(slug="bench", name="Bench", time_zone="Europe/Rome")
        own: dict[str, Any] = {"organization": organization}
        secret = await hash_password(PASSWORD)
        services = [await Service.create(**own, name=f"Service {n}") for n in range(SERVICES)]
        for n in range(AGENTS):
            name = {0: "agent", 1: "supervisor"}.get(n, f"agent{n}")
            role = Role.SUPERVISOR if n == 1 else Role.AGENT
            email, password = f"{name}@bench.example", secret if n < 2 else None
            zone: dict[str, Any] = {"time_zone": "Europe/Rome", "role": role, "password_hash": password}
            agent = await Agent.create(**own, name=name, slug=name, email=email, **zone)
            for service in (services[n % SERVICES], services[(n + 7) % SERVICES]):
                await ServiceMember.create(**own, service=service, agent=agent)
        await Contact.create(**own, name="Guest 0", email="guest0@guests.example")


def _talk(address: str, number: int, vocabulary: Vocabulary, chance: random.Random) -> float:
    """Write the messages, as many of each conversation; returns the seconds that it took. What is said is said often,
    so that its words are found once."""
    began, now = perf_counter(), datetime.now(UTC)
    conversations = number // OF_A_CONVERSATION
    sentences = [vocabulary.sentence(chance) for _ in range(SENTENCES)]
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(_CONTACTS, {"count": conversations // 2})
        connection.execute(_CONVERSATIONS, {"count": conversations, "services": SERVICES, "agents": AGENTS})
        connection.execute(_MEMBERS)
        connection.execute("SET session_replication_role = replica")
        connection.execute("DROP INDEX conversation_words_words")
        with connection.cursor().copy(_COPY) as copy:
            for one in range(number):
                conversation, seq = one // OF_A_CONVERSATION + 1, one % OF_A_CONVERSATION + 1
                direction = "INBOUND" if seq % 2 else "OUTBOUND"
                at = now - timedelta(minutes=conversation)
                copy.write_row((1, conversation, seq, "TEXT", direction, chance.choice(sentences), at, False))
        connection.execute(_WORDS)
        connection.execute(INDEX)
        connection.execute("VACUUM ANALYZE")
    return perf_counter() - began


_CONTACTS = """
INSERT INTO contact (organization_id, name, email, custom_fields, version, created_at)
SELECT organization_id, 'Guest ' || n, 'guest' || n || '@guests.example', '{}', 1, now() - make_interval(days => 1)
FROM contact, generate_series(1, %(count)s) n
"""
# A tenth is open; the newest ones are unread.
_CONVERSATIONS = """
INSERT INTO conversation (id, organization_id, number, channel, status, title, service_id, assignee_id, contact_id,
    language, created_at, last_seq, last_message_at, last_message_direction)
SELECT n, organization.id, n, 'WEB', CASE WHEN n %% 10 = 0 THEN 'OPEN' ELSE 'CLOSED' END, 'Conversation',
    n %% %(services)s + 1, n %% %(agents)s + 1, n / 2 + 1, 'en', now() - make_interval(mins => n::int + 60), 20,
    now() - make_interval(mins => n::int), 'OUTBOUND'
FROM organization, generate_series(1, %(count)s) n
"""
_MEMBERS = """
INSERT INTO member (organization_id, conversation_id, agent_id, role, stays, last_read_seq, joined_at)
SELECT organization_id, id, assignee_id, 'ASSIGNEE', true, CASE WHEN id % 50 = 0 THEN 10 ELSE 20 END, created_at
FROM conversation
"""
_WORDS = """
WITH said AS MATERIALIZED (
    SELECT text, search_words(1, 'en', text) AS words FROM (SELECT DISTINCT text FROM message) one
)
INSERT INTO conversation_words (organization_id, conversation_id, seq, kind, words)
SELECT organization_id, conversation_id, seq, kind, words FROM message JOIN said USING (text)
"""
_COPY = """
COPY message (organization_id, conversation_id, seq, kind, direction, text, at, redacted) FROM STDIN
"""


def main() -> None:
    sys.stdout.write(f"{machine()}; medians\n")
    for line in report(*map(int, sys.argv[1:])):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
