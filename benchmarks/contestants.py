"""Who tells many: ours, npm's mercurius, and a server that does nothing but write."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.installation import HOUSE, Server, database, free_port, serving, wait_for
from models import database as opened
from models.agent.agent import Agent
from models.agent.session import hash_password
from models.contact.contact import Contact
from models.conversation.conversation import Conversation, Member
from models.organization.organization import Organization
from models.words import Channel, ConversationStatus, MemberRole, Role
from resolvers import ids

SUPERVISORS = 50
PACKAGES = Path(__file__).parent / "node"
PASSWORD = "benchmarks only"
EVENTS_OF = """subscription %s($id: ID!) { conversationEvents(conversationId: $id) { __typename
  ... on MessageAdded { cursor at message { id seq kind text at author { __typename ... on Agent { name }
    ... on Contact { name } } } } ... on Resync { cursor reason } } }"""
SEND = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { message { id } errors { code message } } }"
SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { accessToken errors { code } } }"


@dataclass(frozen=True, slots=True)
class Pair:
    """Who tells, and who is sent the messages."""

    telling: Server
    line: HTTPConnection
    conversation: str
    tokens: Sequence[str | None]

    def send(self, text: str) -> None:
        given = {"conversationId": self.conversation, "text": text}
        sent = ask(self.line, SEND, {"input": given}, token=self.tokens[0])
        assert sent["sendMessage"]["errors"] == [], sent

    def operations(self, count: int, *, named: bool) -> list[dict[str, Any]]:
        """`named`, no two documents are the same, so that nobody shares anything."""
        names = [f"S{number}" if named else "" for number in range(count)]
        return [{"query": EVENTS_OF % name, "variables": {"id": self.conversation}} for name in names]


@contextmanager
def ours(redis: str) -> Iterator[Pair]:
    with database() as address:
        conversation = asyncio.run(_fill(address))
        shared = {"REDIS_URL": redis, "SECRET_KEY": secrets.token_urlsafe(48)}
        with serving(address, **shared) as telling, serving(address, **shared) as sending:
            line = _line(sending)
            tokens = [_token(line, number) for number in range(SUPERVISORS)]
            yield Pair(telling, line, conversation, tokens)


def _line(server: Server) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", server.port, timeout=60)


def _token(line: HTTPConnection, number: int) -> str:
    given = {"organization": "bench", "email": f"agent{number}@bench.example", "password": PASSWORD}
    signed_in: str = ask(line, SIGN_IN, {"input": given})["signIn"]["accessToken"]
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
def mercurius(redis: str) -> Iterator[Pair]:
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        for name in ("package.json", "package-lock.json", "server.mjs"):
            shutil.copy(PACKAGES / name, folder)
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True)
        with _node(folder, redis) as telling, _node(folder, redis) as sending:
            yield Pair(telling, _line(sending), "1", [None])


@contextmanager
def bare() -> Iterator[Pair]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.bare", str(port)], cwd=HOUSE)
    try:
        wait_for(process, f"http://127.0.0.1:{port}/")
        server = Server(process.pid, port)
        yield Pair(server, _line(server), "1", [None])
    finally:
        process.terminate()
        process.wait()


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


def ask(
    line: HTTPConnection, query: str, variables: dict[str, Any], *, token: str | None = None
) -> dict[str, Any]:
    body = json.dumps({"query": query, "variables": variables}).encode()
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    line.request("POST", "/graphql", body, headers)
    answer: dict[str, Any] = json.load(line.getresponse())
    assert "errors" not in answer, answer["errors"]
    data: dict[str, Any] = answer["data"]
    return data
