"""A contact's journey: every conversation and meeting of theirs, the newest first, as far as the viewer sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation.conversation import Conversation, Member
from models.organization.organization import Organization
from models.words import Channel, ConversationStatus, MemberRole, Role
from resolvers import ids
from tests.builders import MONDAY, a_contact, an_agent
from tests.resolvers import contact_documents as say
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import ELEVEN


async def journey(client: Client, contact: Contact, **page: Any) -> dict[str, Any]:
    found = await client.do(say.JOURNEY, id=ids.encode("Contact", contact.id), **page)
    return dict(found["journey"])


def kinds(page: dict[str, Any]) -> list[str]:
    return [edge["node"]["__typename"] for edge in page["edges"]]


async def a_conversation(organization: Organization, title: str, *, days: int, **values: Any) -> Conversation:
    at = MONDAY + timedelta(days=days)
    return await Conversation.create(
        organization=organization,
        number=1000 + days,
        channel=Channel.WEB,
        status=ConversationStatus.OPEN,
        title=title,
        created_at=at,
        last_message_at=at,
        **values,
    )


async def test_a_journey_is_all_that_was_the_newest_first(
    talk: Talk, sign_in: SignIn, organization: Organization, anna: Agent
) -> None:
    grace = await Contact.get()
    await a_conversation(organization, "Later", days=3, contact=grace)
    invited = await a_conversation(organization, "Invited", days=2)
    await Member.create(
        organization=organization,
        conversation=invited,
        contact=grace,
        role=MemberRole.INVITED,
        joined_at=MONDAY,
    )
    await a_conversation(organization, "Of others", days=2 + 2, contact=await a_contact(organization, "Ivan"))
    chief = sign_in.agent(await an_agent(organization, "Chief", role=Role.SUPERVISOR))
    whole = await journey(chief, grace)
    assert [edge["node"].get("title", "met") for edge in whole["edges"]][:2] == ["Later", "Invited"]
    assert kinds(whole) == ["Conversation", "Conversation", "Meeting", "Conversation"]
    assert [edge["at"] for edge in whole["edges"]] == sorted(
        (edge["at"] for edge in whole["edges"]), reverse=True
    )
    assert kinds(await journey(talk.anna, grace)) == ["Meeting", "Conversation"]
    ben = sign_in.agent(await an_agent(organization, "Ben"))
    assert (await journey(ben, grace))["edges"] == []


async def test_pages_of_a_journey_are_the_whole_of_it(
    talk: Talk, sign_in: SignIn, organization: Organization, anna: Agent
) -> None:
    await a_talk(sign_in, anna, start=ELEVEN)
    grace = await Contact.get()
    for number in range(4):  # all at the very moment of the meeting's conversation
        await a_conversation(organization, f"N{number}", days=number, contact=grace)
    await Conversation.filter(title__startswith="N").update(created_at=MONDAY)
    chief = sign_in.agent(await an_agent(organization, "Chief", role=Role.SUPERVISOR))
    whole, pages, after = await journey(chief, grace, first=100), list[str](), None
    while True:
        page = await journey(chief, grace, first=1, after=after)
        pages += [edge["cursor"] for edge in page["edges"]]
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert pages == [edge["cursor"] for edge in whole["edges"]]
    assert len(pages) == 8


async def test_nothing_of_a_journey_is_asked_for_by_no_page(talk: Talk) -> None:
    page = await journey(talk.anna, await Contact.get(), first=0)
    assert page == {
        "edges": [], "pageInfo": {"hasNextPage": True, "hasPreviousPage": False, "endCursor": None},
    }  # fmt: skip
