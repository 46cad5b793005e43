"""Conversations begin on the web: by guests, known or not, and by agents."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models.actor import SignedInGuest
from models.agent.agent import Agent
from models.agent.key import create_api_key
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.conversation.load import loads_of
from models.conversation.message import Message
from models.keyring import Keyring
from models.letter.ordered import OrderedLetter
from models.organization.organization import Organization
from models.organization.service import Service
from models.words import Role
from resolvers import ids
from tests.builders import MONDAY, Clock, a_service, acting, an_agent, an_organization
from tests.models.conversation.invariants import check_conversations
from tests.models.queueing.desk import come, offered, work
from tests.resolvers import handover_documents as over
from tests.resolvers.conftest import Client, SignIn, Talk
from tests.resolvers.documents import CONVERSATION, CONVERSATIONS, GRACE, codes, say
from tests.resolvers.feeds import following

IVAN = {"name": "Ivan", "email": "ivan@guests.example", "timeZone": "Europe/Rome"}
STARTED = "CONVERSATION_STARTED"


@pytest.fixture
async def ben(anna: Agent) -> Agent:
    return await an_agent(await anna.organization, "Ben")


@pytest.fixture
async def support(anna: Agent, ben: Agent) -> Service:
    return await a_service(await anna.organization, anna, ben)


def to(where: Service | Agent) -> dict[str, str]:
    kind = "Service" if isinstance(where, Service) else "Agent"
    return {f"{kind.lower()}Id": ids.encode(kind, where.id)}


async def begins(client: Client, *where: Service | Agent, **more: Any) -> dict[str, Any]:
    named = {key: id for one in where for key, id in to(one).items()}
    return await client.do(over.START, input={"text": "Hello?", **named, **more})


async def row(begun: dict[str, Any]) -> Conversation:
    key = ids.split(begun["conversation"]["id"])
    assert key is not None
    return await Conversation.get(id=key[1])


def messages(shown: dict[str, Any]) -> list[tuple[str | None, str]]:
    nodes = [edge["node"] for edge in shown["messages"]["edges"]]
    return [(node["systemEvent"], node["text"]) for node in nodes]


async def test_the_public_turns_to_a_service_and_talks_by_the_token(
    public: Client, sign_in: SignIn, support: Service, anna: Agent
) -> None:
    await come(anna)
    begun = await begins(public, support, guest=GRACE)
    assert begun["errors"] == []
    shown = begun["conversation"]
    assert (shown["status"], shown["channel"], shown["assignee"]) == ("WAITING", "WEB", None)
    assert shown["service"] == {"name": "Support"}
    await work()
    assert await offered(await row(begun)) == {anna.id}
    grace = await sign_in.bearer(begun["guestToken"])
    seen = await grace.do(CONVERSATION, id=shown["id"])
    assert messages(seen) == [(STARTED, "Grace Guest has begun the conversation."), (None, "Hello?")]
    assert (seen["unreadCount"], seen["lastMessageDirection"]) == (0, "INBOUND")
    await say(grace, shown["id"], "Anybody?")
    await check_conversations()


async def test_whoever_begins_sees_what_came_of_it_at_once(public: Client, support: Service) -> None:
    document = over.START.replace(
        "guestToken", "guestToken conversation { messages { edges { node { text } } } }"
    )
    begun = await public.do(document, input={"text": "Hello?", **to(support), "guest": GRACE})
    assert [edge["node"]["text"] for edge in begun["conversation"]["messages"]["edges"]][-1] == "Hello?"


async def test_the_agents_of_the_service_hear_of_it_and_no_others(
    public: Client, sign_in: SignIn, support: Service, anna: Agent
) -> None:
    zoe = await an_agent(await anna.organization, "Zoe")
    async with following.inbox(sign_in.agent(anna)) as hers:
        begun = await begins(public, support, guest=GRACE)
        assert (await hers.next())["__typename"] == "ConversationChanged"
    asked = {"id": begun["conversation"]["id"]}
    assert (await sign_in.agent(anna).run(CONVERSATION, **asked)).data["conversation"] is not None
    assert (await sign_in.agent(zoe).run(CONVERSATION, **asked)).data["conversation"] is None


async def test_to_an_agent_it_is_theirs_at_once(
    public: Client, sign_in: SignIn, anna: Agent, support: Service
) -> None:
    begun = await begins(public, anna, guest=GRACE)
    shown = await sign_in.agent(anna).do(CONVERSATION, id=begun["conversation"]["id"])
    assert (shown["status"], shown["assignee"], shown["service"]) == ("OPEN", {"name": "Anna"}, None)
    assert [(one["how"], one["to"], one["by"]["__typename"]) for one in shown["assignments"]] == [
        ("ASSIGNED", {"name": "Anna"}, "Contact")
    ]
    assert shown["unreadCount"] == 2
    assert (await loads_of([anna.id]))[anna.id] == 1
    in_service = await begins(public, anna, support, guest=IVAN)
    assert in_service["conversation"]["service"] == {"name": "Support"}
    await check_conversations()


async def test_an_agent_with_no_room_or_of_another_service_gets_none(
    public: Client, anna: Agent, support: Service
) -> None:
    dora = await an_agent(await anna.organization, "Dora", conversation_capacity=0)
    assert codes(await begins(public, dora, guest=GRACE)) == ["AT_CAPACITY"]
    assert codes(await begins(public, dora, support, guest=GRACE)) == ["NOT_A_MEMBER"]
    assert await Conversation.all().count() == 0


async def test_who_is_known_begins_where_they_have_talked_last(
    public: Client, sign_in: SignIn, talk: Talk, support: Service
) -> None:
    assert codes(await begins(talk.grace)) == ["INVALID"]  # with Anna, by no service
    sales = await a_service(await support.organization, name="Sales")
    first = await begins(talk.grace, sales)
    assert first["errors"] == []
    grace = await sign_in.bearer(first["guestToken"])
    again = await begins(grace, text="Me again")
    assert again["conversation"]["service"] == {"name": "Sales"}
    assert again["conversation"]["id"] != first["conversation"]["id"]
    assert (await grace.run(CONVERSATION, id=again["conversation"]["id"])).data["conversation"] is None
    assert await Contact.all().count() == 1
    assert codes(await begins(public, guest=GRACE)) == ["INVALID"]


async def test_a_guest_who_has_signed_in_sees_it_among_theirs(
    sign_in: SignIn, talk: Talk, support: Service
) -> None:
    grace = await Contact.get()
    signed_in = SignedInGuest(
        contact=grace, meeting_id=None, conversation_id=None, is_verified=True, session_id=1,
        email="grace@guests.example", expires_at=MONDAY, all_ids=frozenset({grace.id}),
    )  # fmt: skip
    client = Client(sign_in.world, signed_in)
    begun = await begins(client, support)
    assert begun["errors"] == []
    assert (await client.do(CONVERSATIONS))["totalCount"] == 2
    await say(client, begun["conversation"]["id"], "Anybody?")
    refused = await begins(client, support, guest=IVAN)
    assert [(one["code"], one["field"]) for one in refused["errors"]] == [("INVALID", ["guest", "email"])]


async def test_an_agent_begins_with_a_guest_who_is_mailed_a_link(
    sign_in: SignIn, anna: Agent, keys: Keyring
) -> None:
    begun = await begins(sign_in.agent(anna), guest=GRACE, text="Your papers are here.")
    assert begun["errors"] == []
    shown = await sign_in.agent(anna).do(CONVERSATION, id=begun["conversation"]["id"])
    assert (shown["status"], shown["assignee"]) == ("OPEN", {"name": "Anna"})
    assert (shown["lastMessageDirection"], shown["unreadCount"]) == ("OUTBOUND", 0)
    assert [one["how"] for one in shown["assignments"]] == ["SELF_ASSIGNED"]
    [letter] = await OrderedLetter.all()
    order = letter.order(keys)
    assert order is not None
    assert (order.address, order.actor) == ("grace@guests.example", "Anna")
    assert order.url is not None
    grace = await sign_in.bearer(order.url.partition("#")[2])
    assert messages(await grace.do(CONVERSATION, id=shown["id"]))[-1] == (None, "Your papers are here.")
    await check_conversations()


async def test_an_agent_begins_for_a_colleague_if_they_may_assign(
    sign_in: SignIn, anna: Agent, ben: Agent, support: Service
) -> None:
    begun = await begins(sign_in.agent(anna), ben, support, guest=GRACE)
    shown = await sign_in.agent(anna).do(CONVERSATION, id=begun["conversation"]["id"])
    roles = {member["party"]["name"]: member["role"] for member in shown["members"]}
    assert roles == {"Anna": "AGENT", "Ben": "ASSIGNEE", "Grace Guest": "GUEST"}
    organization = await anna.organization
    organization.stored_settings = {"can_assign": ["ADMINISTRATOR"]}
    await organization.save()
    assert codes(await begins(sign_in.agent(anna), ben, guest=IVAN)) == ["FORBIDDEN"]
    assert codes(await begins(sign_in.agent(anna), guest=IVAN)) == []


async def test_a_program_has_no_conversations(sign_in: SignIn, anna: Agent, clock: Clock) -> None:
    ada = acting(await an_agent(await anna.organization, "Ada", role=Role.ADMINISTRATOR))
    key = await create_api_key(actor=ada, name="Website", role=Role.AGENT, now=clock())
    assert key.key is not None
    program = await sign_in.bearer(key.key)
    assert codes(await begins(program, guest=GRACE)) == ["NOT_FOUND"]
    assert codes(await begins(program, anna, guest=GRACE)) == []


async def test_a_request_that_comes_twice_begins_one_and_gets_the_same_token(
    public: Client, support: Service
) -> None:
    asked: dict[str, Any] = {"guest": GRACE, "idempotencyKey": "k"}
    answers = await asyncio.gather(*(begins(public, support, **asked) for _ in range(8)))
    assert len({(one["conversation"]["id"], one["guestToken"]) for one in answers}) == 1
    assert await Conversation.all().count() == 1
    assert await Message.filter(text="Hello?").count() == 1
    await Service.all().update(is_active=False)
    assert (await begins(public, support, **asked))["errors"] == []
    assert codes(await begins(public, support, **{**asked, "text": "Else"})) == ["IDEMPOTENCY_CONFLICT"]


async def test_nobody_is_flooded_by_an_address(
    public: Client, sign_in: SignIn, support: Service, clock: Clock
) -> None:
    answers = await asyncio.gather(*(begins(public, support, guest=GRACE) for _ in range(12)))
    assert sorted(codes(one) for one in answers) == [[]] * 5 + [["LIMIT_REACHED"]] * 7
    renamed = {**GRACE, "name": "Grace B."}
    assert codes(await begins(public, support, guest=renamed)) == ["LIMIT_REACHED"]
    assert codes(await begins(public, support, guest=IVAN)) == []
    clock.advance(minutes=10)
    assert codes(await begins(public, support, guest=renamed)) == []


async def test_nor_by_all_together(public: Client, sign_in: SignIn, support: Service, anna: Agent) -> None:
    organization_id = anna.organization_id
    same: dict[str, Any] = {"organization_id": organization_id, "channel": "WEB", "status": "CLOSED"}
    await Conversation.bulk_create(
        [Conversation(**same, number=-n, created_at=MONDAY, last_message_at=MONDAY) for n in range(1_000)]
    )
    assert codes(await begins(public, support, guest=GRACE)) == ["LIMIT_REACHED"]
    assert codes(await begins(sign_in.agent(anna), guest=GRACE)) == []


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [("public_booking_enabled", False, "FORBIDDEN"), ("guest_sign_in_required", True, "UNAUTHENTICATED")],
)
async def test_what_is_closed_to_the_public_is_not_open_for_talks(
    public: Client, sign_in: SignIn, support: Service, anna: Agent, setting: str, value: bool, code: str
) -> None:
    organization = await anna.organization
    organization.stored_settings = {setting: value}
    await organization.save()
    answer = await public.run(over.START, input={"text": "Hello?", **to(support), "guest": GRACE})
    assert answer.codes == [code]
    assert codes(await begins(sign_in.agent(anna), guest=GRACE)) == []


async def test_what_a_contact_must_give_is_asked_for(public: Client, support: Service) -> None:
    nameless = {"name": "Grace", "timeZone": "Europe/Rome"}
    assert codes(await begins(public, support, guest=nameless)) == ["CONTACT_FIELD_REQUIRED"]
    refused = await begins(public, support)
    assert [(one["code"], one["field"]) for one in refused["errors"]] == [("INVALID", ["guest"])]


async def test_what_is_gone_or_out_of_use_is_not_found(
    public: Client, sign_in: SignIn, anna: Agent, ben: Agent, support: Service, organization: Organization
) -> None:
    await Agent.filter(id=ben.id).update(is_active=False)
    assert codes(await begins(public, ben, guest=GRACE)) == ["NOT_FOUND"]
    await Service.all().update(is_active=False)
    assert codes(await begins(public, support, guest=GRACE)) == ["NOT_FOUND"]
    rival = await an_organization("rival")
    eve = await an_agent(rival, "Eve")
    theirs = await a_service(rival, eve)
    for agent, service in ((eve, support), (anna, theirs)):
        assert codes(await begins(public, agent, service, guest=GRACE)) == ["NOT_FOUND"]
    for foreign in (eve, theirs):
        assert codes(await begins(sign_in.agent(anna), foreign, guest=GRACE)) == ["NOT_FOUND"]
    assert await Conversation.all().count() == 0


async def test_a_guest_of_one_organization_is_anybody_to_another(public: Client, talk: Talk) -> None:
    rival = await an_organization("rival")
    theirs = await a_service(rival, await an_agent(rival, "Eve"))
    assert codes(await begins(talk.grace, theirs)) == ["INVALID"]
    begun = await begins(talk.grace, theirs, guest=GRACE)
    assert begun["errors"] == []
    assert (await row(begun)).organization_id == rival.id
