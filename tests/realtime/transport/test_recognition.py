"""Who is on a socket is asked again at each operation, and while something is followed."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence

import pytest

import errors
from realtime.transport import Line, Watch
from tests.realtime.transport.serving import Served, closing, greet, receive, send, serving, subscribe, until

BRIEF_SECONDS = 0.01


@pytest.fixture
async def own() -> AsyncGenerator[Served, None]:
    """A server of the test's own, whose `recognised` it may change."""
    async with serving() as served:
        yield served


def refuse_by(error: Exception) -> Callable[[str], str]:
    def refuse(identity: str) -> str:
        raise error

    return refuse


async def test_an_operation_runs_as_whoever_the_caller_is_by_then(own: Served) -> None:
    async with own.connect() as ws:
        await greet(ws, authorization="anna")
        [connection] = own.connections
        assert connection.identity == "anna"
        own.recognised = lambda identity: f"{identity}, agent no more"
        await subscribe(ws, "1", "{ caller }")
        assert (await receive(ws))["payload"] == {"data": {"caller": "anna, agent no more"}}


async def test_who_is_no_longer_recognised_is_shown_out_with_the_reason_and_nothing_runs(own: Served) -> None:
    async with own.connect() as ws, own.connect() as other:
        for socket in (ws, other):
            await greet(socket)
        await subscribe(ws, "1", "subscription { silence }")
        await receive(ws)
        own.recognised = refuse_by(errors.Unauthenticated("The session has ended."))
        await subscribe(ws, "2", 'mutation { rename(name: "too late") }')
        assert await closing(ws) == (4403, "The session has ended.")
        await until(lambda: own.watch.open_streams == 0)
        assert own.watch.renamed == []
        own.recognised = lambda identity: identity
        await subscribe(other, "1", "{ hello }")
        assert (await receive(other))["payload"] == {"data": {"hello": "hello world"}}


@pytest.mark.parametrize(
    ("error", "code"), [(errors.Unavailable("Away."), "UNAVAILABLE"), (RuntimeError("secret"), "INTERNAL")]
)
async def test_where_nobody_can_be_recognised_the_operation_fails_and_the_socket_goes_on(
    own: Served, error: Exception, code: str
) -> None:
    async with own.connect() as ws:
        await greet(ws)
        own.recognised = refuse_by(error)
        await subscribe(ws, "1", 'mutation { rename(name: "not now") }')
        refused = await receive(ws)
        assert refused["type"] == "error"
        assert refused["payload"][0]["extensions"]["code"] == code
        assert "secret" not in str(refused)
        assert own.watch.renamed == []
        own.recognised = lambda identity: identity
        await subscribe(ws, "1", "{ hello }")
        assert (await receive(ws))["type"] == "next"


async def test_what_could_not_run_anyway_is_refused_without_asking_who_it_is(own: Served) -> None:
    async with own.connect() as ws:
        await greet(ws)
        own.recognised = refuse_by(RuntimeError("asked"))
        await subscribe(ws, "1", "{ nothing }")
        assert (await receive(ws))["payload"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_only_lines_that_follow_something_are_looked_at(own: Served) -> None:
    looks: list[Sequence[Line[str]]] = []

    async def look(lines: Sequence[Line[str]]) -> None:
        looks.append(lines)

    watch = Watch(look, seconds=BRIEF_SECONDS)
    async with own.connect() as idle, own.connect() as busy:
        for ws in (idle, busy):
            await greet(ws)
        for connection in own.connections:
            watch.add(connection)
        await subscribe(idle, "1", "{ endless }")
        await until(lambda: own.watch.open_streams == 1)
        await subscribe(busy, "1", "subscription { silence }")
        await until(lambda: len(looks) > 2)
        assert {tuple(look) for look in looks} == {(own.connections[1],)}
        await send(busy, type="complete", id="1")
        await until(lambda: not own.connections[1].has_subscriptions)
        looks.clear()
        await subscribe(idle, "2", "subscription { silence }")
        await until(lambda: looks)
        assert {tuple(look) for look in looks} == {(own.connections[0],)}


async def test_a_look_that_fails_is_made_again_and_the_last_line_takes_the_task_with_it(
    own: Served,
) -> None:
    looks = 0

    async def look(lines: Sequence[Line[str]]) -> None:
        nonlocal looks
        looks += 1
        if looks < 3:
            raise ConnectionError("The database is away.")
        lines[0].show_out("Your time has come.")

    watch = Watch(look, seconds=BRIEF_SECONDS)
    before = asyncio.all_tasks()
    for times in (1, 2):
        async with own.connect() as ws:
            await greet(ws)
            watch.add(own.connections[0])
            await subscribe(ws, "1", "subscription { silence }")
            assert await closing(ws) == (4403, "Your time has come.")
        await until(lambda: asyncio.all_tasks() <= before)
        assert looks >= 2 + times


async def test_a_look_that_is_never_answered_is_given_up_and_made_again(own: Served) -> None:
    looks = 0

    async def look(lines: Sequence[Line[str]]) -> None:
        nonlocal looks
        looks += 1
        if looks == 1:
            await asyncio.Event().wait()
        lines[0].show_out("Your time has come.")

    watch = Watch(look, seconds=BRIEF_SECONDS, patience=BRIEF_SECONDS)
    async with own.connect() as ws:
        await greet(ws)
        watch.add(own.connections[0])
        await subscribe(ws, "1", "subscription { silence }")
        assert await closing(ws) == (4403, "Your time has come.")
