"""Verbs that share a transaction: whoever comes meanwhile goes along, and nobody suffers for another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import NoneType

import pytest
from psycopg import OperationalError

from errors import Refused, SlotTaken
from models.agent.agent import Agent
from models.claim import Claim
from models.contact.contact import Contact
from models.rounds import MOST_IN_A_ROUND, Rounds
from models.transactions import Transaction, ids_of, key_of, transaction
from models.trip import Statement
from tests.builders import MONDAY
from tests.models.line import connected, line_to

Outcome = Contact | Refused | None


@dataclass(frozen=True, eq=False)
class Named:
    """Somebody who wants to be a contact of this name."""

    name: str
    drawing: Sequence[str] = (ids_of(Contact),)
    locks: Sequence[int] = ()


@dataclass
class Writing:
    """Writes contacts, and notes who came together. The first round waits until it `may_go_on`."""

    agent: Agent
    rounds: list[list[str]] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self, tx: Transaction, asks: Sequence[Named]) -> list[Outcome]:
        self.rounds.append([ask.name for ask in asks])
        self.begun.set()
        await self.may_go_on.wait()
        return [await self._one(tx, ask.name) for ask in asks]

    async def _one(self, tx: Transaction, name: str) -> Outcome:
        if name == "refused":
            return SlotTaken("This time has just been taken.")
        if name == "alone":
            return None
        if name == "wrong":
            raise ZeroDivisionError
        if name == "waits":
            await tx.rows("SELECT 1 FROM agent FOR UPDATE")
        if name == "undone by the commit":  # the claim's meeting is looked for when all is written
            await claim(self.agent, meeting_id=0)
        return await tx.add(Contact(organization_id=self.agent.organization_id, name=name))


async def claim(agent: Agent, *, meeting_id: int) -> Claim:
    return await Claim.create(
        organization_id=agent.organization_id,
        agent_id=agent.id,
        starts_at=MONDAY,
        ends_at=MONDAY + timedelta(minutes=30),
        meeting_id=meeting_id,
    )


async def share(writing: Writing, *asks: Named) -> list[Contact | BaseException | None]:
    """What comes of the first, who begins a round, and of all others, who come while it is being written."""
    rounds: Rounds[Named, Contact] = Rounds(writing.write)
    first = asyncio.create_task(rounds.share(asks[0], key=1))
    await writing.begun.wait()
    others = [asyncio.create_task(rounds.share(ask, key=1)) for ask in asks[1:]]
    await asyncio.sleep(0)
    writing.may_go_on.set()
    return list(await asyncio.gather(first, *others, return_exceptions=True))


async def stored() -> list[str]:
    return [contact.name for contact in await Contact.all().order_by("id")]


@pytest.fixture
def writing(anna: Agent) -> Writing:
    return Writing(anna)


@asynccontextmanager
async def somebody_has(statement: str, *values: object) -> AsyncIterator[None]:
    """A transaction of somebody else has locked this, while the block runs."""
    has, may_end = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with transaction() as tx:
            await tx.rows(statement, *values)
            has.set()
            await may_end.wait()

    holding = asyncio.create_task(hold())
    await has.wait()
    yield
    may_end.set()
    await holding


async def test_whoever_comes_while_a_round_is_written_goes_with_all_others_in_the_next(
    writing: Writing,
) -> None:
    found = await share(writing, *map(Named, "abcd"))
    assert writing.rounds == [["a"], ["b", "c", "d"]]
    assert [one.name for one in found if isinstance(one, Contact)] == await stored() == list("abcd")


async def test_a_round_has_its_bounds_and_the_rest_goes_in_the_one_after(writing: Writing) -> None:
    names = [str(number) for number in range(MOST_IN_A_ROUND + 3)]
    await share(writing, *map(Named, names))
    assert writing.rounds == [names[:1], names[1 : MOST_IN_A_ROUND + 1], names[MOST_IN_A_ROUND + 1 :]]
    assert await stored() == names


async def test_who_is_refused_hears_so_and_the_others_have_what_they_asked_for(writing: Writing) -> None:
    _, refused, other = await share(writing, Named("a"), Named("refused"), Named("b"))
    assert isinstance(refused, SlotTaken)
    assert isinstance(other, Contact)
    assert await stored() == ["a", "b"]


async def test_who_cannot_be_served_has_a_second_round_and_then_goes_alone(writing: Writing) -> None:
    _, alone, other = await share(writing, Named("a"), Named("alone"), Named("b"))
    assert alone is None
    assert isinstance(other, Contact)
    assert writing.rounds == [["a"], ["alone", "b"], ["alone"]]


async def test_where_a_round_goes_wrong_nothing_of_it_is_there_and_each_goes_alone(writing: Writing) -> None:
    _, *others = await share(writing, Named("a"), Named("b"), Named("wrong"), Named("c"))
    assert others == [None, None, None]
    assert await stored() == ["a"]


async def test_where_the_commit_is_refused_nothing_of_it_is_there_and_each_goes_alone(writing: Writing) -> None:
    _, *others = await share(writing, Named("a"), Named("b"), Named("undone by the commit"))
    assert others == [None, None]
    assert await stored() == ["a"]


async def test_where_nobody_hears_of_the_commit_each_hears_that_and_nobody_tries_again(
    writing: Writing, database_url: str
) -> None:
    async with line_to(database_url) as line, connected(line.address):
        line.cut_at = b"the last"
        found = await share(writing, Named("a"), Named("b"), Named("the last"))
    assert [type(one) for one in found] == [Contact, OperationalError, OperationalError]
    assert writing.rounds == [["a"], ["b", "the last"]]
    assert await stored() == ["a", "b", "the last"]


async def test_what_the_asks_want_to_know_is_asked_as_their_round_begins(writing: Writing) -> None:
    told: list[object] = []

    def asking(asks: Sequence[Named]) -> Sequence[Statement]:
        return [Statement(b"SELECT $1::text", [ask.name]) for ask in asks]

    async def write(tx: Transaction, asks: Sequence[Named]) -> list[Outcome]:
        told.extend(tx.answers)
        return await writing.write(tx, asks)

    rounds: Rounds[Named, Contact] = Rounds(write, asking=asking)
    writing.may_go_on.set()
    await asyncio.gather(*(rounds.share(Named(name), key=1) for name in "ab"))
    assert told == [[("a",)], [("b",)]]


async def test_those_who_need_the_same_lock_are_never_in_one_round(writing: Writing) -> None:
    same = (key_of("same"),)
    asks = (Named("a", locks=same), Named("b", locks=same), Named("c"), Named("d", locks=same))
    found = await share(writing, *asks)
    assert writing.rounds == [["a"], ["b", "c"], ["d"]]
    assert all(isinstance(one, Contact) for one in found)


async def test_whose_lock_somebody_else_has_goes_alone_and_keeps_nobody_waiting(writing: Writing) -> None:
    key = key_of("taken")
    async with somebody_has("SELECT pg_advisory_xact_lock(%s)", key):
        found = await share(writing, Named("a"), Named("b", locks=(key,)), Named("c"))
    assert [type(one) for one in found] == [Contact, NoneType, Contact]
    assert await stored() == ["a", "c"]


async def test_a_round_that_has_to_wait_for_somebody_gives_way_and_each_goes_alone(writing: Writing) -> None:
    async with somebody_has("SELECT 1 FROM agent FOR UPDATE"):
        _, *others = await share(writing, Named("a"), Named("waits"), Named("b"))
    assert others == [None, None]
    assert await stored() == ["a"]


async def test_a_round_that_never_ends_gives_up_and_each_goes_alone(writing: Writing) -> None:
    rounds: Rounds[Named, Contact] = Rounds(writing.write, longest=0.1)
    found = await asyncio.gather(*(rounds.share(Named(name), key=1) for name in "ab"))
    assert found == [None, None]
    assert await stored() == []


async def test_who_hangs_up_takes_nothing_from_the_others(writing: Writing) -> None:
    rounds: Rounds[Named, Contact] = Rounds(writing.write)
    first, second, third = (asyncio.create_task(rounds.share(Named(name), key=1)) for name in "abc")
    await writing.begun.wait()
    first.cancel()
    second.cancel()
    writing.may_go_on.set()
    other = await third
    assert other is not None
    assert other.name == "c"
    assert [first.cancelled(), second.cancelled()] == [True, True]


async def test_rounds_of_different_keys_do_not_wait_for_each_other(writing: Writing, anna: Agent) -> None:
    rounds: Rounds[Named, Contact] = Rounds(writing.write)
    waiting = asyncio.create_task(rounds.share(Named("a"), key=1))
    await writing.begun.wait()
    writing.begun.clear()
    other = asyncio.create_task(rounds.share(Named("b"), key=2))
    await writing.begun.wait()
    writing.may_go_on.set()
    assert await waiting and await other
    assert writing.rounds == [["a"], ["b"]]
