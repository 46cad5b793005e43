"""Operations with an input that is good, to be spoiled in one place; and a house in which they can be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.agent.agent import Agent
from models.words import Role
from resolvers import ids
from tests.builders import a_link, a_service, an_agent, an_organization
from tests.resolvers import documents as say

if TYPE_CHECKING:
    from tests.resolvers.conftest import Answer, Client, SignIn, Talk

REMOVED = object()
"""Stands for a field that is left out."""


@dataclass(frozen=True, slots=True)
class Base:
    """An operation with an input that is good, but for what a case puts in."""

    document: str
    variables: dict[str, Any]


@dataclass(frozen=True, slots=True)
class House:
    """Who asks, and the ids that a good input names."""

    talk: Talk
    clients: Mapping[str, Client]
    ids: Mapping[str, str]

    def base(self, name: str) -> Base:
        return Base(DOCUMENTS[name][0], filled(DOCUMENTS[name][1], self.ids))

    def client(self, name: str) -> Client:
        return self.clients[DOCUMENTS[name][2]]


def filled(value: Any, known: Mapping[str, str]) -> Any:
    """The value with "@name" replaced by the id of that name."""
    if isinstance(value, dict):
        return {key: filled(one, known) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, known) for one in value]
    named = isinstance(value, str) and value[:1] == "@" and value[1:] in known
    return known[value[1:]] if named else value


SLOTS = {"link": "acme/anna", "from": "2027-03-01", "to": "2027-03-05", "timeZone": "Europe/Rome"}
MEETINGS = """query($from: DateTime, $to: DateTime, $agentId: ID, $serviceId: ID, $status: [MeetingStatus!],
    $unassigned: Boolean, $first: Int, $after: String) {
  meetings(from: $from, to: $to, agentId: $agentId, serviceId: $serviceId, status: $status, unassigned: $unassigned,
    first: $first, after: $after) { totalCount edges { node { id } } } }"""
AGENTS = """query($slug: String, $first: Int, $after: String, $search: String) {
  organization(slug: $slug) { agents(first: $first, after: $after, search: $search) { edges { node { id } } } } }"""
HOURS = """query($id: ID!, $from: Date!, $to: Date!) {
  node(id: $id) { ... on Agent { dateOverrides(from: $from, to: $to) { date } } } }"""
MORNING = {"weekday": "MONDAY", "window": {"start": "09:00", "end": "12:00"}}

DOCUMENTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "signIn": (
        """mutation($input: SignInInput!) {
          signIn(input: $input) { accessToken agent { id } errors { code field } } }""",
        {"input": {"organization": "acme", "email": "anna@acme.example", "password": "wrong"}},
        "public",
    ),
    "refreshSession": (
        """mutation($input: RefreshSessionInput!) {
          refreshSession(input: $input) { accessToken errors { code field } } }""",
        {"input": {"refreshToken": "spent"}},
        "public",
    ),
    "slots": (say.SLOTS, {"input": SLOTS}, "public"),
    "explain": (say.EXPLAIN, {"input": SLOTS, "at": say.NINE}, "anna"),
    "meeting": ("query($id: ID, $token: String) { meeting(id: $id, manageToken: $token) { id } }", {}, "anna"),
    "meetings": (MEETINGS, {}, "anna"),
    "conversation": (say.CONVERSATION, {"id": "@conversation"}, "anna"),
    "conversations": (say.CONVERSATIONS, {"filter": {}}, "anna"),
    "messages": (say.MESSAGES, {"id": "@conversation", "first": 10}, "anna"),
    "organization": (AGENTS, {"slug": "acme"}, "anna"),
    "link": ("query($link: String!) { scheduleLink(link: $link) { slug } }", {"link": "acme/anna"}, "public"),
    "node": ("query($id: ID!) { node(id: $id) { id } }", {"id": "@meeting"}, "anna"),
    "nodes": ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["@meeting"]}, "anna"),
    "hours": (HOURS, {"id": "@agent", "from": "2027-03-01", "to": "2027-03-31"}, "anna"),
    "book": (say.BOOK, {"input": say.wish(say.TEN)}, "public"),
    "hold": (say.HOLD, {"input": {"slots": {"link": "acme/anna"}, "start": say.TEN}}, "public"),
    "release": (say.RELEASE, {"input": {"token": "hold_nothing"}}, "public"),
    "move": (say.MOVE, {"input": {"meetingId": "@meeting", "start": say.TEN}}, "grace"),
    "cancel": (say.CANCEL, {"input": {"meetingId": "@meeting"}}, "grace"),
    "send": (say.SEND, {"input": {"conversationId": "@conversation", "text": "Hello"}}, "grace"),
    "read": (say.READ, {"input": {"conversationId": "@conversation", "seq": 1}}, "grace"),
    "assign": (say.ASSIGN, {"input": {"conversationId": "@conversation", "agentId": "@ben"}}, "anna"),
    "week": (say.SET_WEEK, {"input": {"agentId": "@agent", "windows": [MORNING]}}, "anna"),
    "date": (say.SET_DATE, {"input": {"agentId": "@agent", "date": "2027-03-02", "windows": []}}, "anna"),
    "feed": (
        say.CONNECT_FEED,
        {"input": {"agentId": "@agent", "name": "Mine", "url": "https://calendars.example/feed.ics"}},
        "anna",
    ),
    "refresh": (say.REFRESH_CALENDAR, {"input": {"connectionId": "@calendar"}}, "anna"),
    "disconnect": (say.DISCONNECT_CALENDAR, {"input": {"connectionId": "@calendar"}}, "anna"),
}


async def a_house(talk: Talk, public: Client, sign_in: SignIn, anna: Agent) -> House:
    """Anna has a meeting, a conversation, a service and a calendar; beside her is Ben, and elsewhere Eve."""
    organization, rival = await anna.organization, await an_organization("rival")
    ben, eve = await an_agent(organization, "Ben"), await an_agent(rival, "Eve", role=Role.ADMINISTRATOR)
    service, theirs = await a_service(organization, anna), await a_service(rival, eve)
    await a_link(eve)
    message = await say.say(talk.grace, talk.id, "First")
    feed = {
        "agentId": ids.encode("Agent", anna.id),
        "name": "Feed",
        "url": "https://calendars.example/other.ics",
    }
    connected = await talk.anna.do(say.CONNECT_FEED, input=feed)
    return House(
        talk=talk,
        clients={"public": public, "grace": talk.grace, "anna": talk.anna, "eve": sign_in.agent(eve)},
        ids={
            "meeting": talk.meeting,
            "conversation": talk.id,
            "message": message["id"],
            "agent": ids.encode("Agent", anna.id),
            "ben": ids.encode("Agent", ben.id),
            "eve": ids.encode("Agent", eve.id),
            "service": ids.encode("Service", service.id),
            "theirs": ids.encode("Service", theirs.id),
            "calendar": connected["connection"]["id"],
        },
    )


def changed(variables: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The variables with another value at a dotted path."""
    first, _, rest = path.partition(".")
    inner = changed(dict(variables.get(first) or {}), rest, value) if rest else value
    if inner is REMOVED:
        return {key: one for key, one in variables.items() if key != first}
    return {**variables, first: inner}


def told(answer: Answer) -> tuple[str, list[str] | None]:
    """The code of the one error, and the field that it names: of the payload, or of the request."""
    if answer.errors:
        extensions = answer.errors[0]["extensions"]
        return extensions.get("refusal") or extensions["code"], extensions.get("field")
    [value] = answer.data.values()
    [error] = value["errors"]
    return error["code"], error["field"]
