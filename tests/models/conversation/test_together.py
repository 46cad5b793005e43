"""Messages that come at once are written together: cheaper for all, and otherwise as if each had come alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

import psycopg
import pytest
from tortoise import connections

from errors import IdempotencyConflict, NotAMember, Refused, RepliedMeanwhile
from models.actor import AgentActor, GuestActor, KnownActor
from models.agent.agent import Agent
from models.conversation.closing import close
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.conversation.posting import Draft, send_message
from models.conversation.together import Asked, send_together
from models.idempotency import IdempotencyKey, Once
from models.organization.organization import Organization
from models.organization.service import Service
from models.transactions import transaction
from models.webhook.webhook import Webhook
from models.words import ConversationStatus, Direction, MessageKind, Role
from tests.builders import MONDAY, a_service, acting, an_agent
from tests.models.conversation.invariants import check_conversations
from tests.models.conversation.talks import fresh, guest_of, had
from tests.models.line import connected
from tests.resolvers.statements import statements
from tests.trips import trips

# The tables in which a message leaves something, but for the heads, which are there.
TABLES = ("message", "conversation_words", "event", "procrastinate_jobs", "idempotency_key")


@pytest.fixture
async def anna(organization: Organization) -> Agent:
    return await an_agent(organization, "Anna", conversation_capacity=100)


@pytest.fixture
async def support(organization: Organization, anna: Agent) -> Service:
    return await a_service(organization, anna)


async def talks_of(support: Service, anna: Agent, *, number: int) -> list[Conversation]:
    return [await fresh(await had(support, anna)) for _ in range(number)]


async def a_webhook(
    organization: Organization, *, event: str = "message.added", active: bool = True
) -> Webhook:
    return await Webhook.create(
        organization_id=organization.id,
        url="https://hooks.example",
        events=[event],
        sealed_secret=b"",
        is_active=active,
    )


async def guests(talks: Sequence[Conversation]) -> list[GuestActor]:
    return [await guest_of(talk) for talk in talks]


async def try_to_send(
    talk: Conversation, text: str, actor: KnownActor, once: Once | None = None, **draft: Any
) -> Message | Exception:
    try:
        return await send_message(talk, Draft(text=text, **draft), actor=actor, now=MONDAY, once=once)
    except Exception as error:
        return error


async def counts() -> dict[str, int]:
    selected = ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in TABLES)
    return dict((await rows(f"SELECT {selected}"))[0])


async def rows(sql: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await connections.get("default").execute_query_dict(sql)
    return found


async def test_those_who_write_at_once_share_each_statement(support: Service, anna: Agent) -> None:
    talks = await talks_of(support, anna, number=8)
    writers = await guests(talks)
    with statements() as sent:
        written = await asyncio.gather(
            *(try_to_send(*one) for one in zip(talks, "abcdefgh", writers, strict=True))
        )
    assert [type(one) for one in written] == 8 * [Message]
    assert len(sent) == 3, "they are held, their members are looked at, and all is written and told"


@pytest.mark.parametrize(("keyed", "number"), [(False, 2), (True, 3)])
async def test_a_round_takes_few_trips_to_the_database(
    support: Service, anna: Agent, database_url: str, keyed: bool, number: int
) -> None:
    [talk] = await talks_of(support, anna, number=1)
    guest = await guest_of(talk)
    async with connected(database_url):
        for turn in range(2):  # as they are when all is prepared
            once = Once(talk.organization_id, "grace", "sendMessage", f"{turn}", "Hello") if keyed else None
            asked = Asked(talk.id, Draft(text="Hello"), guest, MONDAY, once)
            with trips() as made:
                assert isinstance(await send_together(asked), Message)
    assert len(made) == number


async def test_a_message_among_others_leaves_what_one_that_is_sent_alone_does(
    organization: Organization, support: Service, anna: Agent
) -> None:
    await a_webhook(organization)
    talks = await talks_of(support, anna, number=7)
    writers, before = await guests(talks), await counts()
    async with transaction():  # who is part of another verb goes alone
        await send_message(talks[0], Draft(text="Hello there"), actor=writers[0], now=MONDAY)
    alone = await counts()
    await asyncio.gather(
        *(try_to_send(talk, "Hello there", who) for talk, who in zip(talks[1:], writers[1:], strict=True))
    )
    together = await counts()
    assert alone != before
    assert {table: together[table] - alone[table] for table in TABLES} == {
        table: 6 * (alone[table] - before[table]) for table in TABLES
    }
    first, second = [await fresh(talk) for talk in talks[:2]]
    for name in ("last_seq", "last_message_at", "last_message_direction", "status", "assignee_id"):
        assert getattr(first, name) == getattr(second, name)
    for talk, who in zip(talks, writers, strict=True):
        assert (await Member.of(talk.id, who).get()).last_read_seq == (await fresh(talk)).last_seq
        assert (await Member.of(talk.id, acting(anna)).get()).last_read_seq < (await fresh(talk)).last_seq
    await check_conversations()


@pytest.mark.parametrize("number", [2, 25])
async def test_fifty_who_write_into_few_and_many_are_each_heard_once_and_in_order(
    support: Service, anna: Agent, number: int
) -> None:
    talks = await talks_of(support, anna, number=number)
    writers: dict[int, list[KnownActor]] = {talk.id: [await guest_of(talk), acting(anna)] for talk in talks}
    tries = [(talks[n % number], f"{n}", writers[talks[n % number].id][n // number % 2]) for n in range(50)]
    Random(number).shuffle(tries)
    sent = await asyncio.gather(*(try_to_send(*one) for one in tries))
    assert all(isinstance(one, Message) for one in sent)
    texts = [
        message.text for message in await Message.filter(kind=MessageKind.TEXT) if message.text != "Hello?"
    ]
    assert sorted(map(int, filter(None, texts))) == list(range(50))
    for talk in talks:
        now, last = await fresh(talk), await Message.filter(conversation_id=talk.id).order_by("-seq").first()
        assert last is not None
        assert (now.last_seq, now.last_message_direction) == (last.seq, last.direction)
        for writer in writers[talk.id]:
            own = {"author_agent_id": anna.id} if isinstance(writer, AgentActor) else {"author_agent_id": None}
            newest = (
                await Message.filter(conversation_id=talk.id, kind=MessageKind.TEXT, **own)
                .order_by("-seq")
                .first()
            )
            assert newest is not None
            assert (await Member.of(talk.id, writer).get()).last_read_seq == newest.seq
    await check_conversations()


async def test_who_is_refused_hears_so_and_the_others_are_heard(
    organization: Organization, support: Service, anna: Agent
) -> None:
    talks = await talks_of(support, anna, number=4)
    chief = acting(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    before = talks[0].last_seq
    await try_to_send(talks[0], "Anna has answered.", acting(anna))
    ben = await an_agent(organization, "Ben")
    await Member.create(
        organization=organization, conversation=talks[0], agent=ben, role="AGENT", joined_at=MONDAY
    )
    await close(talks[1], actor=acting(anna), now=MONDAY)
    outcomes = await asyncio.gather(
        try_to_send(talks[0], "I say the same.", acting(ben), expected_last_seq=before),
        try_to_send(talks[1], "It is over?", await guest_of(talks[1])),
        try_to_send(talks[2], "I am nobody here.", chief),
        try_to_send(talks[3], "Hello", await guest_of(talks[3])),
        try_to_send(talks[3], "And I know all of it.", acting(anna), expected_last_seq=talks[3].last_seq + 1),
    )
    assert [type(one) for one in outcomes] == [RepliedMeanwhile, Message, NotAMember, Message, Message]
    assert (await fresh(talks[1])).status is not ConversationStatus.CLOSED
    await check_conversations()


async def test_of_two_agents_who_answer_the_same_at_once_one_is_told_of_the_other(
    organization: Organization, support: Service, anna: Agent
) -> None:
    [talk] = await talks_of(support, anna, number=1)
    ben = await an_agent(organization, "Ben")
    await Member.create(organization=organization, conversation=talk, agent=ben, role="AGENT", joined_at=MONDAY)
    outcomes = await asyncio.gather(
        *(try_to_send(talk, "Yes.", acting(one), expected_last_seq=talk.last_seq) for one in (anna, ben))
    )
    assert {type(one) for one in outcomes} == {Message, RepliedMeanwhile}
    await check_conversations()


async def test_where_one_fails_unexpectedly_the_others_are_heard(support: Service, anna: Agent) -> None:
    talks = await talks_of(support, anna, number=4)
    wrong: Any = "not a number"
    outcomes = await asyncio.gather(
        try_to_send(talks[0], "a", await guest_of(talks[0])),
        try_to_send(talks[1], "b", acting(anna), expected_last_seq=wrong),
        try_to_send(talks[2], "c", await guest_of(talks[2])),
    )
    assert [isinstance(one, Message) for one in outcomes] == [True, False, True]
    assert not isinstance(outcomes[1], Refused)
    assert (await fresh(talks[1])).last_seq == talks[1].last_seq
    await check_conversations()


async def test_a_key_that_comes_twice_in_one_round_makes_one_message(support: Service, anna: Agent) -> None:
    talks = await talks_of(support, anna, number=2)
    writers = await guests(talks)
    once = Once(talks[0].organization_id, "grace", "sendMessage", "key", "Hello")
    other = Once(talks[0].organization_id, "grace", "sendMessage", "key", "Something else")
    outcomes = await asyncio.gather(
        try_to_send(talks[0], "Hello", writers[0], once),
        try_to_send(talks[0], "Hello", writers[0], once),
        try_to_send(talks[0], "Something else", writers[0], other),
        try_to_send(talks[1], "Hello", writers[1]),
    )
    first, again, conflict, _ = outcomes
    assert isinstance(first, Message) and isinstance(again, Message)
    assert first.id == again.id
    assert isinstance(conflict, IdempotencyConflict)
    assert await Message.filter(text="Hello").count() == 2 + await Message.filter(text="Hello", seq=1).count()
    assert await Message.filter(text="Something else").count() == 0


async def test_nobody_overtakes_what_they_have_written_before_and_others_do(
    support: Service, anna: Agent, database_url: str
) -> None:
    [talk] = await talks_of(support, anna, number=1)
    guest, once = await guest_of(talk), Once(talk.organization_id, "grace", "sendMessage", "key", "First")
    reserve = """INSERT INTO idempotency_key (organization_id, actor, verb, key, input_hash, created_at)
        VALUES (%s, 'grace', 'sendMessage', 'key', '', now())"""
    async with await psycopg.AsyncConnection.connect(database_url) as other:
        await other.execute(reserve, [talk.organization_id])
        first = asyncio.create_task(try_to_send(talk, "First", guest, once))
        waits = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND strpos(query, 'VALUES') > 0"
        while not await rows(waits):
            await asyncio.sleep(0.01)
        second, third = (asyncio.create_task(try_to_send(talk, text, guest)) for text in ("Second", "Third"))
        answers = [await try_to_send(talk, "Yes?", acting(anna)) for _ in range(2)]
        assert [type(one) for one in answers] == [Message, Message]
        second.cancel()
        await asyncio.wait([second])
        assert not first.done() and not third.done()
        await other.rollback()
    assert isinstance(await first, Message) and isinstance(await third, Message)
    texts = [
        one.text for one in await Message.filter(conversation_id=talk.id, kind=MessageKind.TEXT).order_by("seq")
    ]
    assert texts[-4:] == ["Yes?", "Yes?", "First", "Third"]
    await check_conversations()


async def test_the_key_of_who_was_refused_may_be_tried_again(
    organization: Organization, support: Service, anna: Agent
) -> None:
    [talk] = await talks_of(support, anna, number=1)
    chief = acting(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    once = Once(talk.organization_id, "ada", "sendMessage", "key", "Hello")
    assert isinstance(await try_to_send(talk, "Hello", chief, once), NotAMember)
    assert await IdempotencyKey.all().count() == 0


async def test_whose_conversation_somebody_holds_keeps_nobody_else_waiting(
    support: Service, anna: Agent
) -> None:
    talks = await talks_of(support, anna, number=3)
    writers = await guests(talks)
    holds, may_end = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with transaction() as tx:
            await tx.rows("SELECT FROM conversation WHERE id = %s FOR UPDATE", talks[0].id)
            holds.set()
            await may_end.wait()

    holding = asyncio.create_task(hold())
    await holds.wait()
    waiting, *others = (
        asyncio.create_task(try_to_send(talk, "Hello", who)) for talk, who in zip(talks, writers, strict=True)
    )
    assert [type(one) for one in await asyncio.gather(*others)] == [Message, Message]
    assert not waiting.done()
    may_end.set()
    await holding
    assert isinstance(await waiting, Message)
    await check_conversations()


async def test_the_heads_of_feeds_are_locked_after_all_else_that_is_written(
    support: Service, anna: Agent, database_url: str
) -> None:
    """So that rounds, and those who move read markers, do not wait for each other in a ring."""
    [talk] = await talks_of(support, anna, number=1)
    guest = await guest_of(talk)
    place = await Member.of(talk.id, guest).get()
    async with await psycopg.AsyncConnection.connect(database_url) as other:
        await other.execute("UPDATE member SET last_read_seq = last_read_seq WHERE id = %s", [place.id])
        sending = asyncio.create_task(try_to_send(talk, "Hello", guest))
        while not await rows("SELECT FROM pg_locks WHERE NOT granted"):
            await asyncio.sleep(0.01)
        head = "SELECT FROM feed WHERE topic = %s FOR UPDATE NOWAIT"
        assert (await other.execute(head, [f"conversation:{talk.id}"])).rowcount == 1
    assert isinstance(await sending, Message)


async def test_who_hangs_up_takes_nothing_from_the_others(support: Service, anna: Agent) -> None:
    talks = await talks_of(support, anna, number=3)
    writers = await guests(talks)
    gone, *others = (
        asyncio.create_task(try_to_send(talk, "Hello", who)) for talk, who in zip(talks, writers, strict=True)
    )
    await asyncio.sleep(0)
    gone.cancel()
    assert [type(one) for one in await asyncio.gather(*others)] == [Message, Message]
    await asyncio.wait([gone])
    await check_conversations()


@pytest.mark.parametrize(
    ("event", "active", "jobs"),
    [("message.added", True, 2), ("message.added", False, 0), ("meeting.booked", True, 0)],
)
async def test_there_is_a_job_where_a_webhook_wants_to_be_told_of_what_guests_write(
    organization: Organization, support: Service, anna: Agent, event: str, active: bool, jobs: int
) -> None:
    talks = await talks_of(support, anna, number=2)
    await a_webhook(organization, event=event, active=active)
    before = await counts()
    writers = await guests(talks)
    await asyncio.gather(*(try_to_send(*one) for one in zip(talks, "ab", writers, strict=True)))
    await asyncio.gather(*(try_to_send(talk, "Hello", acting(anna)) for talk in talks))
    assert (await counts())["procrastinate_jobs"] - before["procrastinate_jobs"] == jobs


async def test_what_is_not_plain_goes_alone(support: Service, anna: Agent) -> None:
    [talk] = await talks_of(support, anna, number=1)
    note = Draft(text="Only for us", kind=MessageKind.NOTE)
    message = await send_message(talk, note, actor=acting(anna), now=MONDAY + timedelta(minutes=1))
    assert (message.direction, (await fresh(talk)).last_message_at) == (
        Direction.OUTBOUND,
        talk.last_message_at,
    )
    await close(talk, actor=acting(anna), now=MONDAY)
    asked = Asked(talk.id, Draft(text="Hello"), await guest_of(talk), MONDAY)
    assert await send_together(asked) is None
