"""Agents sort conversations by tags, and find them by these."""

from __future__ import annotations

import pytest

from models.agent.agent import Agent
from models.desk.tag import Tag
from models.link import ScheduleLink
from resolvers import ids
from tests.builders import an_agent, an_organization
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import CONVERSATIONS, NINE, TAG, TEN, say
from tests.resolvers.feeds.following import conversation, kinds

WITH_TAGS = "query($id: ID!) { conversation(id: $id) { tags { name } } }"


@pytest.fixture
async def tags(anna: Agent) -> dict[str, str]:
    """The ids of three tags."""
    made = [
        await Tag.create(organization_id=anna.organization_id, name=name, color="#000000")
        for name in ("Angry", "Loan", "VIP")
    ]
    return {tag.name: ids.encode("Tag", tag.id) for tag in made}


async def put(
    client: Client, id: str, *, add: list[str] | None = None, remove: list[str] | None = None
) -> list[str]:
    changed = await client.do(TAG, input={"conversationId": id, "add": add, "remove": remove})
    assert changed["errors"] == []
    return [tag["name"] for tag in changed["conversation"]["tags"]]


async def numbers(client: Client, **filter: object) -> list[int]:
    listed = await client.do(CONVERSATIONS, filter=filter)
    return sorted(edge["node"]["number"] for edge in listed["edges"])


async def test_tags_are_put_and_taken_away(talk: Talk, tags: dict[str, str]) -> None:
    assert await put(talk.anna, talk.id, add=[tags["VIP"], tags["Angry"]]) == ["Angry", "VIP"]
    assert await put(talk.anna, talk.id, add=[tags["VIP"]]) == ["Angry", "VIP"]
    assert await put(talk.anna, talk.id, add=[tags["Loan"]], remove=[tags["Angry"], tags["Loan"]]) == [
        "Loan",
        "VIP",
    ]
    assert await put(talk.anna, talk.id) == ["Loan", "VIP"]


async def test_a_guest_neither_sees_nor_changes_them(talk: Talk, tags: dict[str, str]) -> None:
    await put(talk.anna, talk.id, add=[tags["Angry"]])
    assert (await talk.grace.do(WITH_TAGS, id=talk.id)) == {"tags": []}
    answer = await talk.grace.run(TAG, input={"conversationId": talk.id, "remove": [tags["Angry"]]})
    assert answer.codes == ["UNAUTHENTICATED"]
    assert await put(talk.anna, talk.id) == ["Angry"]


async def test_who_does_not_see_the_conversation_sorts_nothing(
    talk: Talk, tags: dict[str, str], anna: Agent, sign_in: SignIn
) -> None:
    ben = sign_in.agent(await an_agent(await anna.organization, "Ben"))
    refused = await ben.do(TAG, input={"conversationId": talk.id, "add": [tags["VIP"]]})
    assert [error["code"] for error in refused["errors"]] == ["NOT_FOUND"]
    assert await put(talk.anna, talk.id) == []


async def test_the_list_is_of_those_with_any_of_the_tags_or_all(
    sign_in: SignIn, anna: Agent, annas_link: ScheduleLink, tags: dict[str, str]
) -> None:
    first, second = [await a_talk(sign_in, anna, start=start) for start in (NINE, TEN)]
    await put(first.anna, first.id, add=[tags["VIP"], tags["Loan"]])
    await put(first.anna, second.id, add=[tags["VIP"]])
    both = [tags["VIP"], tags["Loan"]]
    assert await numbers(first.anna, tagIds=both) == [1, 2]
    assert await numbers(first.anna, tagIds=both, tagMatch="ALL") == [1]
    assert await numbers(first.anna, tagIds=[tags["VIP"], tags["VIP"]], tagMatch="ALL") == [1, 2]
    assert await numbers(first.anna, tagIds=[tags["Angry"]]) == []
    assert await numbers(first.anna, tagIds=[]) == [1, 2]
    assert await numbers(first.anna, tagIds=["garbage"]) == []


async def test_other_windows_hear_of_it_and_guests_do_not(talk: Talk, tags: dict[str, str]) -> None:
    async with conversation(talk.grace, talk) as grace, conversation(talk.anna, talk) as anna:
        await put(talk.anna, talk.id, add=[tags["VIP"]])
        await say(talk.anna, talk.id, "Hello")
        assert kinds([await anna.next(), await anna.next()]) == ["ConversationChanged", "MessageAdded"]
        assert kinds([await grace.next()]) == ["MessageAdded"]


@pytest.mark.parametrize("field", ["add", "remove"])
async def test_a_tag_that_there_is_not_is_not_found(
    talk: Talk, tags: dict[str, str], anna: Agent, field: str
) -> None:
    other = await Tag.create(organization=await an_organization(), name="Theirs", color="#000000")
    for id in ("", "garbage", ids.encode("Agent", anna.id), ids.encode("Tag", other.id), "VGFnOjk5OTk5OTk5OQ"):
        refused = await talk.anna.do(TAG, input={"conversationId": talk.id, field: [tags["VIP"], id]})
        assert refused["errors"] == [{"code": "NOT_FOUND", "field": [field]}]
    assert await put(talk.anna, talk.id) == []


async def test_more_than_a_hundred_at_once_are_refused(talk: Talk, tags: dict[str, str]) -> None:
    many = [ids.encode("Tag", number) for number in range(1, 102)]
    refused = await talk.anna.do(TAG, input={"conversationId": talk.id, "add": many})
    assert refused["errors"] == [{"code": "INVALID", "field": ["add"]}]
