"""Many viewers of the same events, in conversations in which everything has happened; and what each of them is told,
alone or by what is executed for all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from graphql import GraphQLObjectType, OperationDefinitionNode, parse
from tortoise.expressions import Q

from models.actor import AgentActor, GuestActor
from models.agent.agent import Agent
from models.conversation.message import Message
from models.event import EventRow
from models.organization.service import Service
from models.words import Role
from realtime.events import (
    Audience,
    Passing,
    PassingKind,
    Typing,
    conversation_topic,
    presence_topic,
    queue_topic,
)
from realtime.feed import Event
from realtime.sharing import Shared
from realtime.store import DatabaseStore
from realtime.transport.outcome import Outcome
from realtime.transport.survey import Unshared, declared, terms_of
from realtime.transport.telling import Telling
from realtime.transport.terms import Common
from resolvers import ids
from resolvers.context import Context
from tests.builders import an_agent
from tests.resolvers import documents as say
from tests.resolvers import talk_documents as talking
from tests.resolvers.attachment_documents import send, upload
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.everything import GRAPH, Names, prepared, whole
from tests.resolvers.masked import Masked

CONVERSATION = "subscription($id: ID!) { conversationEvents(conversationId: $id) { __typename } }"
INBOX = "subscription { inboxEvents { __typename } }"
_TRIES = 40

Told = Event | Passing | Typing


@cache
def undeclared(*, among: Shared) -> Names:
    """The fields that are not declared to be shared so far, by the names that `whole` gives them."""
    kinds = [kind for kind in GRAPH.type_map.values() if isinstance(kind, GraphQLObjectType)]
    return frozenset(
        f"{kind.name}_{name}"
        for kind in kinds
        for name, field in kind.fields.items()
        if not _is_declared(kind, name, among) and not name.startswith("__")
    )


def _is_declared(kind: GraphQLObjectType, name: str, among: Shared) -> bool:
    try:
        return declared(kind.fields[name]) >= among
    except Unshared:
        return False


@dataclass(frozen=True, slots=True)
class Crowd:
    """Viewers by name, those of the same letter before the dot being peers."""

    clients: dict[str, Client]
    events: Sequence[Told]

    async def told(self, document: str, *, together: bool, only: Sequence[str] = ()) -> dict[str, list[bytes]]:
        """What each is told of all events, at the same time; `together`: by shared executions."""
        fresh = [replace(event, renderings={}) for event in self.events]
        common = _common(document) if together else None
        named = {name: one for name, one in self.clients.items() if not only or name in only}
        outcomes = await asyncio.gather(*(_told(one, document, fresh, common) for one in named.values()))
        told = zip(named, outcomes, strict=True)
        return {name: [outcome.encode() for outcome in of_one] for name, of_one in told}


def _common(document: str) -> Common:
    """As for whoever sends it with the same variables."""
    [operation] = parse(document).definitions
    assert isinstance(operation, OperationDefinitionNode)
    terms = terms_of(operation, GRAPH, {})
    assert terms is not None
    return Common(terms, document)


async def _told(client: Client, document: str, events: Sequence[Told], common: Common | None) -> list[Outcome]:
    async def source() -> AsyncIterator[Told]:
        for event in events:
            yield event

    def context() -> Context:
        return Context(client.actor, world=client.world)

    variables = {"id": "any"} if "$id" in document else {}
    executor = prepared(document, variables).executor
    telling = Telling(executor, common=common, make_context=context, events=source())
    return [outcome async for outcome in telling]


async def readable(client: Client, document: str, events: Sequence[Told], without: Names) -> str:
    """The whole document, without what a guest is refused of events that are for everyone."""
    for_everyone = [one for one in events if not isinstance(one, Event) or one.audience is Audience.EVERYONE]
    for _ in range(_TRIES):
        asked = whole(document, without)
        outcomes = await _told(client, asked, for_everyone, None)
        errors = [error for outcome in outcomes for error in outcome.errors]
        refused = {str(one) for error in errors for one in error.get("path", [])[-1:] if "_" in str(one)}
        if not refused - without:
            return asked
        without = without | refused
    raise AssertionError("always something is refused")


async def all_happens(masked: Masked) -> None:
    """To the conversation of Grace and Anna, who has it."""
    talk, supervisor = masked.house.talk, masked.agents[Role.SUPERVISOR]
    grace, anna, id = talk.grace, talk.anna, talk.id
    first = await say.say(grace, id, "Hello")
    await say.say(anna, id, "Good morning", replyToId=first["id"])
    uploaded = await upload(grace, id, name="mail of qgracez@secret.example.png")
    await send(grace, id, attachmentId=uploaded["id"])
    noted = await say.say(anna, id, "He cannot pay.", kind="NOTE")
    await say.say(supervisor, id, "Offer him the discount.", kind="WHISPER")
    await anna.do(talking.REDACT, id=noted["id"])
    await anna.do(talking.ADD_MEMBER, input={"conversationId": id, "agentId": masked.house.ids["ben"]})
    await grace.do(say.READ, input={"conversationId": id, "seq": 3})
    await grace.do(say.MOVE, input={"meetingId": talk.meeting, "start": "2027-03-02T09:00:00Z"})
    await anna.do(say.ASSIGN, input={"conversationId": id})
    await say.say(grace, id, "Are you there?")


def who_types(masked: Masked) -> list[Told]:
    """Grace, Anna, and another guest."""
    talk = masked.house.talk
    topic = conversation_topic(ids.decode(talk.id, "Conversation"))
    guests = [one.actor for one in (talk.grace, masked.other_guest)]
    contacts = [guest.contact.id for guest in guests if isinstance(guest, GuestActor)]
    return [
        Typing(topic, agent_id=masked.rows[Role.AGENT].id, contact_id=None, typing=True),
        *(Typing(topic, agent_id=None, contact_id=id, typing=False) for id in contacts),
    ]


async def passing(masked: Masked) -> list[Told]:
    """That something of every agent and every queue of the organization has changed."""
    own = masked.rows[Role.AGENT].organization_id
    agents, services = await Agent.of(own).order_by("id"), await Service.of(own).order_by("id")
    return [
        *(Passing(presence_topic(own), PassingKind.PRESENCE_CHANGED, one.id) for one in agents),
        *(Passing(queue_topic(one.id), PassingKind.QUEUE_CHANGED, one.id) for one in services),
    ]


async def events_of(topic: str) -> list[Event]:
    return list(await DatabaseStore().read(topic, after=0, limit=1000))


async def samples(topics: str) -> list[Event]:
    """One event of each kind, and one of each kind of message, out of a topic or all topics of a kind."""
    named = Q(topic=topics) | Q(topic__startswith=f"{topics}:")
    names = await EventRow.filter(named).distinct().values_list("topic", flat=True)
    events = [event for topic in sorted(map(str, names)) for event in await events_of(topic)]
    said = {row.id: row.kind for row in await Message.all()}
    return list({(one.kind, said.get(one.payload.get("message", 0))): one for one in events}.values())


async def a_crowd(masked: Masked, sign_in: SignIn) -> dict[str, Client]:
    """Beside those of the house: of each role that oversees two, of whom the second has nothing to do with anything;
    and of Anna, Ben and Grace each a second device."""
    organization = await masked.rows[Role.AGENT].organization
    clients = {"administrator.1": masked.house.clients["ada"]}
    for role in (Role.ADMINISTRATOR, Role.MANAGER, Role.SUPERVISOR):
        if role in masked.agents:
            clients[f"{role.value}.1".lower()] = masked.agents[role]
        second = await an_agent(organization, f"Second {role.value}", role=role)
        clients[f"{role.value}.2".lower()] = sign_in.agent(second)
    ben = await Agent.get(id=ids.decode(masked.house.ids["ben"], "Agent"))
    for name, agent in (("anna", masked.rows[Role.AGENT]), ("ben", ben)):
        clients |= {f"{name}.1": sign_in.agent(agent), f"{name}.2": _elsewhere(sign_in.agent(agent))}
    grace = await sign_in.bearer(masked.house.talk.token)
    return clients | {
        "grace.1": grace,
        "grace.2": await sign_in.bearer(masked.house.talk.token),
        "heidi.1": masked.other_guest,
        "rival.1": masked.house.clients["eve"],
    }


def _elsewhere(client: Client) -> Client:
    """The same agent, signed in once more."""
    assert isinstance(client.actor, AgentActor)
    return replace(client, actor=replace(client.actor, session_id=client.actor.session_id + 1))
