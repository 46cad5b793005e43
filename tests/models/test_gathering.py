"""What is asked together is asked by one, each is answered what they have asked, and nobody suffers from anybody."""

from __future__ import annotations

import asyncio
from asyncio import Future, TaskGroup, gather
from collections.abc import Sequence

import pytest
from tortoise import connections

from models.connection import Connection, ask
from models.gathering import MOST_TOGETHER, Gathering
from models.organization.organization import Organization
from models.transactions import transaction


class Oracle:
    """Answers with the double, once it is let; what is negative makes everything fail that is asked with it."""

    def __init__(self, *, patience: float = 60.0) -> None:
        self.asked: list[list[int]] = []
        self.held: Future[None] | None = None
        self.gathering = Gathering(self._answer, patience=patience)

    async def _answer(self, numbers: Sequence[int]) -> list[int]:
        self.asked.append(list(numbers))
        if self.held is not None:
            await self.held
        if min(numbers) < 0:
            raise ValueError(min(numbers))
        return [2 * number for number in numbers]

    def hold(self) -> Future[None]:
        self.held = asyncio.get_running_loop().create_future()
        return self.held

    async def was_asked(self, times: int) -> None:
        while len(self.asked) < times:
            await asyncio.sleep(0)


async def test_what_is_asked_in_one_turn_is_asked_together_and_whoever_is_alone_does_not_wait() -> None:
    oracle = Oracle()
    assert await gather(*map(oracle.gathering.ask, (1, 2, 3))) == [2, 4, 6]
    assert await oracle.gathering.ask(4) == 8
    assert oracle.asked == [[1, 2, 3], [4]]


async def test_what_is_asked_meanwhile_is_asked_together_afterwards_and_never_answered_by_what_was_sent_before() -> (
    None
):
    oracle = Oracle()
    async with TaskGroup() as group:
        held = oracle.hold()
        group.create_task(oracle.gathering.ask(1))
        await oracle.was_asked(1)
        for number in (1, 2):
            group.create_task(oracle.gathering.ask(number))
            await asyncio.sleep(0)
        assert oracle.asked == [[1]]
        held.set_result(None)
    assert oracle.asked == [[1], [1, 2]]


async def test_nobody_waits_for_others_for_long() -> None:
    oracle = Oracle(patience=0.001)
    async with TaskGroup() as group:
        held = oracle.hold()
        group.create_task(oracle.gathering.ask(1))
        await oracle.was_asked(1)
        group.create_task(oracle.gathering.ask(2))
        await oracle.was_asked(2)
        assert not held.done()
        held.set_result(None)
    assert oracle.asked == [[1], [2]]


async def test_no_more_than_so_many_are_asked_together() -> None:
    oracle = Oracle()
    numbers = range(2 * MOST_TOGETHER + 1)
    assert await gather(*map(oracle.gathering.ask, numbers)) == [2 * number for number in numbers]
    assert [len(together) for together in oracle.asked] == [MOST_TOGETHER, MOST_TOGETHER, 1]


async def test_what_fails_for_one_fails_for_nobody_else() -> None:
    oracle = Oracle()
    answers = await gather(*map(oracle.gathering.ask, (1, -1, 2)), return_exceptions=True)
    assert (answers[0], answers[2]) == (2, 4)
    assert isinstance(answers[1], ValueError)


async def test_what_has_failed_together_is_asked_side_by_side_of_those_who_are_there_still() -> None:
    """While the database is away each of them takes as long to fail as one may take."""
    oracle, asked = Oracle(), (-1, 1, 2)
    first = oracle.hold()
    begun = [asyncio.ensure_future(oracle.gathering.ask(number)) for number in asked]
    await oracle.was_asked(1)
    begun[1].cancel()
    await asyncio.sleep(0)
    second = oracle.hold()
    first.set_result(None)
    async with asyncio.timeout(5):
        await oracle.was_asked(3)
    second.set_result(None)
    assert await begun[2] == 4
    with pytest.raises(ValueError, match="-1"):
        await begun[0]
    assert oracle.asked == [[-1, 1, 2], [-1], [2]]


async def test_nobody_waits_for_an_answer_that_was_given_up() -> None:
    async def give_up(numbers: Sequence[int]) -> list[int]:
        raise asyncio.CancelledError

    gathering = Gathering(give_up)
    async with asyncio.timeout(5):
        answers = await gather(*map(gathering.ask, (1, 2)), return_exceptions=True)
    assert [type(answer) for answer in answers] == 2 * [asyncio.CancelledError]


async def test_whoever_is_gone_is_not_asked_for_and_takes_nobody_along() -> None:
    oracle = Oracle()
    held = oracle.hold()
    first, gone, other = [asyncio.ensure_future(oracle.gathering.ask(number)) for number in (1, 2, 3)]
    await oracle.was_asked(1)
    late = asyncio.ensure_future(oracle.gathering.ask(4))
    await asyncio.sleep(0)
    gone.cancel()
    late.cancel()
    held.set_result(None)
    assert (await first, await other) == (2, 6)
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert oracle.asked == [[1, 2, 3]]


async def test_what_is_asked_inside_a_transaction_is_answered_outside_of_it(organization: Organization) -> None:
    """So that others who ask at the same time are not told what may never be committed."""

    async def names(asked: Sequence[int]) -> list[str]:
        assert not isinstance(connections.get("default"), Connection)
        found: dict[int, str] = dict(
            await ask(b"SELECT id, name FROM organization WHERE id = ANY($1)", [list(asked)])
        )
        return [found[id] for id in asked]

    gathering = Gathering(names)
    async with transaction():
        await Organization.filter(id=organization.id).update(name="Not yet")
        assert await gathering.ask(organization.id) == organization.name


async def test_what_has_come_to_nothing_before_it_began_holds_nobody_up() -> None:
    """As where a loop ends: then all its tasks are cancelled, and some of them ask once more."""
    oracle, others = Oracle(patience=0.001), asyncio.all_tasks()
    first = asyncio.ensure_future(oracle.gathering.ask(1))
    await asyncio.sleep(0)
    for task in asyncio.all_tasks() - others - {first}:
        task.cancel()
    async with asyncio.timeout(5):
        assert await oracle.gathering.ask(2) == 4
        assert await first == 2
