"""How much a transcript has: of a long conversation its beginning, and the rest when it is asked for."""

from __future__ import annotations

import asyncio

import pytest

from models.actor import AgentActor
from models.agent.agent import Agent
from models.conversation.conversation import Conversation
from models.conversation.message import Message
from models.conversation.opening import open_for_meeting
from models.transactions import transaction
from models.transcript.reading import MOST_CHARACTERS, MOST_MESSAGES, facts_of
from models.transcript.wish import Wish
from models.words import Channel, Direction, MessageKind, TranscriptFormat
from providers.transcripts.facts import TranscriptFacts
from providers.transcripts.pdf import Press
from providers.transcripts.words import WORDS
from tests.builders import MONDAY, a_contact, acting
from tests.providers.transcripts.reading import pages


@pytest.fixture
async def conversation(anna: Agent) -> Conversation:
    guest = await a_contact(await anna.organization)
    async with transaction() as tx:
        return await open_for_meeting(
            tx, title="Loans", guest=guest, agents=[anna], service=None, language="en", now=MONDAY
        )


@pytest.fixture
def reader(anna: Agent) -> AgentActor:
    return acting(anna)


async def write(conversation: Conversation, texts: list[str]) -> None:
    rows = [
        Message(
            organization_id=conversation.organization_id,
            conversation_id=conversation.id,
            seq=seq,
            kind=MessageKind.TEXT,
            direction=Direction.INBOUND,
            author_contact_id=conversation.contact_id,
            text=text,
            at=MONDAY,
        )
        for seq, text in enumerate(texts, 1)
    ]
    await Message.bulk_create(rows, batch_size=1_000)


async def facts(conversation: Conversation, reader: AgentActor, *, after: int = 0) -> TranscriptFacts:
    wish = Wish(format=TranscriptFormat.PDF, after_seq=after)
    return await facts_of(conversation, wish, reader=reader, now=MONDAY)


def test_every_channel_has_a_name_in_every_language() -> None:
    assert all(words.channels.keys() == {one.value for one in Channel} for words in WORDS.values())


async def test_ten_thousand_messages_are_two_transcripts(
    conversation: Conversation, reader: AgentActor
) -> None:
    await write(conversation, [f"Message {number}." for number in range(1, 2 * MOST_MESSAGES + 1)])
    first = await facts(conversation, reader)
    assert (len(first.entries), first.last, first.is_cut) == (MOST_MESSAGES, MOST_MESSAGES, True)
    second = await facts(conversation, reader, after=first.last)
    assert (len(second.entries), second.last, second.is_cut) == (MOST_MESSAGES, 2 * MOST_MESSAGES, False)
    assert second.entries[0].text == f"Message {MOST_MESSAGES + 1}."


async def test_the_longest_is_drawn_while_others_are_served(
    conversation: Conversation, reader: AgentActor
) -> None:
    await write(conversation, ["There is a word, and another one. " * 2] * (MOST_MESSAGES + 1))

    async def drawn() -> bytes:
        return await Press().pdf(await facts(conversation, reader), reader="a1")

    drawing = asyncio.create_task(drawn())
    turns = 0
    while not drawing.done():
        turns += 1
        await asyncio.sleep(0.001)
    last = pages(await drawing)[-1].extract_text()
    assert f"comes after message {MOST_MESSAGES}." in last.replace("\n", " ")
    assert turns > 100


async def test_long_messages_are_fewer(conversation: Conversation, reader: AgentActor) -> None:
    await write(conversation, ["x" * 9_999] * 60)
    cut = await facts(conversation, reader)
    assert (len(cut.entries), cut.is_cut) == (MOST_CHARACTERS // 9_999, True)
    assert not (await facts(conversation, reader, after=cut.last)).is_cut


async def test_short_lines_count_for_the_room_they_take(conversation: Conversation, reader: AgentActor) -> None:
    await write(conversation, ["\n".join("x" * 5_000)] * 5)
    cut = await facts(conversation, reader)
    assert (len(cut.entries), cut.is_cut) == (2, True)


async def test_one_message_is_always_there(conversation: Conversation, reader: AgentActor) -> None:
    await write(conversation, ["x" * (MOST_CHARACTERS + 1)] * 2)
    cut = await facts(conversation, reader)
    assert (len(cut.entries), cut.last, cut.is_cut) == (1, 1, True)


async def test_who_may_not_see_the_conversation_reads_nothing(conversation: Conversation, anna: Agent) -> None:
    await write(conversation, ["Secret."])
    stranger = Agent(id=anna.id + 1_000, organization_id=anna.organization_id, name="Zoe", role=anna.role)
    stranger.time_zone = "UTC"
    assert (await facts(conversation, acting(stranger))).entries == ()
