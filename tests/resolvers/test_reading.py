"""Read markers, and what is unread by whom."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models.agent.agent import Agent
from models.words import Role
from tests.builders import an_agent
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import CONVERSATION, CONVERSATIONS, READ, TEN, codes, say
from tests.resolvers.feeds.following import conversation, inbox
from tests.resolvers.talk_documents import UNREAD


async def read(client: Client, talk: Talk, seq: int) -> dict[str, Any]:
    return await client.do(READ, input={"conversationId": talk.id, "seq": seq})


async def unread(client: Client, talk: Talk) -> int:
    shown = await client.do("query($id: ID!) { conversation(id: $id) { unreadCount } }", id=talk.id)
    return int(shown["unreadCount"])


async def marker(client: Client, talk: Talk) -> int:
    members = (await talk.anna.do(CONVERSATION, id=talk.id))["members"]
    wanted = "Agent" if client is talk.anna else "Contact"
    [seq] = [member["lastReadSeq"] for member in members if member["party"]["__typename"] == wanted]
    return int(seq)


async def test_what_others_wrote_behind_the_marker_is_unread(talk: Talk) -> None:
    await say(talk.grace, talk.id, "One")
    await say(talk.grace, talk.id, "Two")
    assert await unread(talk.anna, talk) == 3  # that it was booked, and two texts
    assert await unread(talk.grace, talk) == 0  # who writes has read


async def test_reading_lowers_the_count_to_what_is_behind(talk: Talk) -> None:
    await say(talk.grace, talk.id, "One")
    await say(talk.grace, talk.id, "Two")
    assert (await read(talk.anna, talk, 2))["conversation"]["unreadCount"] == 1
    assert (await read(talk.anna, talk, 3))["conversation"]["unreadCount"] == 0


async def test_a_marker_never_goes_back(talk: Talk) -> None:
    await say(talk.grace, talk.id, "One")
    await read(talk.anna, talk, 2)
    assert codes(await read(talk.anna, talk, 1)) == []
    assert codes(await read(talk.anna, talk, 0)) == []
    assert await marker(talk.anna, talk) == 2


async def test_the_furthest_of_many_readings_at_once_holds(talk: Talk) -> None:
    for number in range(10):
        await say(talk.grace, talk.id, f"{number}")
    await asyncio.gather(*(read(talk.anna, talk, seq) for seq in (3, 11, 1, 7, 9, 2, 10, 5)))
    assert await marker(talk.anna, talk) == 11


async def unreads(client: Client, talk: Talk, seq: int) -> dict[str, Any]:
    return await client.do(UNREAD, input={"conversationId": talk.id, "seq": seq})


async def test_what_is_marked_unread_is_unread_with_all_behind_it(talk: Talk) -> None:
    for text in ("One", "Two", "Three"):
        await say(talk.grace, talk.id, text)
    await read(talk.anna, talk, 4)
    assert (await unreads(talk.anna, talk, 3))["conversation"]["unreadCount"] == 2
    assert await marker(talk.anna, talk) == 2
    assert (await unreads(talk.anna, talk, 1))["conversation"]["unreadCount"] == 4
    assert await marker(talk.anna, talk) == 0


async def test_marking_unread_what_is_unread_moves_no_marker(talk: Talk) -> None:
    await say(talk.grace, talk.id, "One")
    await read(talk.anna, talk, 1)
    assert codes(await unreads(talk.anna, talk, 2)) == []
    assert await marker(talk.anna, talk) == 1


async def test_that_a_marker_has_moved_back_is_told_like_any_other_move(talk: Talk) -> None:
    await say(talk.grace, talk.id, "One")
    await read(talk.anna, talk, 2)
    async with conversation(talk.grace, talk) as grace, inbox(talk.anna) as anna:
        await unreads(talk.anna, talk, 2)
        assert (await grace.next())["member"] == {"lastReadSeq": 1}
        assert (await anna.next())["conversation"]["unreadCount"] == 1


async def test_a_guest_marks_unread_too_and_nobody_for_another(
    talk: Talk, sign_in: SignIn, anna: Agent, public: Client
) -> None:
    await say(talk.anna, talk.id, "One")
    await read(talk.grace, talk, 2)
    assert (await unreads(talk.grace, talk, 2))["conversation"]["unreadCount"] == 1
    chief = sign_in.agent(await an_agent(await anna.organization, "Chief", role=Role.SUPERVISOR))
    assert codes(await unreads(chief, talk, 1)) == ["NOT_A_MEMBER"]
    ben = sign_in.agent(await an_agent(await anna.organization, "Ben"))
    assert codes(await unreads(ben, talk, 1)) == ["NOT_FOUND"]
    answer = await public.run(UNREAD, input={"conversationId": talk.id, "seq": 1})
    assert answer.codes == ["UNAUTHENTICATED"]
    assert await marker(talk.grace, talk) == 1


async def test_a_guest_neither_reads_nor_unreads_a_note(talk: Talk) -> None:
    note = await say(talk.anna, talk.id, "He is always late.", kind="NOTE")
    for asked in (read, unreads):
        assert codes(await asked(talk.grace, talk, note["seq"])) == ["INVALID"]


@pytest.mark.parametrize("seq", [-1, 3, 2**31 - 1])
async def test_what_is_not_there_cannot_be_read(talk: Talk, seq: int) -> None:
    await say(talk.grace, talk.id, "One")
    refused = await read(talk.anna, talk, seq)
    assert refused["errors"] == [{"code": "INVALID", "field": ["seq"]}]
    assert await marker(talk.anna, talk) == 0


async def test_one_partys_reading_is_not_the_others(talk: Talk) -> None:
    await say(talk.grace, talk.id, "One")
    await read(talk.anna, talk, 2)
    await say(talk.anna, talk.id, "Two")
    assert await unread(talk.grace, talk) == 1
    assert await marker(talk.grace, talk) == 2


async def test_the_unread_ones_are_listed_as_seen_by_who_asks(talk: Talk, sign_in: SignIn, anna: Agent) -> None:
    other = await a_talk(sign_in, anna, start=TEN)
    await read(talk.anna, other, 1)
    for unread_only, expected in ((True, [talk.id]), (False, [other.id])):
        listed = await talk.anna.do(CONVERSATIONS, filter={"unread": unread_only})
        assert [edge["node"]["id"] for edge in listed["edges"]] == expected
    assert (await other.grace.do(CONVERSATIONS, filter={"unread": True}))["totalCount"] == 1


async def test_who_only_watches_has_no_marker(talk: Talk, sign_in: SignIn, anna: Agent) -> None:
    chief = sign_in.agent(await an_agent(await anna.organization, "Chief", role=Role.SUPERVISOR))
    assert codes(await read(chief, talk, 1)) == ["NOT_A_MEMBER"]
    assert await unread(chief, talk) == 1


async def test_nobody_reads_for_another(talk: Talk, sign_in: SignIn, anna: Agent, public: Client) -> None:
    ben = sign_in.agent(await an_agent(await anna.organization, "Ben"))
    heidi = (await a_talk(sign_in, anna, start=TEN)).grace
    for client in (ben, heidi):
        assert codes(await read(client, talk, 1)) == ["NOT_FOUND"]
    answer = await public.run(READ, input={"conversationId": talk.id, "seq": 1})
    assert answer.codes == ["UNAUTHENTICATED"]
    assert await marker(talk.grace, talk) == await marker(talk.anna, talk) == 0
