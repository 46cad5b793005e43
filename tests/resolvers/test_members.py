"""Who is asked into a conversation, leaves it, or is taken out; and what they see of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from errors import Unauthenticated
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation.conversation import Conversation, Member
from models.conversation.joining import MOST_BY_GUESTS, MOST_IN_ORGANIZATION, MOST_INVITED
from models.conversation.link import PREFIX
from models.conversation.message import Message
from models.keyring import Keyring
from models.letter.ordered import Order, OrderedLetter
from models.organization.organization import Organization
from models.words import ConversationStatus, MemberRole, Role
from resolvers import ids
from tests.builders import MONDAY, Clock, a_contact, a_link, a_service, an_agent, an_organization
from tests.models.contact.merged import merged
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import (
    CONVERSATION,
    CONVERSATION_EVENTS,
    CONVERSATIONS,
    GRACE,
    SEND,
    TEN,
    codes,
    say,
    texts,
)
from tests.resolvers.feeds.following import conversation, inbox
from tests.resolvers.talk_documents import ADD_MEMBER, LEAVE, REDACT, REMOVE_MEMBER

TOM = {"name": "Tom", "email": "tom@guests.example", "timeZone": "Europe/Rome", "locale": "de"}


async def adds(client: Client, talk: Talk, **who: Any) -> dict[str, Any]:
    return await client.do(ADD_MEMBER, input={"conversationId": talk.id, **who})


async def adds_agent(client: Client, talk: Talk, agent: Agent) -> dict[str, Any]:
    return await adds(client, talk, agentId=ids.encode("Agent", agent.id))


async def leaves(client: Client, talk: Talk) -> dict[str, Any]:
    return await client.do(LEAVE, input={"conversationId": talk.id})


async def takes_out(client: Client, talk: Talk, id: str) -> dict[str, Any]:
    return await client.do(REMOVE_MEMBER, input={"conversationId": talk.id, "partyId": id})


async def orders(keys: Keyring) -> list[Order]:
    """The letters that wait to be sent."""
    opened = [one.order(keys) for one in await OrderedLetter.all().order_by("id")]
    return [order for order in opened if order is not None]


async def token_of(keys: Keyring, name: str = "Tom") -> str:
    """The token that was mailed to this guest last."""
    [*_, order] = [one for one in await orders(keys) if one.name == name]
    assert order.url is not None
    return order.url.partition("#")[2]


async def contact_id(name: str = "Tom") -> str:
    return ids.encode("Contact", (await Contact.get(name=name)).id)


@pytest.fixture
async def ben(anna: Agent) -> Agent:
    return await an_agent(await anna.organization, "Ben")


@pytest.fixture
async def chief(sign_in: SignIn, anna: Agent) -> Client:
    return sign_in.agent(await an_agent(await anna.organization, "Chief", role=Role.SUPERVISOR))


@pytest.fixture
async def tom(talk: Talk, sign_in: SignIn, keys: Keyring) -> Client:
    """Whom Grace has invited, with the link that he was mailed."""
    assert codes(await adds(talk.grace, talk, guest=TOM)) == []
    return await sign_in.bearer(await token_of(keys))


# ── Agents ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_agent_who_is_added_reads_everything_and_talks(
    talk: Talk, ben: Agent, sign_in: SignIn
) -> None:
    await say(talk.grace, talk.id, "Hello")
    client = sign_in.agent(ben)
    assert (await client.run(CONVERSATION, id=talk.id)).data == {"conversation": None}
    async with inbox(client) as follower:
        added = await adds_agent(talk.anna, talk, ben)
        assert (await follower.next())["conversation"]["id"] == talk.id
    assert added["errors"] == []
    assert added["conversation"]["members"][-1] == {
        "role": "AGENT",
        "lastReadSeq": 0,
        "party": {"__typename": "Agent", "name": "Ben"},
    }
    assert texts(await client.do(CONVERSATION, id=talk.id)) == ["Hello"]
    await say(client, talk.id, "I am here, too.")


async def test_that_somebody_was_added_everyone_reads_and_hears(talk: Talk, ben: Agent) -> None:
    async with conversation(talk.grace, talk) as grace:
        await adds_agent(talk.anna, talk, ben)
        assert (await grace.next())["__typename"] == "MembersChanged"
        assert (await grace.next())["message"]["text"] == "Ben was added."
    assert (await Message.all().order_by("-seq").first()).system_event == "MEMBER_ADDED"  # type: ignore[union-attr]


async def test_who_is_a_member_already_stays_what_they_are(talk: Talk, ben: Agent, anna: Agent) -> None:
    for _ in range(2):
        assert codes(await adds_agent(talk.anna, talk, ben)) == []
        assert codes(await adds_agent(talk.anna, talk, anna)) == []
    assert (await Conversation.get()).assignee_id == anna.id
    roles = [member.role for member in await Member.filter(agent_id__isnull=False).order_by("id")]
    assert roles == [MemberRole.ASSIGNEE, MemberRole.AGENT]
    assert await Message.filter(system_event="MEMBER_ADDED").count() == 1


async def test_added_by_many_at_once_they_are_added_once(talk: Talk, ben: Agent, chief: Client) -> None:
    answers = await asyncio.gather(*(adds_agent((talk.anna, chief)[n % 2], talk, ben) for n in range(16)))
    assert all(answer["errors"] == [] for answer in answers)
    assert await Member.filter(agent=ben).count() == 1
    assert await Message.filter(system_event="MEMBER_ADDED").count() == 1


async def test_who_supervises_adds_without_being_a_member_also_themselves(
    talk: Talk, chief: Client, ben: Agent
) -> None:
    assert codes(await adds_agent(chief, talk, ben)) == []
    said = {"conversationId": talk.id, "text": "Hello"}
    assert codes(await chief.do(SEND, input=said)) == ["NOT_A_MEMBER"]
    assert codes(await adds_agent(chief, talk, await Agent.get(name="Chief"))) == []
    assert codes(await chief.do(SEND, input=said)) == []


async def test_others_add_no_agents(
    talk: Talk, ben: Agent, sign_in: SignIn, anna: Agent, public: Client
) -> None:
    assert codes(await adds_agent(talk.grace, talk, ben)) == ["FORBIDDEN"]
    assert codes(await adds_agent(sign_in.agent(ben), talk, ben)) == ["NOT_FOUND"]
    planner = sign_in.agent(await an_agent(await anna.organization, "Planner", role=Role.BOOKING_MANAGER))
    assert codes(await adds_agent(planner, talk, ben)) == ["NOT_FOUND"]
    wanted = {"conversationId": talk.id, "agentId": ids.encode("Agent", ben.id)}
    assert (await public.run(ADD_MEMBER, input=wanted)).codes == ["UNAUTHENTICATED"]
    assert await Member.all().count() == 2


async def test_who_sees_the_conversation_by_its_service_only_adds_nobody(
    talk: Talk, ben: Agent, sign_in: SignIn, anna: Agent
) -> None:
    service = await a_service(await anna.organization, anna, ben)
    await Conversation.all().update(service=service)
    assert codes(await adds_agent(sign_in.agent(ben), talk, ben)) == ["NOT_A_MEMBER"]
    assert codes(await adds(sign_in.agent(ben), talk, guest=TOM)) == ["NOT_A_MEMBER"]


async def test_who_does_not_work_here_is_not_added(talk: Talk, ben: Agent, anna: Agent) -> None:
    eve = await an_agent(await an_organization("rival"), "Eve")
    await Agent.filter(id=ben.id).update(is_active=False)
    deleted = await an_agent(await anna.organization, "Zoe", deleted_at=MONDAY)
    for agent in (eve, ben, deleted):
        answer = await adds_agent(talk.anna, talk, agent)
        assert answer["errors"] == [{"code": "NOT_FOUND", "field": ["agentId"]}]


# ── Guests ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_is_invited_is_mailed_a_link_in_their_language(talk: Talk, keys: Keyring) -> None:
    added = await adds(talk.grace, talk, guest=TOM)
    assert [member["role"] for member in added["conversation"]["members"]] == ["GUEST", "ASSIGNEE", "INVITED"]
    [order] = [one for one in await orders(keys) if one.occasion == "CONVERSATION_INVITATION"]
    assert (order.name, order.address, order.audience) == ("Tom", "tom@guests.example", "GUEST")
    assert (order.actor, order.languages, order.title) == (
        "Grace Guest",
        ("de", "en"),
        (await Conversation.get()).title,
    )
    assert order.url is not None and order.url.startswith(f"http://frontdesk.test/conversation#{PREFIX}")


async def test_who_is_invited_sees_what_is_said_from_then_on_and_talks(
    talk: Talk, sign_in: SignIn, keys: Keyring
) -> None:
    before = await say(talk.grace, talk.id, "Do not tell Tom.")
    await say(talk.anna, talk.id, "He need not know.", kind="NOTE")
    await adds(talk.grace, talk, guest=TOM)
    tom = await sign_in.bearer(await token_of(keys))
    await say(talk.anna, talk.id, "As I said", replyToId=before["id"])
    seen = await tom.do(CONVERSATION, id=talk.id)
    nodes = [edge["node"] for edge in seen["messages"]["edges"]]
    assert [(one["text"], one["replyTo"]) for one in nodes] == [
        ("A guest was invited.", None),
        ("As I said", None),
    ]
    assert (seen["unreadCount"], seen["lastMessage"]["text"]) == (2, "As I said")
    assert "tell Tom" not in str(seen)
    said = await say(tom, talk.id, "Hello, all")
    assert said["author"] == {"__typename": "Contact", "name": "Tom"}
    assert "Hello, all" in texts(await talk.grace.do(CONVERSATION, id=talk.id))


async def test_what_was_said_before_is_no_node_to_them_and_is_not_marked(
    talk: Talk, sign_in: SignIn, keys: Keyring
) -> None:
    before = await say(talk.grace, talk.id, "Do not tell Tom.")
    await adds(talk.grace, talk, guest=TOM)
    tom = await sign_in.bearer(await token_of(keys))
    query = "query($id: ID!) { node(id: $id) { id ... on Message { text } } }"
    assert (await tom.run(query, id=before["id"])).data == {"node": None}
    replied = {"conversationId": talk.id, "text": "What?", "replyToId": before["id"]}
    assert codes(await tom.do(SEND, input=replied)) == ["NOT_FOUND"]


async def test_they_find_the_conversation_neither_by_what_was_said_before_nor_by_who_else_is_there(
    talk: Talk, sign_in: SignIn, keys: Keyring
) -> None:
    await say(talk.grace, talk.id, "Do not tell Tom.")
    await adds(talk.grace, talk, guest=TOM)
    await say(talk.grace, talk.id, "Welcome")
    tom = await sign_in.bearer(await token_of(keys))
    for words, number in (("tell", 0), ("Grace", 0), ("grace@guests.example", 0), ("welcome", 1)):
        assert (await tom.do(CONVERSATIONS, filter={"search": words}))["totalCount"] == number
    for words in ("tell", "Grace", "welcome"):
        assert (await talk.grace.do(CONVERSATIONS, filter={"search": words}))["totalCount"] == 1


async def test_who_is_invited_follows_from_then_on_and_hears_nothing_of_before(
    talk: Talk, sign_in: SignIn, keys: Keyring
) -> None:
    before = await say(talk.grace, talk.id, "Do not tell Tom.")
    await adds(talk.grace, talk, guest=TOM)
    tom = await sign_in.bearer(await token_of(keys))
    async with conversation(tom, talk) as follower:
        await talk.grace.do(REDACT, id=before["id"])
        await say(talk.grace, talk.id, "Hello, Tom")
        heard = await follower.next()
    assert (heard["__typename"], heard["message"]["text"]) == ("MessageAdded", "Hello, Tom")


async def test_who_comes_back_with_a_cursor_of_an_earlier_stay_hears_nothing_of_between(
    talk: Talk, tom: Client, sign_in: SignIn, keys: Keyring
) -> None:
    async with conversation(tom, talk) as follower:
        cursor = follower.cursor
    await takes_out(talk.anna, talk, await contact_id())
    await say(talk.grace, talk.id, "Now that Tom is gone")
    await adds(talk.grace, talk, guest=TOM)
    again = await sign_in.bearer(await token_of(keys))
    async with conversation(again, talk, after=cursor) as follower:
        heard = await follower.until("MessageAdded")
    assert heard[-1]["message"]["text"] == "A guest was invited."
    assert "gone" not in str(heard)


async def test_guests_know_of_each_other_only_that_there_are_others(talk: Talk, tom: Client) -> None:
    for client in (tom, talk.grace):
        asked = """query($id: ID!) { conversation(id: $id) {
          contact { name email } members { party { ... on Contact { name email phone } } } } }"""
        shown = str((await client.run(asked, id=talk.id)).data)
        assert ("Tom" in shown, "Grace" in shown) == (client is tom, client is talk.grace)
        assert ("tom@" in shown, "grace@" in shown) == (client is tom, client is talk.grace)
    assert "Tom" not in str(texts(await talk.grace.do(CONVERSATION, id=talk.id)))


async def test_their_link_shows_neither_meetings_nor_other_conversations(
    talk: Talk, tom: Client, sign_in: SignIn, anna: Agent
) -> None:
    await a_talk(sign_in, anna, start=TEN)
    assert (await tom.do(CONVERSATION, id=talk.id))["meetings"] == []
    assert (await tom.do(CONVERSATIONS))["totalCount"] == 1
    assert (await tom.do("{ meetings { totalCount } }"))["totalCount"] == 0
    query = "query($id: ID) { meeting(id: $id) { id } }"
    assert (await tom.run(query, id=talk.meeting)).data == {"meeting": None}


async def test_agents_invite_too_and_who_is_invited(
    talk: Talk, chief: Client, tom: Client, keys: Keyring
) -> None:
    for client, name in ((talk.anna, "Uma"), (chief, "Vic"), (tom, "Wim")):
        guest = {**TOM, "name": name, "email": f"{name.lower()}@guests.example"}
        assert codes(await adds(client, talk, guest=guest)) == []
    by = {one.name: one.actor for one in await orders(keys) if one.occasion == "CONVERSATION_INVITATION"}
    assert by == {"Tom": "Grace Guest", "Uma": "Anna", "Vic": "Chief", "Wim": "Tom"}


async def test_who_is_a_member_already_is_not_mailed_again(talk: Talk, tom: Client, keys: Keyring) -> None:
    letters = len(await orders(keys))
    for guest in (TOM, {**TOM, "email": " TOM@guests.example "}, GRACE):
        assert codes(await adds(talk.grace, talk, guest=guest)) == []
    assert len(await orders(keys)) == letters
    assert await Member.filter(contact_id__isnull=False).count() == 2


async def test_invited_by_many_at_once_they_are_mailed_once(talk: Talk, keys: Keyring) -> None:
    answers = await asyncio.gather(*(adds((talk.anna, talk.grace)[n % 2], talk, guest=TOM) for n in range(16)))
    assert all(answer["errors"] == [] for answer in answers)
    assert [one.name for one in await orders(keys) if one.occasion == "CONVERSATION_INVITATION"] == ["Tom"]
    assert await Contact.filter(name="Tom").count() == 1


async def test_a_known_guest_is_recognised(talk: Talk, organization: Organization) -> None:
    known = await a_contact(organization, "Tom", email="tom@guests.example")
    await adds(talk.grace, talk, guest=TOM)
    assert await Member.filter(contact=known, role=MemberRole.INVITED).count() == 1


@pytest.mark.parametrize("by_now", ["thomas@guests.example", None])
async def test_who_was_merged_is_mailed_where_they_were_asked(
    talk: Talk, organization: Organization, keys: Keyring, by_now: str | None
) -> None:
    await a_contact(organization, "Tom", email="tom@guests.example")
    known = await a_contact(organization, "Thomas", email="thomas@guests.example")
    await merged("Thomas", "Tom")
    await Contact.filter(id=known.id).update(email=by_now)
    assert codes(await adds(talk.grace, talk, guest=TOM)) == []
    assert await Member.filter(contact=known, role=MemberRole.INVITED).count() == 1
    [*_, letter] = await orders(keys)
    assert letter.address == "tom@guests.example"


async def test_guests_of_a_conversation_of_several_invite_nobody(talk: Talk) -> None:
    await Conversation.all().update(contact_id=None)
    assert codes(await adds(talk.grace, talk, guest=TOM)) == ["FORBIDDEN"]
    assert codes(await adds(talk.anna, talk, guest=TOM)) == []


async def test_others_invite_nobody(
    talk: Talk, ben: Agent, sign_in: SignIn, anna: Agent, public: Client, keys: Keyring
) -> None:
    eve = await an_agent(await an_organization("rival"), "Eve", role=Role.ADMINISTRATOR)
    heidi = (await a_talk(sign_in, anna, start=TEN, guest={**GRACE, "name": "Heidi"})).grace
    for client in (sign_in.agent(ben), sign_in.agent(eve), heidi):
        assert codes(await adds(client, talk, guest=TOM)) == ["NOT_FOUND"]
    answer = await public.run(ADD_MEMBER, input={"conversationId": talk.id, "guest": TOM})
    assert answer.codes == ["UNAUTHENTICATED"]
    assert [one for one in await orders(keys) if one.occasion == "CONVERSATION_INVITATION"] == []
    assert await Contact.filter(name="Tom").count() == 0


async def test_nobody_is_asked_into_a_closed_conversation(talk: Talk, ben: Agent, keys: Keyring) -> None:
    await Conversation.all().update(status=ConversationStatus.CLOSED)
    for client in (talk.anna, talk.grace):
        assert codes(await adds(client, talk, guest=TOM)) == ["CONVERSATION_CLOSED"]
    assert codes(await adds_agent(talk.anna, talk, ben)) == ["CONVERSATION_CLOSED"]
    assert await Contact.filter(name="Tom").count() == 0


# ── Limits ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def guest_number(number: int) -> dict[str, Any]:
    return {**TOM, "name": f"Guest {number}", "email": f"guest{number}@guests.example"}


async def test_guests_invite_a_few_an_hour_and_agents_more(talk: Talk, clock: Clock, keys: Keyring) -> None:
    for number in range(MOST_BY_GUESTS):
        assert codes(await adds(talk.grace, talk, guest=guest_number(number))) == []
    letters = len(await orders(keys))
    refused = await adds(talk.grace, talk, guest=TOM)
    assert refused["errors"] == [{"code": "LIMIT_REACHED", "field": ["guest"]}]
    assert len(await orders(keys)) == letters
    assert await Contact.filter(name="Tom").count() == 0
    assert codes(await adds(talk.anna, talk, guest=TOM)) == []
    clock.advance(hours=1, minutes=1)
    assert codes(await adds(talk.grace, talk, guest=guest_number(99))) == []


async def test_at_once_they_invite_no_more_than_one_after_the_other(talk: Talk) -> None:
    answers = await asyncio.gather(
        *(adds(talk.grace, talk, guest=guest_number(number)) for number in range(3 * MOST_BY_GUESTS))
    )
    assert sorted(map(codes, answers)) == [
        *[[]] * MOST_BY_GUESTS,
        *[["LIMIT_REACHED"]] * (2 * MOST_BY_GUESTS),
    ]


async def invited(conversation: Conversation, number: int) -> None:
    """So many who were invited just now."""
    own = {"organization_id": conversation.organization_id}
    await Contact.bulk_create([Contact(**own, name="Somebody") for _ in range(number)])
    shared = {**own, "conversation_id": conversation.id, "role": MemberRole.INVITED, "joined_at": MONDAY}
    somebody = await Contact.filter(name="Somebody").only("id")
    await Member.bulk_create([Member(**shared, contact_id=one.id) for one in somebody])


async def test_all_guests_of_an_organization_together_invite_so_many_an_hour(
    talk: Talk, sign_in: SignIn, anna: Agent
) -> None:
    other = await Conversation.get()
    talk = await a_talk(sign_in, anna, start=TEN)
    await invited(other, MOST_IN_ORGANIZATION)
    assert codes(await adds(talk.grace, talk, guest=TOM)) == ["LIMIT_REACHED"]
    assert codes(await adds(talk.anna, talk, guest=TOM)) == []


async def test_nobody_invites_without_end(talk: Talk, clock: Clock) -> None:
    await invited(await Conversation.get(), MOST_INVITED)
    clock.advance(days=1)
    for client in (talk.anna, talk.grace):
        assert codes(await adds(client, talk, guest=TOM)) == ["LIMIT_REACHED"]


# ── Leaving ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_leaves_sees_and_hears_nothing_any_more(
    talk: Talk, tom: Client, sign_in: SignIn, keys: Keyring
) -> None:
    async with tom.follow(CONVERSATION_EVENTS, id=talk.id, after="") as feed:
        assert (await feed.next())["__typename"] == "Resync"
        left = await leaves(tom, talk)
        assert left == {"conversation": None, "errors": []}
        assert (await feed.refusal())["code"] == "FORBIDDEN"
    assert (await tom.run(CONVERSATION, id=talk.id)).data == {"conversation": None}
    assert codes(await tom.do(SEND, input={"conversationId": talk.id, "text": "Hello?"})) == ["NOT_FOUND"]
    assert codes(await leaves(tom, talk)) == ["NOT_FOUND"]
    with pytest.raises(Unauthenticated):
        await sign_in.bearer(await token_of(keys))


async def test_that_somebody_has_left_the_others_read_and_hear(
    talk: Talk, tom: Client, ben: Agent, sign_in: SignIn
) -> None:
    await adds_agent(talk.anna, talk, ben)
    async with conversation(talk.grace, talk) as grace:
        await leaves(tom, talk)
        await leaves(sign_in.agent(ben), talk)
        heard = [await grace.next() for _ in range(4)]
    assert [event["__typename"] for event in heard] == ["MembersChanged", "MessageAdded"] * 2
    said = [event["message"]["text"] for event in heard[1::2]]
    assert said == ["A guest has left.", "Ben has left."]
    assert await Message.filter(system_event="MEMBER_LEFT").count() == 2


async def test_the_guest_whose_conversation_it_is_leaves_it_and_the_organization_keeps_it(
    talk: Talk,
) -> None:
    await say(talk.grace, talk.id, "Goodbye")
    assert codes(await leaves(talk.grace, talk)) == []
    assert (await talk.grace.run(CONVERSATION, id=talk.id)).data == {"conversation": None}
    assert texts(await talk.anna.do(CONVERSATION, id=talk.id)) == ["Goodbye"]


async def test_whoever_has_the_conversation_stays_in_it(talk: Talk, chief: Client, anna: Agent) -> None:
    refused = await leaves(talk.anna, talk)
    assert refused["errors"] == [{"code": "INVALID", "field": ["conversationId"]}]
    refused = await takes_out(chief, talk, ids.encode("Agent", anna.id))
    assert refused["errors"] == [{"code": "INVALID", "field": ["partyId"]}]
    assert await Member.filter(agent=anna).count() == 1


async def test_who_is_no_member_has_nothing_to_leave(talk: Talk, chief: Client) -> None:
    assert codes(await leaves(chief, talk)) == ["NOT_A_MEMBER"]


async def test_of_many_who_leave_at_once_each_leaves_once(talk: Talk, ben: Agent, sign_in: SignIn) -> None:
    await adds_agent(talk.anna, talk, ben)
    client = sign_in.agent(ben)
    answers = await asyncio.gather(*(leaves(client, talk) for _ in range(8)))
    outcomes = sorted(codes(answer) for answer in answers)
    assert outcomes[0] == []
    assert all(outcome in (["NOT_A_MEMBER"], ["NOT_FOUND"]) for outcome in outcomes[1:])
    assert await Message.filter(system_event="MEMBER_LEFT").count() == 1


# ── Taken out ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_agents_take_out_colleagues_and_who_was_invited(
    talk: Talk, tom: Client, ben: Agent, sign_in: SignIn, keys: Keyring
) -> None:
    await adds_agent(talk.anna, talk, ben)
    async with inbox(sign_in.agent(ben)) as his:
        answer = await takes_out(talk.anna, talk, ids.encode("Agent", ben.id))
        assert (await his.next())["conversation"] == {
            "id": talk.id,
            "lastSeq": 0,
            "unreadCount": 0,
            "lastMessage": None,
        }
    assert [member["role"] for member in answer["conversation"]["members"]] == ["GUEST", "ASSIGNEE", "INVITED"]
    assert codes(await takes_out(talk.anna, talk, await contact_id())) == []
    assert (await sign_in.agent(ben).run(CONVERSATION, id=talk.id)).data == {"conversation": None}
    assert (await tom.run(CONVERSATION, id=talk.id)).data == {"conversation": None}
    with pytest.raises(Unauthenticated):
        await sign_in.bearer(await token_of(keys))


async def test_who_is_invited_again_has_another_link(
    talk: Talk, tom: Client, sign_in: SignIn, keys: Keyring
) -> None:
    first = await token_of(keys)
    await takes_out(talk.anna, talk, await contact_id())
    await adds(talk.grace, talk, guest=TOM)
    second = await token_of(keys)
    assert first != second
    await say(await sign_in.bearer(second), talk.id, "Back again")
    with pytest.raises(Unauthenticated):
        await sign_in.bearer(first)


async def test_a_guest_whose_own_it_is_is_not_taken_out(talk: Talk, chief: Client) -> None:
    for client in (talk.anna, chief):
        refused = await takes_out(client, talk, await contact_id("Grace Guest"))
        assert refused["errors"] == [{"code": "INVALID", "field": ["partyId"]}]


async def test_others_take_nobody_out(
    talk: Talk, tom: Client, ben: Agent, sign_in: SignIn, anna: Agent, public: Client
) -> None:
    toms = await contact_id()
    for client in (talk.grace, tom):
        assert codes(await takes_out(client, talk, toms)) == ["FORBIDDEN"]
    eve = await an_agent(await an_organization("rival"), "Eve", role=Role.ADMINISTRATOR)
    for agent in (ben, eve):
        assert codes(await takes_out(sign_in.agent(agent), talk, toms)) == ["NOT_FOUND"]
    wanted = {"conversationId": talk.id, "partyId": toms}
    assert (await public.run(REMOVE_MEMBER, input=wanted)).codes == ["UNAUTHENTICATED"]
    assert await Member.filter(role=MemberRole.INVITED).count() == 1


async def test_who_is_no_member_is_not_found(talk: Talk, ben: Agent, sign_in: SignIn, anna: Agent) -> None:
    await a_link(ben)
    await a_talk(sign_in, ben, link="acme/ben", guest={**GRACE, "name": "Heidi"})
    for id in (ids.encode("Agent", ben.id), await contact_id("Heidi"), talk.id, "garbage"):
        refused = await takes_out(talk.anna, talk, id)
        assert refused["errors"] == [{"code": "NOT_FOUND", "field": ["partyId"]}]
