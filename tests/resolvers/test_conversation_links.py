"""A guest who holds the link into a conversation: talks in it, and sees nothing else."""

from __future__ import annotations

import base64

import pytest

from errors import Unauthenticated
from models.agent.agent import Agent
from models.conversation.conversation import Member
from models.conversation.link import PREFIX, conversation_token
from models.keyring import Keyring
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import (
    CANCEL,
    CONVERSATION,
    CONVERSATIONS,
    READ,
    TEN,
    codes,
    say,
)
from tests.resolvers.feeds import following


@pytest.fixture
async def token(talk: Talk, keys: Keyring) -> str:
    member = await Member.get(contact_id__isnull=False)
    return conversation_token(member.id, keys=keys)


@pytest.fixture
async def grace(token: str, sign_in: SignIn) -> Client:
    return await sign_in.bearer(token)


async def test_it_reads_writes_and_follows_the_conversation(talk: Talk, grace: Client) -> None:
    async with following.conversation(grace, talk) as feed:
        await say(grace, talk.id, "Hello?")
        assert (await feed.next())["message"]["text"] == "Hello?"
    await say(talk.anna, talk.id, "Yes")
    shown = await grace.do(CONVERSATION, id=talk.id)
    said = [edge["node"] for edge in shown["messages"]["edges"]][-2:]
    assert [(one["text"], one["author"]["name"]) for one in said] == [
        ("Hello?", "Grace Guest"),
        ("Yes", "Anna"),
    ]
    assert shown["unreadCount"] == 1
    read = await grace.do(READ, input={"conversationId": talk.id, "seq": shown["lastSeq"]})
    assert read["conversation"]["unreadCount"] == 0


async def test_it_shows_neither_meetings_nor_other_conversations_of_the_same_guest(
    talk: Talk, grace: Client, sign_in: SignIn, anna: Agent
) -> None:
    other = await a_talk(sign_in, anna, start=TEN)
    assert (await grace.do(CONVERSATION, id=talk.id))["meetings"] == []
    assert (await grace.run(CONVERSATION, id=other.id)).data == {"conversation": None}
    assert (await grace.do(CONVERSATIONS))["totalCount"] == 1
    seen = await grace.run("query($id: ID!) { meeting(id: $id) { id } }", id=talk.meeting)
    assert seen.data == {"meeting": None}
    assert codes(await grace.do(CANCEL, input={"meetingId": talk.meeting})) == ["NOT_FOUND"]


async def test_it_shows_no_note(talk: Talk, grace: Client) -> None:
    await say(talk.anna, talk.id, "He cannot pay.", kind="NOTE")
    assert "pay" not in str(await grace.do(CONVERSATION, id=talk.id))


async def test_who_is_no_member_any_more_is_not_let_in(token: str, sign_in: SignIn) -> None:
    await Member.filter(contact_id__isnull=False).delete()
    with pytest.raises(Unauthenticated):
        await sign_in.bearer(token)


async def test_a_link_of_an_agents_membership_is_none(talk: Talk, keys: Keyring, sign_in: SignIn) -> None:
    agents = await Member.get(agent_id__isnull=False)
    with pytest.raises(Unauthenticated):
        await sign_in.bearer(conversation_token(agents.id, keys=keys))


async def test_what_is_forged_is_refused(token: str, keys: Keyring, sign_in: SignIn) -> None:
    whole = base64.urlsafe_b64decode(token.removeprefix(PREFIX))
    other = base64.urlsafe_b64encode(b"\0" * 7 + bytes([whole[7] ^ 1]) + whole[8:]).decode()
    far = base64.urlsafe_b64encode(b"\xff" * 8 + whole[8:]).decode()
    by_another = conversation_token(int.from_bytes(whole[:8], "big"), keys=Keyring(b"another" * 5))
    for bad in (
        PREFIX,
        PREFIX + "x",
        PREFIX + "é",
        PREFIX + other,
        PREFIX + far,
        token[:-4],
        token + "AAAA",
        by_another,
    ):
        with pytest.raises(Unauthenticated):
            await sign_in.bearer(bad)
